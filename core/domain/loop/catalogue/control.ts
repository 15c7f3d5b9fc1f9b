import { blob, commit, type Entries, loop, mia } from "./entry.ts";

const job = `${loop}~j3`;
const turn = `${job}~t1`;

/** Events of steps, jobs, turns, money, slots and the end. */
export const controlEntries = {
  StepEntered: {
    says: "The loop entered a step of the pipeline.",
    example: { type: "StepEntered", step: "implement" },
  },
  JobQueued: {
    says: "Work for a runner is open.",
    example: { type: "JobQueued", job, n: 3, kind: "develop", purpose: "work", notBefore: 0 },
  },
  CallRequested: {
    says: "The loop waits for an answer of the platform or the coordinator.",
    example: { type: "CallRequested", call: "open-pull-request", n: 2 },
  },
  ModelAsked: {
    says: "The loop waits for one answer of a model.",
    example: { type: "ModelAsked", task: "plan", n: 1, notBefore: 0 },
  },
  ChecksAwaited: {
    says: "The loop waits for the platform's checks of a commit.",
    example: { type: "ChecksAwaited", sha: commit("d"), n: 4 },
  },
  ChecksAskedAgain: {
    says: "The loop asked the platform by itself how the checks stand.",
    example: { type: "ChecksAskedAgain", sha: commit("d"), n: 2 },
  },
  ChecksSilent: {
    says: "No check of the commit has begun for a while, and people are told why that may be.",
    example: { type: "ChecksSilent", sha: commit("d") },
  },
  LeaseGranted: {
    says: "A runner has the right to do the job, under a fence that grows with every lease.",
    example: { type: "LeaseGranted", job, fence: 3, runner: "laptop" },
  },
  LeaseLost: {
    says: "The runner vanished or gave the job back, and the same attempt is open again.",
    example: { type: "LeaseLost", job, fence: 3, returned: false },
  },
  JobFinished: {
    says: "The runner reported how the job ended.",
    example: { type: "JobFinished", job, fence: 3, outcome: "done" },
  },
  JobDropped: {
    says: "The job's work is no longer wanted, and its fence is void.",
    example: { type: "JobDropped", job, reason: "the head moved" },
  },
  TurnReserved: {
    says: "A model turn was allowed, and its worst cost is set aside.",
    example: {
      ...{ type: "TurnReserved", turn, provider: "anthropic", model: "claude", reserved: 90_000 },
      deadline: 1_764_000_660_000,
    },
  },
  TurnSettled: {
    says: "A model turn ended, at this cost.",
    example: {
      ...{ type: "TurnSettled", turn, outcome: "answered", cost: 31_250, estimated: false },
      ...{ inputTokens: 8_200, outputTokens: 640, cacheReadTokens: 0, latencyMs: 4_120, answer: blob },
      detail: "",
    },
  },
  BudgetExceeded: {
    says: "The next turn could have broken the loop's cap, so it was not allowed.",
    example: { type: "BudgetExceeded", turn, wanted: 90_000, left: 12_000 },
  },
  BudgetRaised: {
    says: "A person let a loop that had spent its money go on, with a higher cap.",
    example: { type: "BudgetRaised", max: 10_000_000, by: mia },
  },
  ModelPostponed: {
    says: "A model gave no answer for now, and is asked again later.",
    example: {
      type: "ModelPostponed",
      task: "plan",
      until: 1_764_000_030_000,
      reason: "429: too many requests",
    },
  },
  EffectSkipped: {
    says: "Something outside could not be done, and the loop goes on without it.",
    example: { type: "EffectSkipped", effect: "sticky-comment", reason: "403: no right to comment" },
  },
  ResumePlanned: {
    says: "It is decided where the loop goes on, as soon as it holds a slot.",
    example: { type: "ResumePlanned", resume: { at: "test", gate: "test" } },
  },
  SlotReleased: {
    says: "The loop gave its slot back while it waits for a person.",
    example: { type: "SlotReleased", reason: "escalated" },
  },
  SlotGranted: {
    says: "The loop holds a slot of its repository again.",
    example: { type: "SlotGranted", claim: `${loop}~s2` },
  },
  LoopCancelled: {
    says: "A person stopped the loop.",
    example: { type: "LoopCancelled", by: mia, reason: "wrong issue" },
  },
  LoopRejected: {
    says: "A person rejected the work before there was code.",
    example: { type: "LoopRejected", by: mia, reason: "too risky" },
  },
  LoopAbandoned: {
    says: "The loop was given up, or split into smaller issues; its branch is kept.",
    example: { type: "LoopAbandoned", by: mia, reason: "split into smaller issues", split: ["Round money"] },
  },
} satisfies Partial<Entries>;
