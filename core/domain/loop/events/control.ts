import { z } from "zod";
import { Instant, MicroUsd, Sha } from "../../ids.ts";
import { BlobRef } from "../evidence.ts";
import { gateNames, stepNames } from "../pipeline.ts";
import { Person } from "../work.ts";

export const jobKinds = ["survey", "open", "develop", "verify", "publish", "rebase", "merge"] as const;
export const JobKind = z.enum(jobKinds);
export const jobPurposes = ["work", "fix", "address", "gates", "ci", "take-over"] as const;
export const callNames = [
  "claim",
  "request-slot",
  "open-pull-request",
  "mark-ready",
  "submit-review",
  "request-merge-turn",
  "merge",
] as const;

export const StepEntered = z.object({ type: z.literal("StepEntered"), step: z.enum(stepNames) });

export const JobQueued = z.object({
  type: z.literal("JobQueued"),
  job: z.string(),
  n: z.number().int().positive(),
  kind: JobKind,
  /** What this job is for, in words ("fix the failed build", "check the pushed commit"). */
  purpose: z.enum(jobPurposes),
  /** Not offered to runners before this time (a provider asked us to wait); 0 for at once. */
  notBefore: Instant,
});

/** A call to the platform or the coordinator, on which the loop waits. */
export const CallRequested = z.object({
  type: z.literal("CallRequested"),
  call: z.enum(callNames),
  n: z.number().int().positive(),
});

/** One tool-less model task, on whose answer the loop waits; not before `notBefore`. */
export const ModelAsked = z.object({
  type: z.literal("ModelAsked"),
  task: z.enum(["plan", "design", "review"]),
  n: z.number().int().positive(),
  notBefore: Instant,
});

/** The loop waits for the platform's checks on a pushed commit. */
export const ChecksAwaited = z.object({
  type: z.literal("ChecksAwaited"),
  sha: Sha,
  n: z.number().int().positive(),
});

/** What a platform tells may get lost, so the loop asks it again, `n` times by now. */
export const ChecksAskedAgain = z.object({
  type: z.literal("ChecksAskedAgain"),
  sha: Sha,
  n: z.number().int().positive(),
});

/** No check has begun for so long that people have to know. */
export const ChecksSilent = z.object({ type: z.literal("ChecksSilent"), sha: Sha });

export const LeaseGranted = z.object({
  type: z.literal("LeaseGranted"),
  job: z.string(),
  fence: z.number().int().positive(),
  runner: z.string(),
});

/** The runner vanished: the same attempt is given out again, at most `leasesLostMax` times. */
export const LeaseLost = z.object({
  type: z.literal("LeaseLost"),
  job: z.string(),
  fence: z.number().int().positive(),
  /** The runner gave it back by itself (it was told to end); that does not count against the attempt. */
  returned: z.boolean(),
});

export const JobFinished = z.object({
  type: z.literal("JobFinished"),
  job: z.string(),
  fence: z.number().int().positive(),
  outcome: z.string(),
});

/** The job's work is no longer wanted; its fence is void. */
export const JobDropped = z.object({ type: z.literal("JobDropped"), job: z.string(), reason: z.string() });

/** A model turn was allowed and its worst cost reserved, until `deadline`. */
export const TurnReserved = z.object({
  type: z.literal("TurnReserved"),
  turn: z.string(),
  provider: z.string(),
  model: z.string(),
  reserved: MicroUsd,
  deadline: Instant,
});

/** `estimated`: nobody knows the cost (cut off, no answer in time), so the reservation counts in full. */
export const TurnSettled = z.object({
  type: z.literal("TurnSettled"),
  turn: z.string(),
  outcome: z.enum(["answered", "failed", "cut", "expired"]),
  cost: MicroUsd,
  estimated: z.boolean(),
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cacheReadTokens: z.number().int().nonnegative(),
  latencyMs: z.number().int().nonnegative(),
  answer: BlobRef.nullable(),
  detail: z.string(),
});

export const BudgetExceeded = z.object({
  type: z.literal("BudgetExceeded"),
  turn: z.string(),
  wanted: MicroUsd,
  left: MicroUsd,
});

/** A person let a loop that had spent its budget go on, with a higher ceiling. */
export const BudgetRaised = z.object({ type: z.literal("BudgetRaised"), max: MicroUsd, by: Person });

/** A model task gave no usable answer for a while (limit, outage); it is asked again at `until`. */
export const ModelPostponed = z.object({
  type: z.literal("ModelPostponed"),
  task: z.string(),
  until: Instant,
  reason: z.string(),
});

/** An effect outside the main line (comment, label) could not be done; the loop goes on without it. */
export const EffectSkipped = z.object({
  type: z.literal("EffectSkipped"),
  effect: z.string(),
  reason: z.string(),
});

/** Where the loop goes on, as soon as it holds a slot. */
export const ResumePlanned = z.object({
  type: z.literal("ResumePlanned"),
  resume: z.union([
    z.object({ at: z.enum(stepNames), gate: z.enum(gateNames).nullable() }),
    z.object({ at: z.literal("take-over") }),
  ]),
});

export const SlotReleased = z.object({ type: z.literal("SlotReleased"), reason: z.string() });
export const SlotGranted = z.object({ type: z.literal("SlotGranted"), claim: z.string() });

export const LoopCancelled = z.object({ type: z.literal("LoopCancelled"), by: Person, reason: z.string() });
export const LoopRejected = z.object({ type: z.literal("LoopRejected"), by: Person, reason: z.string() });
export const LoopAbandoned = z.object({
  type: z.literal("LoopAbandoned"),
  by: Person.nullable(),
  reason: z.string(),
  /** Titles of the issues that shall be opened instead (choice `split`). */
  split: z.array(z.string()),
});

export type JobKind = z.infer<typeof JobKind>;
export type JobPurpose = (typeof jobPurposes)[number];
export type CallName = (typeof callNames)[number];
