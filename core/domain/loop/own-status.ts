import type { Sha } from "../ids.ts";
import { passingMs } from "../policy/limits.ts";
import { isSettled } from "../policy/modes.ts";
import type { Effect } from "./effects.ts";
import type { Check } from "./evidence.ts";
import type { Active, Loop } from "./state.ts";

/** Tamma's own verdict on a commit of a platform stands under this name; it is no check of the platform. */
export const ownStatus = "tamma";

/** What stands there. */
interface Word {
  sha: Sha;
  state: Check["state"];
  words: string;
}

/**
 * Tamma's own status on the head of a loop whose platform merges: people see on the pull request whether it
 * works, waits for them or is done, and a rule of the platform can require it. Null before there is a pull
 * request. It is reported once for each change of its words (`facts.words` counts them); that it works, only
 * when it still does so after `passingMs`.
 */
export function ownStatusOf(loop: Loop): Effect | null {
  const word = ownWordOf(loop);
  if (loop.state === "not-started" || word === null) return null;
  const { words = 0, wordsAt = 0 } = loop.facts;
  const key = `${ownStatus}:${word.sha}:${words}`;
  const status = { kind: "report-status", key, check: ownStatus, ...word } as const;
  return isPassing(loop) ? { ...status, notBefore: wordsAt + passingMs } : status;
}

/** A loop at work may soon say something else; a merge says itself, right before it, that it was approved. */
function isPassing(loop: Exclude<Loop, { state: "not-started" }>): boolean {
  return loop.state === "active" && askedOf(loop) === null;
}

/** Do people see another word than before? */
export function saysOtherwise(before: Loop, after: Loop): boolean {
  const [one, other] = [ownWordOf(before), ownWordOf(after)];
  if (one === null || other === null) return one !== other;
  return one.sha !== other.sha || one.state !== other.state || one.words !== other.words;
}

function ownWordOf(loop: Loop): Word | null {
  if (loop.state === "not-started") return null;
  const { settings, pullRequest, head: sha } = loop.facts;
  if (settings.merges !== "platform" || pullRequest === null || sha === null) return null;
  return { sha, ...wordOf(loop) };
}

function wordOf(loop: Exclude<Loop, { state: "not-started" }>): Omit<Word, "sha"> {
  if (loop.state === "ended") {
    const { outcome, reason } = loop;
    if (outcome === "merged") return { state: "passed", words: "merged" };
    return { state: "failed", words: `${outcome}: ${reason}` };
  }
  if (loop.state === "escalated") return { state: "failed", words: `escalated: ${loop.card.what}` };
  const asked = askedOf(loop);
  if (asked !== null) return { state: "pending", words: `waits for a person: ${asked}` };
  if (isApproved(loop)) return { state: "passed", words: "approved" };
  return { state: "pending", words: "is at work" };
}

function isApproved({ step, doing, facts }: Active): boolean {
  if (step !== "merge" || doing.kind !== "call" || facts.head === null) return false;
  return isSettled(facts, "complete", facts.head);
}

/** What a person is asked, in one sentence; null when nobody is. */
function askedOf({ doing }: Active): string | null {
  switch (doing.kind) {
    case "checkpoint":
      return doing.checkpoint.question;
    case "questions":
      return "answer the open questions";
    case "obstacle":
      return doing.obstacle.todo;
    case "call":
    case "model":
    case "job":
    case "checks":
    case "deciding":
      return null;
    default:
      return doing satisfies never;
  }
}
