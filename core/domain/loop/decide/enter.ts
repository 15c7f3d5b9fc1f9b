import { canonicalJson } from "../../audit/canonical-json.ts";
import { jobId } from "../../ids.ts";
import { mayBeMerged, mayMerge, mergeRefusals, treeGates } from "../../policy/gates.ts";
import { addressRoundsMax, excerptCharsMax, threadsPerRoundMax } from "../../policy/limits.ts";
import { isSettled } from "../../policy/modes.ts";
import type { CallName, JobKind, JobPurpose } from "../events/control.ts";
import type { GateName } from "../pipeline.ts";
import type { ModelTask } from "../proposal.ts";
import type { Batch } from "./batch.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { escalate } from "./escalate.ts";

/**
 * How the loop enters each step. Every function ends with something that the loop is doing, or with its
 * end.
 */

export function call(b: Batch, name: CallName): void {
  b.add({ type: "CallRequested", call: name, n: b.facts.calls + 1 });
}

export function ask(b: Batch, task: ModelTask, notBefore = 0): void {
  b.add({ type: "ModelAsked", task, n: b.facts.asks + 1, notBefore });
}

export function queueJob(b: Batch, kind: JobKind, purpose: JobPurpose, notBefore = 0): void {
  const n = b.facts.jobs + 1;
  b.add({ type: "JobQueued", job: jobId(b.facts.loop, n), n, kind, purpose, notBefore });
}

/** Puts the attempt on record before its work begins; one that is open (a lost lease) goes on as it is. */
export function startAttempt(b: Batch, gate: GateName): void {
  const { open, failed } = b.facts.attempts[gate];
  if (!open) b.add({ type: "AttemptStarted", gate, n: failed + 1 });
}

export function enterPlan(b: Batch): void {
  b.enter("plan");
  startAttempt(b, "plan");
  queueJob(b, "survey", "work");
}

export function askPlan(b: Batch): void {
  startAttempt(b, "plan");
  ask(b, "plan");
}

/** The plan is there: a person looks at it where policy says so, then the options are asked for. */
export function planned(b: Batch): void {
  const subject = b.context.sha256(canonicalJson(b.facts.plan));
  const opened = openCheckpoint(b, "plan", subject, "Is this the right plan?");
  if (!opened) enterDesign(b);
}

export function enterDesign(b: Batch): void {
  b.enter("design");
  askDesign(b);
}

export function askDesign(b: Batch): void {
  startAttempt(b, "design");
  ask(b, "design");
}

export function enterOpen(b: Batch): void {
  const subject = b.facts.planHash ?? "";
  if (openCheckpoint(b, "open", subject, "Open a draft pull request with this design?")) return;
  openNow(b);
}

export function openNow(b: Batch): void {
  b.enter("open");
  startAttempt(b, "push");
  queueJob(b, "open", "work");
}

/** Work on the code: the first time tests first, later to mend `facts.failure`. */
export function enterImplement(b: Batch, purpose: "work" | "fix", notBefore = 0): void {
  b.enter("implement");
  startAttempt(b, "implement");
  queueJob(b, "develop", purpose, notBefore);
}

/**
 * Asks a clean checkout for red, build, green, test and scan: of the patch, or of a head that somebody
 * pushed.
 */
export function enterVerify(b: Batch, purpose: "gates" | "take-over"): void {
  for (const gate of treeGates) startAttempt(b, gate);
  queueJob(b, "verify", purpose);
}

/**
 * The tree is proven by a clean checkout: a person looks at weakened tests and protected paths, then it is
 * pushed.
 */
export function enterPush(b: Batch): void {
  const tree = b.facts.patch?.tree ?? "";
  const green = treeGates.every((gate) => b.facts.passed[gate]?.subject === tree);
  if (!green) return enterVerify(b, "gates");
  b.enter("push");
  if (!testsSettled(b, tree)) return;
  startAttempt(b, "push");
  queueJob(b, "publish", "work");
}

/** False: the loop waits for a person's yes to a weakened test or a protected path of this tree. */
export function testsSettled(b: Batch, tree: string): boolean {
  const { weakened } = b.facts;
  if (weakened?.tree !== tree || isSettled(b.facts, "tests", tree)) return true;
  const items = weakened.items.map((item) => `${item.path}: ${item.what}`).join("; ");
  return !openCheckpoint(b, "tests", tree, `The rules became weaker. Accept this? ${items}`);
}

/** The commit is on the branch: the pull request leaves draft before checks are asked. */
export function pushed(b: Batch): void {
  if (b.facts.pullRequest?.draft) call(b, "mark-ready");
  else enterCi(b);
}

export function enterCi(b: Batch): void {
  const { pushed, settings, calls } = b.facts;
  b.enter("ci");
  startAttempt(b, "ci");
  if (settings.checks === "runner") queueJob(b, "verify", "ci");
  else if (pushed) b.add({ type: "ChecksAwaited", sha: pushed.sha, n: calls + 1 });
}

export function enterReview(b: Batch): void {
  b.enter("review");
  const { passed, rebasedFrom, head } = b.facts;
  // Our own rebase left the text of the change as it was: what was reviewed is still what is there.
  if (head && rebasedFrom && passed.review?.subject === rebasedFrom) {
    b.add({ type: "GatePassed", verdict: passed.review.verdict, subject: head });
    return enterAddress(b);
  }
  startAttempt(b, "review");
  ask(b, "review");
}

export function enterAddress(b: Batch): void {
  b.enter("address");
  const { threads, patch, pushed } = b.facts;
  const open = threads.filter((thread) => thread.reply === null);
  // The answers to the comments speak of a change: without it on the branch they would not be true.
  if (open.length === 0) return patch?.tree === pushed?.tree ? enterComplete(b) : enterPush(b);
  const n = b.facts.addressRounds + 1;
  if (n > addressRoundsMax) {
    const what = `${open.length} comments are still open after ${addressRoundsMax} rounds`;
    const said = open.map((thread) => `${thread.author}: ${thread.text}`).join("\n");
    const excerpt = said.slice(0, excerptCharsMax).toWellFormed();
    return escalate(b, { gate: null, what, why: "the rounds of answers are used up", excerpt });
  }
  const taken = open.slice(0, threadsPerRoundMax).map((thread) => thread.id);
  b.add({ type: "AddressRoundStarted", n, threads: taken });
  startAttempt(b, "implement");
  queueJob(b, "develop", "address");
}

export function enterComplete(b: Batch): void {
  b.enter("complete");
  const { head } = b;
  const refusals = mergeRefusals(b.facts);
  if (refusals.length > 0) {
    const what = "the gates are not all green for this head";
    return escalate(b, { gate: null, what, why: refusals.join("; "), excerpt: "" });
  }
  carryApprovals(b, head);
  if (isSettled(b.facts, "complete", head)) return enterMerge(b);
  if (openCheckpoint(b, "complete", head, "Merge this pull request?")) return;
  enterMerge(b);
}

/** Approvals of the head before our own unchanged rebase hold for this one too; never in guardian. */
function carryApprovals(b: Batch, head: string): void {
  const { rebasedFrom, settings } = b.facts;
  const carried = settings.level !== "business/guardian" ? rebasedFrom : null;
  const stale = new Set<string>();
  for (const { kind, subject, stale: why } of b.facts.approvals) {
    if (kind !== "complete" || why !== null || subject === head) continue;
    stale.add(subject);
  }
  for (const subject of stale) {
    if (subject === carried)
      b.add({ type: "ApprovalCarriedOver", kind: "complete", from: subject, to: head });
    else b.add({ type: "ApprovalExpired", kind: "complete", subject, reason: `the head moved to ${head}` });
  }
}

/**
 * Every gate is asked again for the exact head, when the step is entered and when the merge turn is there.
 */
export function enterMerge(b: Batch): void {
  // New work on a head that is merged already would be merged a second time: first it is found out.
  const comes = mayBeMerged(b.facts) ? [] : b.facts.threads;
  if (comes.some((thread) => thread.reply === null)) return enterAddress(b);
  // The patch was replayed on a newer base and that is not on the branch yet: first it has to be proven and
  // pushed.
  if (b.facts.base !== b.facts.branchBase) return enterPush(b);
  const allowed = mayMerge(b.facts);
  if (!allowed.allowed) {
    const what = "this head may not be merged";
    return escalate(b, { gate: null, what, why: allowed.reason, excerpt: "" });
  }
  b.enter("merge");
  startAttempt(b, "merge");
  if (!b.facts.mergeTurnHeld) return call(b, "request-merge-turn");
  if (b.facts.settings.merges === "platform") call(b, "merge");
  else queueJob(b, "merge", "work");
}
