import { canonicalJson } from "../../audit/canonical-json.ts";
import { modelPostponesMax } from "../../policy/limits.ts";
import type { CommandOf } from "../commands.ts";
import { designProblems, type ModelTask, planProblems } from "../proposal.ts";
import { type Batch, stale } from "./batch.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { ask, call, enterAddress, enterOpen, planned } from "./enter.ts";
import { escalate } from "./escalate.ts";
import { failGate } from "./fail-gate.ts";
import { postpone, providerObstacle } from "./provider-fault.ts";
import { budgetSpent } from "./resume.ts";

/** The loop must be waiting for exactly this answer: an older one changes nothing. */
function expecting(b: Batch, task: ModelTask, n: number): void {
  const { doing } = b.active();
  if (doing.kind === "model" && doing.task === task && doing.n === n) return;
  throw stale("answer-not-wanted", `the loop does not wait for answer ${n} to ${task}`, "drop it");
}

export function reportPlan(b: Batch, { plan, n }: CommandOf<"ReportPlan">): void {
  expecting(b, "plan", n);
  const answered = b.facts.clarifications.length > 0;
  const problems = planProblems(plan, answered);
  if (problems.length > 0) return garbage(b, "plan", problems.join("; "));
  b.add({ type: "AmbiguityScored", ambiguity: plan.ambiguity, complexity: plan.complexity });
  if (plan.questions.length > 0 && !answered)
    return b.add({ type: "QuestionsAsked", questions: plan.questions, askedBy: "plan" });
  const verdict = { gate: "plan", outcome: "passed", receipts: [], evidence: null } as const;
  b.add({ type: "PlanProposed", plan });
  b.add({ type: "GatePassed", verdict: { ...verdict, receipts: [] }, subject: b.base });
  planned(b);
}

export function reportDesign(b: Batch, { design, n }: CommandOf<"ReportDesign">): void {
  expecting(b, "design", n);
  const problems = designProblems(design);
  if (problems.length > 0) return garbage(b, "design", problems.join("; "));
  const planHash = b.context.sha256(canonicalJson({ plan: b.facts.plan, design }));
  b.add({ type: "OptionsProposed", design, planHash });
  const verdict = { gate: "design", outcome: "passed", receipts: [], evidence: null } as const;
  b.add({ type: "GatePassed", verdict: { ...verdict, receipts: [] }, subject: planHash });
  if (!openCheckpoint(b, "design", planHash, "Which design shall be built?")) enterOpen(b);
}

export function reportReview(b: Batch, { review, n }: CommandOf<"ReportReview">): void {
  expecting(b, "review", n);
  b.add({ type: "ReviewAnswered", sha: b.head, review });
  for (const finding of review.findings) {
    if (finding.severity === "blocking") continue;
    const { path, line, title, detail, suggestion } = finding;
    const text = [title, detail, suggestion].filter((part) => part !== "").join("\n");
    const thread = `f${b.facts.threads.length + 1}`;
    const place = { path: path || null, line: Math.max(0, Math.trunc(line)) };
    b.add({ type: "ThreadOpened", thread, author: "review", person: false, ...place, text });
  }
  call(b, "submit-review");
}

/** The review is on the pull request, or the platform could not take it: its verdict counts either way. */
export function reviewSubmitted(b: Batch): void {
  const { head } = b;
  const { review } = b.facts;
  b.add({ type: "ReviewSubmitted", sha: head });
  const blocking = review?.review.findings.filter((finding) => finding.severity === "blocking") ?? [];
  if (blocking.length > 0) {
    const lines = blocking.map(
      (one) => `${one.path}:${one.line} ${one.title}\n${one.detail}\n${one.suggestion}`,
    );
    const fingerprint = `review:${blocking
      .map((one) => `${one.path}:${one.title}`)
      .sort()
      .join("|")}`;
    const summary = `the review blocks: ${blocking.map((one) => one.title).join("; ")}`;
    return failGate(b, "review", { summary, fingerprint, excerpt: lines.join("\n\n"), log: null });
  }
  const verdict = { gate: "review", outcome: "passed", receipts: [], evidence: null } as const;
  b.add({ type: "GatePassed", verdict: { ...verdict, receipts: [] }, subject: head });
  enterAddress(b);
}

export function modelFailure(
  b: Batch,
  { task, n, kind, detail, retryAt }: CommandOf<"ReportModelFailure">,
): void {
  expecting(b, task, n);
  switch (kind) {
    case "garbage":
    case "refusal":
      return garbage(b, task, detail);
    case "transient":
    case "limit": {
      if (b.facts.postpones >= modelPostponesMax)
        return escalate(b, { gate: null, what: "the provider does not answer", why: detail, excerpt: "" });
      return ask(b, task, postpone(b, task, { retryAt, reason: detail }));
    }
    case "budget":
      // The reservation was refused and has escalated the loop already; this is its late echo.
      return escalate(b, { gate: null, what: budgetSpent, why: detail, excerpt: "" });
    case "auth":
    case "overflow":
    case "invalid":
      return providerObstacle(b, kind, detail);
    default:
      return kind satisfies never;
  }
}

/** An unusable answer is a failed attempt of the task's gate; the same complaint twice ends the retries. */
function garbage(b: Batch, task: ModelTask, detail: string): void {
  const fingerprint = `answer:${b.context.sha256(detail).slice(0, 16)}`;
  failGate(b, task, { summary: `no usable ${task}: ${detail}`, fingerprint, excerpt: detail, log: null });
}
