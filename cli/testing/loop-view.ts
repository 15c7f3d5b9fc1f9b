import { issuePipeline, type StepName, stepNumber } from "@tamma/core/domain/loop/pipeline.ts";
import type { Ask, LoopView, StepView } from "@tamma/core/domain/loop/view.ts";

/** Noon of a fixed day, so that pictures of times are the same every run. */
export const noon = Date.UTC(2026, 10, 24, 12);
const stepMs = 2_000;

export const loopName = "plain/r1/i7#1";

/** A loop at `step`: the steps before it done in two seconds each, `state` at the step itself. */
export function loopAt(
  step: StepName,
  state: StepView["state"] = "running",
  more: Partial<LoopView> = {},
): LoopView {
  const at = stepNumber(step);
  const steps = issuePipeline.map(({ name, title }, index): StepView => {
    const number = index + 1;
    const done = number < at || (number === at && state === "done");
    return {
      name,
      title,
      number,
      state: done ? "done" : number === at ? state : "pending",
      startedAt: number <= at ? noon + index * stepMs : null,
      endedAt: done ? noon + number * stepMs : null,
      failed: state === "retry" && number === at ? 2 : 0,
      note: "",
    };
  });
  return { ...empty, step, steps, ...more };
}

export const design = {
  options: [option("1", "Round half up"), option("2", "Round half to even")],
  recommended: "2",
  rationale: "Sums of many amounts keep no bias.",
};

function option(id: string, title: string) {
  return {
    id,
    title,
    approach: `${title}, in one place.`,
    pros: ["small"],
    cons: ["one more rule"],
    complexity: 20,
    testStrategy: "a table of amounts",
    risk: "old invoices differ by a cent",
  };
}

/** An open checkpoint. */
export function checkpoint(
  kind: "assign" | "plan" | "design" | "open" | "tests" | "complete",
  reserved: string[] = [],
): Extract<Ask, { kind: "checkpoint" }> {
  return {
    kind: "checkpoint",
    checkpoint: {
      id: `${loopName}~c${kind.length}`,
      kind,
      subject: `subject-of-${kind}`,
      persons: 1,
      notRequester: false,
      reserved,
      question: `May ${kind} pass?`,
      approvals: [],
    },
    plan: null,
    design: kind === "design" ? design : null,
    risk: [],
    next: "the loop goes on",
  };
}

export const questions: Extract<Ask, { kind: "questions" }> = {
  kind: "questions",
  questions: [
    { id: "q1", question: "Which rounding?", why: "sums depend on it", suggested: "half to even" },
    { id: "q2", question: "Which currency?", why: "some have no cents", suggested: "euro" },
  ],
};

export const escalation: Extract<Ask, { kind: "escalation" }> = {
  kind: "escalation",
  card: {
    escalation: `${loopName}~e1`,
    step: "test",
    gate: "test",
    what: "the suite fails",
    why: "the same failure twice",
    attempts: [{ n: 1, summary: "2 of 9 fail", fingerprint: "f1" }],
    excerpt: "AssertionError: 1.01 != 1.00",
    costMicroUsd: 120_000,
    choices: ["retry", "take-over", "split", "abandon"],
  },
};

export const obstacle: Extract<Ask, { kind: "obstacle" }> = {
  kind: "obstacle",
  obstacle: { obstacle: "dirty-tree", what: "src/a.ts has changes", todo: "commit or stash them" },
};

const empty: LoopView = {
  id: loopName,
  repository: { id: "r1", name: "sample" },
  issue: { number: 7, title: "Round amounts", url: "http://127.0.0.1/i/7" },
  word: "running",
  step: "assign",
  steps: [],
  ask: null,
  level: "dev/consultant",
  requester: "ada",
  branch: null,
  head: null,
  pullRequest: null,
  plan: null,
  design: null,
  option: null,
  threads: [],
  risk: [],
  budget: { max: 5_000_000, spent: 120_000, reserved: {}, turns: 3 },
  attempts: {},
  job: null,
  proofs: [],
  absentScanners: [],
  mergeSha: null,
  reason: null,
  orders: { pause: null, resume: null, escalate: null },
  startedAt: noon,
  endedAt: null,
  seq: 0,
};

/** The loop after its merge. */
export function mergedLoop(): LoopView {
  return loopAt("next", "done", {
    word: "merged",
    mergeSha: "4f2c1a".padEnd(40, "0"),
    endedAt: noon + 28_000,
  });
}
