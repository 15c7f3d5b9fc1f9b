import { triggerLabel } from "@tamma/core/domain/platform/intake.ts";
import { activeLoopOf } from "@tamma/core/domain/repository/state.ts";
import type { LoopSummary } from "@tamma/core/protocol/rest.ts";
import type { Stage } from "./stage.ts";

// What is asked for while a loop is at work on the issue begins no other one after its end: nobody who asked
// knew what would come of the first.

/** The newest loop of the issue that has ended, when none is at work on it; null: there was none. */
export function loopBefore({ ports }: Stage, issue: number): LoopSummary | null {
  const known = ports.known();
  if (known && activeLoopOf(known, issue)) return null;
  const ended = ports.loops().filter(({ active, summary }) => !active && summary.issue === issue);
  const [newest] = ended.map(({ summary }) => summary).sort((a, b) => b.startedAt - a.startedAt);
  return newest ?? null;
}

/**
 * Nothing happens in a loop after its end, so that is when it was changed last. Platforms cut the time off at
 * whole seconds: what was asked for in the second of the end is asked for again.
 */
export function isBeforeEnd({ updatedAt }: LoopSummary, at: number): boolean {
  return at <= updatedAt;
}

/**
 * Takes the label away that somebody set while a loop is at work, and says so. False: it is not there, or
 * perhaps still the one that the loop was asked for with, which the loop takes away itself.
 */
export async function askedMeanwhile(stage: Stage, issue: number): Promise<boolean> {
  const { ports, platform } = stage;
  const known = ports.known();
  const running = known && activeLoopOf(known, issue);
  const row = running && ports.loops().find(({ summary }) => summary.id === running.loop);
  if (!running || !row || row.summary.step === "assign") return false;
  const labelled = await platform.reading.issuesWith(triggerLabel);
  if (!labelled.some(({ number }) => number === issue)) return false;
  await sayMeanwhile(stage, issue, running.loop, true);
  return true;
}

/**
 * Says it once for each loop.
 *
 * @param isThere the label that is there now is the one that was set too early: it goes, so that it can be
 * set again
 */
export async function sayMeanwhile(
  { platform }: Stage,
  number: number,
  loop: string,
  isThere: boolean,
): Promise<void> {
  await platform.issues.upsertComment({ number }, `meanwhile:${loop}`, meanwhileText(loop));
  // Last: whoever sees it gone may set it again.
  if (isThere) await platform.issues.removeLabels({ number }, [triggerLabel]);
}

export function meanwhileText(loop: string): string {
  return (
    `This was asked for before \`${loop}\` was over, so it starts no other loop. To have one after its ` +
    `end, set the label \`${triggerLabel}\` then (if it is still there, take it away before), or write ` +
    "`/tamma start`."
  );
}
