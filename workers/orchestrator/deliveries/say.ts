import type { PlatformUser } from "@tamma/core/domain/platform/webhook.ts";
import { postedLine } from "@tamma/core/domain/text/posted.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import { logError } from "../log.ts";
import type { Stage } from "./stage.ts";

/** Longer lists of answers are not read. */
const linesMax = 20;

/** Answers a comment of somebody who may order: one comment for it, however often it is heard. */
export async function reply(stage: Stage, number: number, comment: string, lines: string[]): Promise<void> {
  if (lines.length === 0) return;
  const body = lines.slice(0, linesMax).join("\n\n");
  await stage.platform.issues.upsertComment({ number }, `reply:${comment}`, body);
}

/** Tells somebody without write access why nothing happens: once per conversation, so that it is no flood. */
export async function refuseStranger(stage: Stage, number: number, user: PlatformUser): Promise<void> {
  const { repository, platform } = stage;
  const body =
    `${postedLine(user.login)}, only people with write access to ${postedLine(repository.name)} ` +
    "can start Tamma, decide or give it orders. Ask one of them.";
  await platform.issues.upsertComment({ number }, `stranger:${user.id}`, body);
}

/** A sign under a comment. It is a courtesy: where it cannot be given, the rest goes on. */
export async function react(stage: Stage, comment: string, sign: "eyes" | "+1" | "-1"): Promise<void> {
  try {
    await stage.platform.issues.react(comment, sign);
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    logError("reaction", thrown, { comment });
  }
}
