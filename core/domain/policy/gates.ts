import type { GateName } from "../loop/pipeline.ts";
import type { Attempts, Facts } from "../loop/state.ts";
import { retriesMax } from "./limits.ts";
import { isSettled } from "./modes.ts";

/** A decision with its reason; a bare boolean explains nothing to a person. */
export type Allowed = { allowed: true } | { allowed: false; reason: string };

/**
 * May gate `gate` be tried again after a failed verdict with this fingerprint? `attempts` is the state
 * before it.
 */
export function mayRetry(attempts: Attempts, fingerprint: string): Allowed {
  const last = attempts.evidence.at(-1);
  if (last && last.fingerprint === fingerprint)
    return { allowed: false, reason: `the same failure twice in a row (${fingerprint})` };
  if (attempts.failed >= retriesMax)
    return { allowed: false, reason: `the first attempt and ${retriesMax} retries failed` };
  return { allowed: true };
}

/** Gates whose verdict holds for a tree, and those whose verdict holds for a commit. */
export const treeGates = ["implement", "build", "test", "scan"] as const satisfies GateName[];
const commitGates: GateName[] = ["ci", "review"];

/**
 * Everything that stands between the present head and a merge, in words; empty when it may be merged
 * (invariant 2). It is asked when the completion checkpoint opens, and again right before the merge.
 */
export function mergeRefusals(facts: Facts): string[] {
  const { head, pushed } = facts;
  if (!head || !pushed) return ["nothing was pushed"];
  if (pushed.sha !== head) return [`the head is ${head}, but ${pushed.sha} was verified`];
  const refusals: string[] = [];
  if (facts.base !== facts.branchBase) refusals.push(`the head does not contain ${facts.base}`);
  if (facts.patch?.tree !== pushed.tree) refusals.push("the last change is not on the branch");
  for (const gate of treeGates)
    if (facts.passed[gate]?.subject !== pushed.tree)
      refusals.push(`${gate} is not green for tree ${pushed.tree}`);
  for (const gate of commitGates)
    if (facts.passed[gate]?.subject !== head) refusals.push(`${gate} is not green for ${head}`);
  if (!checksGreen(facts)) refusals.push(`the required checks are not green on ${head}`);
  if (facts.weakened?.tree === pushed.tree && !isSettled(facts, "tests", pushed.tree))
    refusals.push("tests were weakened and nobody approved that");
  // What is said while a runner merges comes too late.
  const open = facts.threads.some((thread) => thread.reply === null);
  if (open && !mayBeMerged(facts)) refusals.push("a thread is open");
  return refusals;
}

/** Was a runner given this head to merge, and none said since that it is not merged? */
export function mayBeMerged({ merging, head }: Facts): boolean {
  return merging !== null && merging.head !== null && merging.head === head;
}

/** May this head be merged? Every refusal of `mergeRefusals`, plus the completion approval. */
export function mayMerge(facts: Facts): Allowed {
  const refusals = mergeRefusals(facts);
  if (!facts.head || !isSettled(facts, "complete", facts.head))
    refusals.push("completion is not approved for this head");
  return refusals.length === 0 ? { allowed: true } : { allowed: false, reason: refusals.join("; ") };
}

/**
 * Are all required checks green on the head? "No check at all" is not green unless the repository says so.
 */
export function checksGreen(facts: Facts): boolean {
  if (!facts.checks || facts.checks.sha !== facts.head) return false;
  const required = facts.checks.checks.filter((check) => check.required);
  if (required.length === 0) return facts.settings.noChecksAreGreen;
  return required.every((check) => check.state === "passed");
}
