import { setTimeout as delay } from "node:timers/promises";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { finish } from "./finish.ts";
import { createProgress } from "./progress.ts";
import { endCode } from "./session.ts";

/** Quick enough to look live, slow enough for a server that many people watch. */
const watchPollMs = 500;

/** Follows a loop to its end without answering anything. */
export async function watchLoop(context: Context, api: Api, loop: string): Promise<ExitCode> {
  const progress = createProgress(context, api);
  for (;;) {
    const view = await api.loop(loop);
    await progress.show(view);
    const ended = endCode(view);
    if (ended !== null) {
      progress.stop();
      return finish(context, api, view, ended);
    }
    await delay(watchPollMs);
  }
}
