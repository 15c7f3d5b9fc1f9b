import { type DeliveryOutcome, done, refused } from "@tamma/core/domain/platform/delivery-outcome.ts";
import { type Trigger, triggerLabel } from "@tamma/core/domain/platform/intake.ts";
import type { PlatformUser } from "@tamma/core/domain/platform/webhook.ts";
import { activeLoopOf } from "@tamma/core/domain/repository/state.ts";
import type { IssueNow } from "@tamma/core/ports/platform-reading.ts";
import type { Answer, LoopStarted } from "../../rpc.ts";
import { askedMeanwhile, isBeforeEnd, loopBefore, sayMeanwhile } from "./asked-before.ts";
import { refuseStranger } from "./say.ts";
import { callerOf, type Stage } from "./stage.ts";

/**
 * A label or an assignment starts a loop, if whoever set it may write. News
 * may be old: a delivery comes late, or an administrator sends it once more. So a label counts only while it
 * is there; the loop that it asked for took it away.
 */
export async function startByTrigger(
  stage: Stage,
  { issue, trigger, ...asked }: Trigger,
  by: PlatformUser,
): Promise<DeliveryOutcome> {
  const { ports, platform } = stage;
  const known = ports.known();
  const running = known && activeLoopOf(known, issue);
  if (running) {
    const again = trigger === "label" && (await askedMeanwhile(stage, issue));
    return done(`${running.loop} is at it already${again ? "; its label went away again" : ""}`);
  }
  // What a program labels, also Tamma itself (an issue that it split), waits for a person.
  if (by.bot) return done("a program starts nothing");
  if (!(await ports.writers.includes(platform.reading, by.login))) {
    await refuseStranger(stage, issue, by);
    return refused(`${by.login} has no write access`);
  }
  const seen = await platform.reading.issue(issue);
  if (!seen?.open) return done(seen ? "the issue is closed by now" : "the issue is gone");
  if (trigger === "label" && !seen.labels.includes(triggerLabel)) return done("its label is gone by now");
  const before = loopBefore(stage, issue);
  if (before) {
    const told = trigger === "label" ? await platform.reading.labelledBy(issue, triggerLabel) : null;
    // Another label that comes or goes later is no second wish.
    if (told === null && asked.fresh === false) return done(`nothing new was asked for after ${before.id}`);
    if (isBeforeEnd(before, told?.at ?? asked.at)) {
      await sayMeanwhile(stage, issue, before.id, told !== null);
      return done(`it was asked for before ${before.id} ended`);
    }
  }
  const started = await startLoop(stage, issue, by, seen);
  if (started.ok) return done(`started a loop for issue ${issue}`);
  await platform.issues.upsertComment({ number: issue }, `not-started:${by.id}`, refusalText(started));
  return refused(`not started: ${started.refusal.message}`);
}

/** Whoever asks was looked up before. */
export function startLoop(
  stage: Stage,
  issue: number,
  by: PlatformUser,
  seen?: IssueNow,
): Promise<Answer<LoopStarted>> {
  return stage.ports.queueLoop(callerOf(stage, by), issue, seen);
}

export function refusalText({ refusal }: Extract<Answer<unknown>, { ok: false }>): string {
  return `${refusal.message}: ${refusal.todo}.`;
}
