import { z } from "zod";
import { Sha, Sha256 } from "../ids.ts";
import { gateNames } from "./pipeline.ts";

/** A body in R2 under its SHA-256 (prompts, answers, diffs, logs): events only name it. */
export const BlobRef = z.object({
  sha256: Sha256,
  size: z.number().int().nonnegative(),
  mediaType: z.string(),
});

/** One file of a patch. Modes are git's, as text; "000000" where the file is absent. */
export const PatchFile = z.object({
  path: z.string(),
  status: z.enum(["added", "modified", "deleted"]),
  modeBefore: z.string(),
  modeAfter: z.string(),
  binary: z.boolean(),
  added: z.number().int().nonnegative(),
  removed: z.number().int().nonnegative(),
});

/**
 * All that a loop changes, against `base` (the commit of the default branch that the branch started from).
 * Applying `diff` (`git diff --binary --full-index --no-renames`) to `base` must arrive at `tree`.
 */
export const Patch = z.object({
  base: Sha,
  tree: Sha,
  diff: BlobRef,
  files: z.array(PatchFile),
  commits: z.array(z.object({ message: z.string(), paths: z.array(z.string()) })),
});

export const CommandRun = z.object({
  argv: z.array(z.string()),
  exitCode: z.number().int(),
  ms: z.number().nonnegative(),
});

export const TestOutcome = z.object({
  id: z.string(),
  outcome: z.enum(["passed", "failed", "skipped"]),
  file: z.string().nullable(),
  message: z.string().nullable(),
});

/** What was in force around the commands, and what it cannot promise, in words. */
export const Protection = z.object({
  kind: z.enum(["bubblewrap", "unshare", "process-limits"]),
  promises: z.array(z.string()),
  gaps: z.array(z.string()),
});

/** Proof that commands ran on a tree. Gates read only receipts made by `verify`. */
export const Receipt = z.object({
  kind: z.enum(["red", "green", "refactor", "build", "test", "scan", "ci"]),
  base: Sha,
  tree: Sha,
  commands: z.array(CommandRun),
  tests: z.array(TestOutcome),
  testFiles: z.array(z.object({ path: z.string(), sha256: Sha256 })),
  tools: z.record(z.string(), z.string()),
  protection: Protection,
  log: BlobRef.nullable(),
});

/** Why a gate did not open. The same fingerprint twice in a row means: the same wall. */
export const Evidence = z.object({
  summary: z.string(),
  fingerprint: z.string(),
  /** The smallest failing output, redacted, at most `excerptCharsMax`. */
  excerpt: z.string(),
  log: BlobRef.nullable(),
});

export const Verdict = z.object({
  gate: z.enum(gateNames),
  outcome: z.enum(["passed", "failed"]),
  receipts: z.array(Receipt),
  evidence: Evidence.nullable(),
});

/** One way in which a patch made the tests or their rules weaker, shown to a person in words. */
export const Weakening = z.object({ path: z.string(), what: z.string() });

/**
 * One change of what other code can rely on: "signature of `authenticate()` changed: parameter `token`
 * added".
 */
export const SignatureChange = z.object({
  path: z.string(),
  name: z.string(),
  change: z.enum(["added", "changed", "removed"]),
  breaking: z.boolean(),
  detail: z.string(),
});

export const ScanFinding = z.object({
  scanner: z.string(),
  severity: z.enum(["critical", "high", "medium", "low"]),
  path: z.string(),
  line: z.number().int().nonnegative(),
  /** Never the secret itself. */
  detail: z.string(),
});

/** One named verdict on one commit. */
export const Check = z.object({
  name: z.string(),
  state: z.enum(["pending", "passed", "failed"]),
  required: z.boolean(),
  url: z.string().nullable(),
});

export type BlobRef = z.infer<typeof BlobRef>;
export type PatchFile = z.infer<typeof PatchFile>;
export type Patch = z.infer<typeof Patch>;
export type TestOutcome = z.infer<typeof TestOutcome>;
export type Protection = z.infer<typeof Protection>;
export type Receipt = z.infer<typeof Receipt>;
export type Evidence = z.infer<typeof Evidence>;
export type Verdict = z.infer<typeof Verdict>;
export type Weakening = z.infer<typeof Weakening>;
export type SignatureChange = z.infer<typeof SignatureChange>;
export type ScanFinding = z.infer<typeof ScanFinding>;
export type Check = z.infer<typeof Check>;
