import type { EscalationCard } from "@tamma/core/domain/loop/events/people.ts";
import { issuePipeline, type StepName, stepNumber } from "@tamma/core/domain/loop/pipeline.ts";
import type { Checkpoint } from "@tamma/core/domain/loop/state.ts";
import type { LoopView, LoopWord, StepView } from "@tamma/core/domain/loop/view.ts";
import type { RiskItem } from "@tamma/core/domain/policy/risk.ts";
import { sampleDesign, samplePlan } from "./sample-work.ts";

/** Loops as they stand at typical moments, for tests of pages and routes. */
export const startedAt = Date.UTC(2026, 10, 23, 9, 0, 0);

interface Sample {
  number: number;
  title: string;
  word: LoopWord;
  step: StepName;
}

/** Repository `r1` of the local connection; run 1 of issue `number`. */
export function sampleLoop(sample: Sample, change: Partial<LoopView> = {}): LoopView {
  const past = stepNumber(sample.step);
  return {
    id: `local/r1/${sample.number}#1`,
    repository: { id: "r1", name: "acme/billing" },
    issue: { number: sample.number, title: sample.title, url: "" },
    word: sample.word,
    step: sample.step,
    steps: issuePipeline.map((step, index) => stepView(step, index + 1, past, sample.word)),
    ask: null,
    orders: { pause: null, resume: "nothing is in the way", escalate: null },
    level: "dev/consultant",
    requester: "ada",
    branch: past > 4 ? `tamma/${sample.number}-rounding` : null,
    head: past > 4 ? "4f2c1a9be0774f2c1a9be0774f2c1a9be0774f2c" : null,
    pullRequest: past > 4 ? { number: 7, url: "tamma:pull/7", draft: past < 9 } : null,
    plan: past > 2 ? samplePlan : null,
    design: past >= 3 ? sampleDesign : null,
    option: past > 3 ? "1" : null,
    threads: [],
    risk: [],
    budget: { max: 5_000_000, spent: 124_000, reserved: {}, turns: 9 },
    attempts: { build: 0, test: past > 6 ? 1 : 0 },
    job: null,
    proofs: [],
    absentScanners: [],
    mergeSha: null,
    reason: null,
    startedAt,
    endedAt: null,
    seq: 0,
    ...change,
  };
}

function stepView(
  step: (typeof issuePipeline)[number],
  number: number,
  at: number,
  word: LoopWord,
): StepView {
  const done = number < at || word === "merged";
  const here: StepView["state"] =
    word === "needs you"
      ? "needs you"
      : word === "escalated"
        ? "failed"
        : word === "running"
          ? "running"
          : "waiting";
  const begun = startedAt + number * 47_000;
  return {
    name: step.name,
    title: step.title,
    number,
    state: done ? "done" : number === at ? here : "pending",
    startedAt: done || number === at ? begun : null,
    endedAt: done ? begun + 41_000 : null,
    failed: step.name === "test" && done ? 1 : 0,
    note: "",
  };
}

export function sampleCheckpoint(loop: string, change: Partial<Checkpoint> = {}): Checkpoint {
  return {
    id: `${loop}~c1`,
    kind: "design",
    subject: "9d1f".repeat(16),
    persons: 1,
    notRequester: false,
    reserved: [],
    question: "Which design shall be built?",
    approvals: [],
    ...change,
  };
}

export function designLoop(title = "Split amounts lose a cent"): LoopView {
  const view = sampleLoop({ number: 12, title, word: "needs you", step: "design" });
  return {
    ...view,
    ask: {
      kind: "checkpoint",
      checkpoint: sampleCheckpoint(view.id),
      plan: samplePlan,
      design: sampleDesign,
      risk: [],
      next: "A branch tamma/12-rounding and a draft pull request are opened, then tests are written first.",
    },
  };
}

export const sampleRisk: RiskItem[] = [
  { kind: "breaking", detail: "signature of `split()` changed: parameter `mode` added" },
  { kind: "new-dependency", detail: "package-lock.json changes" },
];

export function completeLoop(): LoopView {
  const view = sampleLoop({
    number: 15,
    title: "Export invoices as CSV",
    word: "needs you",
    step: "complete",
  });
  const checkpoint = sampleCheckpoint(view.id, {
    kind: "complete",
    subject: "4f2c1a9be0774f2c1a9be0774f2c1a9be0774f2c",
    persons: 2,
    notRequester: true,
    reserved: ["breaking"],
    question: "Shall this be merged?",
  });
  return {
    ...view,
    risk: sampleRisk,
    ask: {
      kind: "checkpoint",
      checkpoint,
      plan: samplePlan,
      design: sampleDesign,
      risk: sampleRisk,
      next: "All gates are asked again for this commit, then it is merged into main.",
    },
    threads: [
      {
        id: "t1",
        author: "ada",
        person: true,
        path: "src/money/split.ts",
        line: 3,
        text: "What about negative amounts?",
        reply: "Covered: the remainder is taken from the absolute amount; a test shows it.",
      },
    ],
  };
}

export function runningLoop(): LoopView {
  const view = sampleLoop({
    number: 13,
    title: "Dates in mails use the wrong zone",
    word: "running",
    step: "test",
  });
  return {
    ...view,
    job: { id: `${view.id}~j4`, kind: "verify", purpose: "gates", runner: "laptop" },
  };
}

export function questionLoop(): LoopView {
  const view = sampleLoop({ number: 16, title: "Make the report faster", word: "needs you", step: "plan" });
  const questions = [
    {
      id: "q1",
      question: "Which report is too slow?",
      why: "There are three, with nothing in common.",
      suggested: "The monthly one.",
    },
    {
      id: "q2",
      question: "How fast is fast enough?",
      why: "It decides on a cache.",
      suggested: "Under two seconds.",
    },
  ];
  return { ...view, ask: { kind: "questions", questions } };
}

export function obstacleLoop(): LoopView {
  const view = sampleLoop({
    number: 17,
    title: "Rename the settings file",
    word: "needs you",
    step: "merge",
  });
  const obstacle = {
    obstacle: "dirty-tree" as const,
    what: "The working copy of acme/billing has changes in src/money/split.ts that a merge would overwrite.",
    todo: "Commit or stash them, then go on.",
  };
  return { ...view, ask: { kind: "obstacle", obstacle } };
}

export function escalatedLoop(): LoopView {
  const view = sampleLoop({ number: 14, title: "Retry failed uploads", word: "escalated", step: "test" });
  const card: EscalationCard = {
    escalation: `${view.id}~e1`,
    step: "test",
    gate: "test",
    what: "The tests still fail after 2 attempts",
    why: "The same failure came twice in a row, so no more turns were spent on it.",
    attempts: [
      {
        n: 1,
        summary: "retries the third upload › waits between tries: expected 3 calls, got 4",
        fingerprint: "up.ts:41",
      },
      {
        n: 2,
        summary: "retries the third upload › waits between tries: expected 3 calls, got 4",
        fingerprint: "up.ts:41",
      },
    ],
    excerpt:
      "FAIL src/upload.test.ts\n  AssertionError: expected 3 calls, got 4\n    at src/upload.test.ts:41:20",
    costMicroUsd: 412_000,
    choices: ["retry", "take-over", "split", "abandon"],
  };
  return { ...view, ask: { kind: "escalation", card } };
}

export function mergedLoop(): LoopView {
  const view = sampleLoop({ number: 11, title: "Show totals in the header", word: "merged", step: "next" });
  return {
    ...view,
    mergeSha: "0a1b2c3d4e".repeat(4),
    endedAt: startedAt + 1_200_000,
    reason: "Merged into main as 0a1b2c3d4e; issue #11 is closed.",
  };
}
