import { mayRetry } from "../../policy/gates.ts";
import { excerptCharsMax } from "../../policy/limits.ts";
import type { Evidence } from "../evidence.ts";
import type { GateName } from "../pipeline.ts";
import type { Batch } from "./batch.ts";
import {
  ask,
  enterImplement,
  enterMerge,
  enterPush,
  enterVerify,
  openNow,
  queueJob,
  startAttempt,
} from "./enter.ts";
import { escalate } from "./escalate.ts";

/** One failed verdict of a gate: try again while retries are left and the failure is new, else hand over. */
export function failGate(b: Batch, gate: GateName, raw: Evidence): void {
  const evidence = cut(raw);
  const before = b.facts.attempts[gate];
  const again = mayRetry(before, evidence.fingerprint);
  b.add({ type: "GateFailed", gate, attempt: before.failed + 1, evidence });
  if (!again.allowed) {
    const { summary: what, excerpt } = evidence;
    return escalate(b, { gate, what, why: again.reason, excerpt });
  }
  b.add({ type: "RetryScheduled", gate, reason: evidence.summary });
  retry(b, gate);
}

/** Fails at once, without a retry: a leaked secret, for one. */
export function failForGood(b: Batch, gate: GateName, raw: Evidence, why: string): void {
  const evidence = cut(raw);
  b.add({ type: "GateFailed", gate, attempt: b.facts.attempts[gate].failed + 1, evidence });
  escalate(b, { gate, what: evidence.summary, why, excerpt: evidence.excerpt });
}

function cut(evidence: Evidence): Evidence {
  return { ...evidence, excerpt: evidence.excerpt.slice(0, excerptCharsMax).toWellFormed() };
}

/**
 * Where a gate's next attempt begins: what a model wrote goes back to the model, what git did is done
 * again.
 */
function retry(b: Batch, gate: GateName): void {
  startAttempt(b, gate);
  switch (gate) {
    case "plan":
      return b.facts.context ? ask(b, "plan") : queueJob(b, "survey", "work");
    case "design":
      return ask(b, "design");
    case "push":
      return b.facts.branch ? enterPush(b) : openNow(b);
    case "merge":
      return enterMerge(b);
    case "review":
      // Without a review there is nothing to mend: the model gave no usable answer and is asked again.
      if (b.facts.review?.sha !== b.facts.head) return ask(b, "review");
      return enterImplement(b, "fix");
    case "implement":
    case "build":
    case "test":
    case "scan":
    case "ci":
      // The model has not seen this head yet; its patch would undo what the person pushed.
      if (b.facts.headMoved) return enterVerify(b, "take-over");
      return enterImplement(b, b.facts.patch ? "fix" : "work");
    default:
      return gate satisfies never;
  }
}
