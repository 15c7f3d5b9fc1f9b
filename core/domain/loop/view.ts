import type { Instant } from "../ids.ts";
import type { RiskItem } from "../policy/risk.ts";
import type { EscalationCard } from "./events/people.ts";
import type { StepName } from "./pipeline.ts";
import type { Design, Plan } from "./proposal.ts";
import type { Budget, Checkpoint, Obstacle, Thread } from "./state.ts";

/** The word for a loop's state, everywhere. "waiting for you" is never shown as running. */
export const loopWords = [
  "running",
  "needs you",
  "waiting for a runner",
  "waiting for checks",
  "waiting for a slot",
  "waiting for time",
  "escalated",
  "merged",
  "rejected",
  "abandoned",
  "cancelled",
] as const;
export type LoopWord = (typeof loopWords)[number];

export interface StepView {
  name: StepName;
  title: string;
  number: number;
  state: "pending" | "running" | "needs you" | "waiting" | "retry" | "failed" | "done" | "skipped";
  startedAt: Instant | null;
  endedAt: Instant | null;
  /** Attempts used by the step's gates, 0 when it has none or none failed. */
  failed: number;
  note: string;
}

/** One receipt of a clean checkout, as people read it. */
export interface ProofView {
  kind: string;
  /** The tree or commit that it holds for. */
  subject: string;
  /** Does it hold for the change as it is now? */
  current: boolean;
  commands: string[];
  passed: number;
  failed: number;
  skipped: number;
  protection: string;
  /** What the protection around the commands cannot promise, in words. */
  gaps: string[];
}

/** What a person can answer now, complete enough to be shown and sent back as it is. */
export type Ask =
  | {
      kind: "checkpoint";
      checkpoint: Checkpoint;
      plan: Plan | null;
      design: Design | null;
      risk: RiskItem[];
      /** What will happen next if the answer is yes. */
      next: string;
    }
  | { kind: "questions"; questions: { id: string; question: string; why: string; suggested: string }[] }
  | { kind: "escalation"; card: EscalationCard }
  | { kind: "obstacle"; obstacle: Obstacle };

/** For each order why it would be refused now, or change nothing; null: it is possible. */
export interface OpenOrders {
  pause: string | null;
  /** Goes on where something is in the way, a pause too. */
  resume: string | null;
  /** Hands the loop to a person. */
  escalate: string | null;
}

/** One loop as surfaces show it: a projection of state and events, with nothing to decide. */
export interface LoopView {
  id: string;
  repository: { id: string; name: string };
  issue: { number: number; title: string; url: string };
  word: LoopWord;
  step: StepName;
  steps: StepView[];
  ask: Ask | null;
  orders: OpenOrders;
  level: string;
  requester: string;
  branch: string | null;
  head: string | null;
  pullRequest: { number: number; url: string; draft: boolean } | null;
  plan: Plan | null;
  design: Design | null;
  option: string | null;
  threads: Thread[];
  risk: RiskItem[];
  proofs: ProofView[];
  /** Scanners that are not installed: absent, never passed. */
  absentScanners: string[];
  budget: Budget;
  attempts: Record<string, number>;
  job: { id: string; kind: string; purpose: string; runner: string | null } | null;
  mergeSha: string | null;
  reason: string | null;
  startedAt: Instant | null;
  endedAt: Instant | null;
  /** Sequence number of the newest event. */
  seq: number;
}
