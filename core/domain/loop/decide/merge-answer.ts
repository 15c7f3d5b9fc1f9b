import type { Sha } from "../../ids.ts";
import type { MergeRefusal } from "../../platform/merging.ts";
import type { CommandOf } from "../commands.ts";
import { type Batch, stale } from "./batch.ts";
import { queueJob } from "./enter.ts";
import { failGate } from "./fail-gate.ts";
import { foreignHead } from "./world.ts";

/** The platform's answer to the merge that the loop waits for; one to an older wish changes nothing. */
export function reportMerge(b: Batch, { n, outcome }: CommandOf<"ReportMerge">): void {
  const { doing } = b.active();
  if (doing.kind !== "call" || doing.call !== "merge" || doing.n !== n)
    throw stale("call-not-open", `the loop does not wait for merge ${n}`, "drop the answer");
  switch (outcome.state) {
    case "merged":
      return mergedAs(b, outcome.sha);
    case "queued":
      if (!doing.queued) b.add({ type: "MergeQueued", head: b.head });
      return;
    case "refused":
      return refused(b, outcome.refusal);
    default:
      return outcome satisfies never;
  }
}

function refused(b: Batch, refusal: MergeRefusal): void {
  switch (refusal.why) {
    case "head-moved":
      return headMoved(b, refusal.head);
    case "base-moved":
      return baseMoved(b, refusal.base);
    case "conflict": {
      const summary = `the default branch changed the same lines: ${refusal.words}`;
      return failGate(b, "merge", { summary, fingerprint: "conflict", excerpt: refusal.words, log: null });
    }
    case "blocked": {
      const summary = `the platform does not merge it: ${refusal.words}`;
      const fingerprint = `blocked:${refusal.words}`;
      return failGate(b, "merge", { summary, fingerprint, excerpt: refusal.words, log: null });
    }
    default:
      return refusal satisfies never;
  }
}

/** The head is in the default branch: the loop has reached its end. */
export function mergedAs(b: Batch, sha: Sha): void {
  const { head, base } = b;
  const verdict = { gate: "merge", outcome: "passed", evidence: null } as const;
  b.add({ type: "GatePassed", verdict: { ...verdict, receipts: [] }, subject: head });
  b.add({ type: "Merged", sha, head, base });
}

/** Instead of the approved head another one is on the branch, or none. */
export function headMoved(b: Batch, head: Sha | null): void {
  if (head && head !== b.facts.head) return foreignHead(b, head);
  const summary = `the branch ${b.facts.branch} is gone`;
  failGate(b, "merge", { summary, fingerprint: "branch-gone", excerpt: "", log: null });
}

/** The work was proven on another base than the one it would be merged into. */
export function baseMoved(b: Batch, to: Sha): void {
  b.add({ type: "BaseMoved", from: b.base, to });
  queueJob(b, "rebase", "work");
}
