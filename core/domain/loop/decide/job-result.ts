import { CommandRefused } from "../../errors.ts";
import { modelPostponesMax } from "../../policy/limits.ts";
import { branchName } from "../branch-name.ts";
import type { CommandOf } from "../commands.ts";
import type { Evidence, Patch } from "../evidence.ts";
import type { JobResultOf } from "../jobs.ts";
import { patchProblems } from "../patch-rules.ts";
import type { GateName } from "../pipeline.ts";
import type { Job } from "../state.ts";
import type { Batch } from "./batch.ts";
import { askPlan, call, enterAddress, enterMerge, enterVerify, pushed, queueJob } from "./enter.ts";
import { escalate } from "./escalate.ts";
import { failGate } from "./fail-gate.ts";
import { gateOfJob, leasedJob } from "./lease.ts";
import { baseMoved, headMoved, mergedAs } from "./merge-answer.ts";
import { postpone, providerObstacle } from "./provider-fault.ts";
import { verified } from "./verify-result.ts";
import { foreignHead } from "./world.ts";

/** A runner's result: the end of a job, and what the loop does next. */
export function jobResult(b: Batch, { job: id, fence, result: report }: CommandOf<"ReportJobResult">): void {
  const job = leasedJob(b, id, fence);
  if (report.kind !== job.kind)
    throw new CommandRefused({
      kind: "invalid",
      code: "wrong-result",
      message: `job ${id} is ${job.kind}, the result is of ${report.kind}`,
      todo: "update the runner",
    });
  const { outcome } = report.result;
  if (outcome === "stopped") return b.add({ type: "LeaseLost", job: id, fence, returned: true });
  b.add({ type: "JobFinished", job: id, fence, outcome });
  switch (report.kind) {
    case "survey":
      return surveyed(b, job, report.result);
    case "open":
      return opened(b, job, report.result);
    case "develop":
      return developed(b, job, report.result);
    case "verify":
      if (report.result.outcome === "done") return verified(b, job, report.result);
      return jobFailed(b, job, report.result);
    case "publish":
      return published(b, job, report.result);
    case "rebase":
      return rebased(b, job, report.result);
    case "merge":
      return merged(b, job, report.result);
    default:
      return report satisfies never;
  }
}

function jobFailed(b: Batch, job: Job, result: { outcome: string; evidence?: Evidence }): void {
  if (result.evidence) failGate(b, gateOfJob(job), result.evidence);
}

function surveyed(b: Batch, job: Job, result: JobResultOf<"survey">): void {
  if (result.outcome !== "done") return jobFailed(b, job, result);
  const { base, context, summary, hasTests } = result;
  b.add({ type: "ContextCollected", base, context, summary, hasTests });
  askPlan(b);
}

function opened(b: Batch, job: Job, result: JobResultOf<"open">): void {
  if (result.outcome !== "done") return jobFailed(b, job, result);
  const { base, head } = result;
  b.add({ type: "BranchCreated", branch: branchName(b.facts), base, head });
  call(b, "open-pull-request");
}

function developed(b: Batch, job: Job, result: JobResultOf<"develop">): void {
  if (result.outcome === "question")
    return b.add({
      type: "QuestionsAsked",
      questions: distinctIds(b, result.questions),
      askedBy: "implement",
    });
  if (result.outcome === "provider") return providerFailed(b, job, result.error);
  if (result.outcome === "stopped") return;
  for (const reason of result.rejections) b.add({ type: "RedRejected", reason });
  if (result.outcome === "failed") return failGate(b, "implement", result.evidence);
  const { patch, summary, testFiles, replies } = result;
  for (const { thread, text } of replies)
    if (b.facts.threads.some((one) => one.id === thread && one.reply === null))
      b.add({ type: "ThreadAnswered", thread, reply: text });
  if (job.purpose === "address" && patch.tree === b.facts.pushed?.tree) return enterAddress(b);
  if (patchRefused(b, "implement", patch, b.facts.base)) return;
  b.add({ type: "PatchProposed", patch, summary, testFiles });
  enterVerify(b, "gates");
}

/** Says what is wrong with a patch and fails the gate; false when nothing is. */
function patchRefused(b: Batch, gate: GateName, patch: Patch, base: string | null): boolean {
  const problems = patchProblems(patch, base);
  if (problems.length === 0) return false;
  b.add({ type: "PatchRefused", reasons: problems });
  const summary = `the patch was refused: ${problems.join("; ")}`;
  failGate(b, gate, { summary, fingerprint: `patch:${problems.join("|")}`, excerpt: "", log: null });
  return true;
}

/** The agent numbers its questions from q1 each time; answers must not land on an older one. */
function distinctIds<Q extends { id: string }>(b: Batch, questions: Q[]): Q[] {
  const taken = b.facts.clarifications.length;
  return questions.map((question, index) => ({ ...question, id: `q${taken + index + 1}` }));
}

/** The provider gave no answer in the middle of a job: wait for it, or let a person put it right. */
function providerFailed(
  b: Batch,
  job: Job,
  { kind, message, retryAt }: { kind: string; message: string; retryAt: number | null },
): void {
  if ((kind === "transient" || kind === "limit") && b.facts.postpones < modelPostponesMax) {
    const until = postpone(b, "develop", { retryAt, reason: message });
    return queueJob(b, "develop", job.purpose, until);
  }
  if (kind === "refusal" || kind === "garbage" || kind === "overflow") {
    const evidence = { summary: message, fingerprint: `provider:${kind}`, excerpt: message, log: null };
    return failGate(b, "implement", evidence);
  }
  if (kind === "transient" || kind === "limit")
    return escalate(b, { gate: null, what: "the provider does not answer", why: message, excerpt: "" });
  providerObstacle(b, kind, message);
}

function published(b: Batch, job: Job, result: JobResultOf<"publish">): void {
  if (result.outcome === "head-moved") {
    if (result.head && result.head !== b.facts.head) return foreignHead(b, result.head);
    const summary = `the branch ${b.facts.branch} is gone or could not be moved`;
    return failGate(b, "push", { summary, fingerprint: "branch-gone", excerpt: "", log: null });
  }
  if (result.outcome !== "done") return jobFailed(b, job, result);
  if (result.tree !== b.facts.patch?.tree) {
    const summary = `the runner pushed tree ${result.tree}, but ${b.facts.patch?.tree} was verified`;
    return failGate(b, "push", { summary, fingerprint: "tree-mismatch", excerpt: "", log: null });
  }
  const before = b.head;
  b.add({ type: "CodePushed", sha: result.sha, tree: result.tree, before });
  const receipt = { gate: "push", outcome: "passed", receipts: [], evidence: null } as const;
  b.add({ type: "GatePassed", verdict: { ...receipt, receipts: [] }, subject: result.sha });
  pushed(b);
}

function rebased(b: Batch, job: Job, result: JobResultOf<"rebase">): void {
  if (result.outcome === "conflict") {
    const summary = `the default branch changed the same lines: ${result.files.join(", ")}`;
    return failGate(b, "merge", { ...result.evidence, summary });
  }
  if (result.outcome !== "done") return jobFailed(b, job, result);
  if (patchRefused(b, "merge", result.patch, b.facts.rebaseOnto)) return;
  b.add({ type: "PatchRebased", patch: result.patch, unchanged: result.unchanged });
  enterVerify(b, "gates");
}

function merged(b: Batch, job: Job, result: JobResultOf<"merge">): void {
  switch (result.outcome) {
    case "done":
      return mergedAs(b, result.sha);
    case "head-moved":
      return headMoved(b, result.head);
    case "base-moved":
      return baseMoved(b, result.base);
    case "dirty-tree":
      return b.add({
        type: "ObstacleMet",
        obstacle: "dirty-tree",
        what: `${b.facts.repository.url} has uncommitted changes: ${result.files.join(", ")}`,
        todo: "commit or stash them, then `tamma retry`",
      });
    default:
      return jobFailed(b, job, result);
  }
}

/** The coordinator lets this loop merge now: every gate is asked once more for the exact head. */
export function mergeTurnGranted(b: Batch, turn: string | undefined): void {
  b.add({ type: "MergeTurnGranted", ...(turn === undefined ? {} : { turn }) });
  enterMerge(b);
}
