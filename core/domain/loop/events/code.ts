import { z } from "zod";
import { Sha } from "../../ids.ts";
import { Check, Evidence, Patch, ScanFinding, SignatureChange, Verdict, Weakening } from "../evidence.ts";
import { gateNames } from "../pipeline.ts";
import { Review } from "../proposal.ts";

export const BranchCreated = z.object({
  type: z.literal("BranchCreated"),
  branch: z.string(),
  base: Sha,
  head: Sha,
});

export const PullRequestOpened = z.object({
  type: z.literal("PullRequestOpened"),
  id: z.string(),
  number: z.number().int().positive(),
  url: z.string(),
});

/** The pull request left draft. */
export const PullRequestReady = z.object({ type: z.literal("PullRequestReady") });

/** The tests that the agent wrote were refused: they passed at once, or failed for a wrong reason. */
export const RedRejected = z.object({ type: z.literal("RedRejected"), reason: z.string() });

/** The agent's work as a patch; nothing was published yet. */
export const PatchProposed = z.object({
  type: z.literal("PatchProposed"),
  patch: Patch,
  summary: z.string(),
  testFiles: z.array(z.string()),
});

/** The patch broke a rule of the control plane (size, path, tree) and was never run. */
export const PatchRefused = z.object({ type: z.literal("PatchRefused"), reasons: z.array(z.string()) });

/** A clean checkout arrived at this tree; what it shows about risk and tests. */
export const ChangeMeasured = z.object({
  type: z.literal("ChangeMeasured"),
  tree: Sha,
  signatures: z.array(SignatureChange),
  scan: z.array(ScanFinding),
  absentScanners: z.array(z.string()),
  unproven: z.boolean(),
  /** Test files that are proven red now; byte-equal until the loop ends. */
  lockedTests: z.array(z.object({ path: z.string(), sha256: z.string() })),
});

/** The tests or the rules around them became weaker; a person has to agree. */
export const TestsWeakened = z.object({
  type: z.literal("TestsWeakened"),
  tree: Sha,
  items: z.array(Weakening),
});

export const CodePushed = z.object({
  type: z.literal("CodePushed"),
  sha: Sha,
  tree: Sha,
  /** The branch's head before; the push was leased on it. */
  before: Sha,
});

/** Somebody else moved the branch. */
export const HeadMoved = z.object({ type: z.literal("HeadMoved"), from: Sha, to: Sha });

/** The default branch moved on; the patch has to be replayed on it. */
export const BaseMoved = z.object({ type: z.literal("BaseMoved"), from: Sha, to: Sha });

export const PatchRebased = z.object({
  type: z.literal("PatchRebased"),
  patch: Patch,
  /** Is the text of the change the same as before? Only then approvals can be carried over. */
  unchanged: z.boolean(),
});

/**
 * `AttemptStarted {gate, n}`, n = failed verdicts of the gate + 1, is on record before the work is queued.
 */
export const AttemptStarted = z.object({
  type: z.literal("AttemptStarted"),
  gate: z.enum(gateNames),
  n: z.number().int().positive(),
});

export const GatePassed = z.object({ type: z.literal("GatePassed"), verdict: Verdict, subject: z.string() });

export const GateFailed = z.object({
  type: z.literal("GateFailed"),
  gate: z.enum(gateNames),
  attempt: z.number().int().positive(),
  evidence: Evidence,
});

export const RetryScheduled = z.object({
  type: z.literal("RetryScheduled"),
  gate: z.enum(gateNames),
  reason: z.string(),
});

/** A person sent finished work back with a reason; the next develop job has to mend it. */
export const WorkReopened = z.object({ type: z.literal("WorkReopened"), reason: z.string() });

export const ChecksReported = z.object({
  type: z.literal("ChecksReported"),
  sha: Sha,
  checks: z.array(Check),
});

export const ReviewAnswered = z.object({ type: z.literal("ReviewAnswered"), sha: Sha, review: Review });

/** The review is on the pull request. */
export const ReviewSubmitted = z.object({ type: z.literal("ReviewSubmitted"), sha: Sha });

export const AddressRoundStarted = z.object({
  type: z.literal("AddressRoundStarted"),
  n: z.number().int().positive(),
  threads: z.array(z.string()),
});

export const MergeTurnGranted = z.object({
  type: z.literal("MergeTurnGranted"),
  /** Its name, by which it is given back; absent in logs from before turns had one. */
  turn: z.string().optional(),
});

/** The platform took the head into its own queue and merges it later, or says why not. */
export const MergeQueued = z.object({ type: z.literal("MergeQueued"), head: Sha });

export const Merged = z.object({ type: z.literal("Merged"), sha: Sha, head: Sha, base: Sha });
