import type { LoopCommand } from "../domain/loop/commands.ts";
import { mergeWords } from "../domain/loop/merge-words.ts";
import { ownStatus } from "../domain/loop/own-status.ts";
import type { Active, Facts } from "../domain/loop/state.ts";
import { type Platform, PlatformError, type PullRequestRef } from "../ports/platform.ts";

/**
 * How often a merge that stands in the platform's own queue is asked for: checks run there for minutes, and a
 * request a minute is none that a platform would feel.
 */
const queuedAskMs = 60_000;

/** What the loop is told; `askAgainMs`: the platform is not done, ask after so many milliseconds. */
export interface MergeAsked {
  command: LoopCommand;
  askAgainMs: number | null;
}

/**
 * Asks the platform to merge the approved head into the base that it was proven on. A refusal is an answer
 * for the loop. @throws PlatformError when there was no answer
 */
export async function mergeByPlatform(
  { doing, facts }: Active,
  pullRequest: PullRequestRef,
  { codeHost, ci }: Pick<Platform, "codeHost" | "ci">,
  loopUrl: string,
): Promise<MergeAsked> {
  if (doing.kind !== "call" || doing.call !== "merge") throw overtaken();
  if (!doing.queued) await sayApproved(ci, proven(facts).head, loopUrl);
  const outcome = await codeHost.merge(pullRequest, {
    ...{ method: facts.settings.mergeMethod, ...proven(facts), queued: doing.queued ?? false },
    ...mergeWords(facts),
  });
  const command = { type: "ReportMerge", n: doing.n, outcome } as const;
  return { command, askAgainMs: outcome.state === "queued" ? queuedAskMs : null };
}

/**
 * A rule may require Tamma's own status, whose report may still be on its way. Where it cannot be reported,
 * the merge itself says whether it is missed.
 */
async function sayApproved(ci: Platform["ci"], head: string, url: string): Promise<void> {
  try {
    await ci.reportStatus(head, ownStatus, { state: "passed", words: "approved", url });
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
  }
}

function proven({ head, base }: Facts): { head: string; base: string } {
  if (head && base) return { head, base };
  throw new PlatformError({ kind: "validation", operation: "merge", message: "this loop has no head yet" });
}

function overtaken(): PlatformError {
  const message = "the loop does not wait for a merge any more";
  return new PlatformError({ kind: "conflict", operation: "merge", message });
}
