import { z } from "zod";
import { Instant } from "../../ids.ts";
import { gateNames, stepNames } from "../pipeline.ts";
import { Person, Via } from "../work.ts";
import { callNames, JobKind, jobPurposes } from "./control.ts";

export const checkpointKinds = ["assign", "plan", "design", "open", "tests", "complete"] as const;
export const CheckpointKind = z.enum(checkpointKinds);

/** Policy's answer for one checkpoint: how many persons, who not, and why. */
export const PolicyDecided = z.object({
  type: z.literal("PolicyDecided"),
  checkpoint: CheckpointKind,
  needed: z.boolean(),
  persons: z.number().int().nonnegative(),
  notRequester: z.boolean(),
  /** Kinds of risk that forbid any approval ahead of time (FR-34); empty when none. */
  reserved: z.array(z.string()),
  reasons: z.array(z.string()),
});

/**
 * The loop waits for a person; `subject` (plan hash, head sha or tree) is what the decision will be bound
 * to.
 */
export const CheckpointOpened = z.object({
  type: z.literal("CheckpointOpened"),
  checkpoint: z.string(),
  kind: CheckpointKind,
  subject: z.string(),
  persons: z.number().int().positive(),
  notRequester: z.boolean(),
  reserved: z.array(z.string()),
  /** What is asked, in one sentence. */
  question: z.string(),
});

/** One person's yes. With two-person rules the checkpoint passes at the last needed one. */
export const ApprovalGiven = z.object({
  type: z.literal("ApprovalGiven"),
  checkpoint: z.string(),
  kind: CheckpointKind,
  subject: z.string(),
  option: z.string().nullable(),
  by: Person,
  via: Via,
});

export const CheckpointPassed = z.object({
  type: z.literal("CheckpointPassed"),
  checkpoint: z.string(),
  kind: CheckpointKind,
});

/** A person said no; at `complete` and `tests` the loop goes back to work with the reason. */
export const CheckpointRejected = z.object({
  type: z.literal("CheckpointRejected"),
  checkpoint: z.string(),
  kind: CheckpointKind,
  reason: z.string(),
  by: Person,
});

/** A person wants it otherwise: the loop works on with the text. */
export const ChangeRequested = z.object({
  type: z.literal("ChangeRequested"),
  checkpoint: z.string(),
  kind: CheckpointKind,
  text: z.string(),
  by: Person,
});

/** An approval no longer counts, because what it was bound to moved. */
export const ApprovalExpired = z.object({
  type: z.literal("ApprovalExpired"),
  kind: CheckpointKind,
  subject: z.string(),
  reason: z.string(),
});

/**
 * Tamma's own rebase left the patch unchanged and its gates are green again: the approval is carried over.
 */
export const ApprovalCarriedOver = z.object({
  type: z.literal("ApprovalCarriedOver"),
  kind: CheckpointKind,
  from: z.string(),
  to: z.string(),
});

/** A person (or a finding of the review) opened a thread on the pull request. */
export const ThreadOpened = z.object({
  type: z.literal("ThreadOpened"),
  thread: z.string(),
  author: z.string(),
  /** Did a person open it? A finding of the model's review did not. */
  person: z.boolean(),
  path: z.string().nullable(),
  line: z.number().int().nonnegative(),
  text: z.string(),
});

/** The thread got a change or a reasoned reply. */
export const ThreadAnswered = z.object({
  type: z.literal("ThreadAnswered"),
  thread: z.string(),
  reply: z.string(),
});

export const Reminded = z.object({ type: z.literal("Reminded"), about: z.string(), n: z.number().int() });

/** What failed, why, what was tried, what can be done: everything a person needs to take over. */
export const EscalationCard = z.object({
  escalation: z.string(),
  step: z.enum(stepNames),
  gate: z.enum(gateNames).nullable(),
  what: z.string(),
  why: z.string(),
  attempts: z.array(z.object({ n: z.number().int(), summary: z.string(), fingerprint: z.string() })),
  excerpt: z.string(),
  costMicroUsd: z.number().int(),
  choices: z.array(z.enum(["retry", "take-over", "split", "abandon"])),
});

export const Escalated = z.object({ type: z.literal("Escalated"), card: EscalationCard });

export const EscalationResolved = z.object({
  type: z.literal("EscalationResolved"),
  escalation: z.string(),
  choice: z.enum(["retry", "take-over", "split", "abandon"]),
  hint: z.string(),
  by: Person,
});

/** Something that a loop does without a person. */
const Begun = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("job"), job: JobKind, purpose: z.enum(jobPurposes), notBefore: Instant }),
  z.object({ kind: z.literal("model"), task: z.enum(["plan", "design", "review"]), notBefore: Instant }),
  z.object({ kind: z.literal("call"), call: z.enum(callNames) }),
  z.object({ kind: z.literal("checks") }),
]);

/**
 * Something in the world has to be put right by a person before the loop can go on (a dirty working tree).
 */
export const ObstacleMet = z.object({
  type: z.literal("ObstacleMet"),
  obstacle: z.enum(["dirty-tree", "take-over", "provider", "runner", "paused"]),
  what: z.string(),
  todo: z.string(),
  /** What was broken off and is begun again afterwards: by a pause, or because no runner did the job. */
  brokenOff: Begun.optional(),
});

export const ObstacleCleared = z.object({
  type: z.literal("ObstacleCleared"),
  obstacle: z.string(),
  by: Person.nullable(),
  at: Instant,
});

export type Begun = z.infer<typeof Begun>;
export type EscalationCard = z.infer<typeof EscalationCard>;
export type CheckpointKind = z.infer<typeof CheckpointKind>;
