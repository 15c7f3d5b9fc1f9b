import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { type Context, report } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { findLoop } from "../loop-ref.ts";
import { renderEvent } from "../run/progress.ts";
import { endCode } from "../run/session.ts";
import type { Shell } from "./shell.ts";

/** The server gives no more than 500 at once. */
const eventsPerPage = 200;
const followPollMs = 500;

/** Commands that only read one loop. */
export function registerRead(program: Command, shell: Shell): void {
  const loop = ["[loop]", "loop id or issue number; default: the only active one"] as const;
  program
    .command("events")
    .description("the loop's events, oldest first; with --json one object a line")
    .argument(...loop)
    .option("-f, --follow", "go on until the loop ends")
    .option("--after <seq>", "only events after this number", "0")
    .action(shell.act(events));
  program
    .command("diff")
    .description("the loop's present change as git diff")
    .argument(...loop)
    .action(shell.act(diff));
}

async function events(
  context: Context,
  ref: string | undefined,
  options: { follow?: boolean; after: string },
): Promise<ExitCode> {
  const api = context.api();
  const loop = await findLoop(api, ref);
  for (let after = Number(options.after) || 0; ; ) {
    // The view is read first: what happens after it is fetched in the next round.
    const ended = options.follow ? endCode(await api.loop(loop)) !== null : true;
    const page = await api.events(loop, after, eventsPerPage);
    for (const event of page.events) report(context, event, renderEvent(event));
    after = page.events.at(-1)?.seq ?? after;
    if (page.events.length > 0) continue;
    if (ended) return exitCodes.ok;
    await delay(followPollMs);
  }
}

async function diff(context: Context, ref: string | undefined): Promise<ExitCode> {
  const api = context.api();
  const loop = await findLoop(api, ref);
  const found = await api.diff(loop);
  report(context, { loop, diff: found }, found);
  return exitCodes.ok;
}
