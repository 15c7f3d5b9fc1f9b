import { z } from "zod";
import { Sha, Sha256 } from "../ids.ts";
import { ProjectConfig } from "../project-config.ts";
import {
  BlobRef,
  Evidence,
  Patch,
  Protection,
  ScanFinding,
  SignatureChange,
  Verdict,
  Weakening,
} from "./evidence.ts";
import { DesignOption, Plan, Question } from "./proposal.ts";

/** Test files that are proven red: byte-equal until the loop ends. */
export const LockedTest = z.object({ path: z.string(), sha256: Sha256 });

const surveySpec = z.object({
  kind: z.literal("survey"),
  branch: z.string(),
  issue: z.object({ title: z.string(), body: z.string() }),
});
const openSpec = z.object({
  kind: z.literal("open"),
  branch: z.string(),
  from: z.string(),
  message: z.string(),
});
const developSpec = z.object({
  kind: z.literal("develop"),
  base: Sha,
  /** All work so far, against `base`; null at first. The agent goes on from there. */
  patch: Patch.nullable(),
  issue: z.object({
    number: z.number().int(),
    title: z.string(),
    body: z.string(),
    author: z.string().optional(),
    /** Has the author write access? Absent counts as no. */
    mayWrite: z.boolean().optional(),
  }),
  context: BlobRef.nullable(),
  plan: Plan,
  option: DesignOption,
  /** `suggested`: what the model would have answered itself. */
  clarifications: z.array(
    z.object({ question: z.string(), answer: z.string(), suggested: z.string().optional() }),
  ),
  /** Words that people added: context, change requests, hints; the newest last. */
  instructions: z.array(z.string()),
  /**
   * `work`: red, green, refactor. `fix`: a gate failed with `evidence`. `address`: `threads` want an
   * answer.
   */
  mode: z.enum(["work", "fix", "address"]),
  evidence: z.object({ gate: z.string(), evidence: Evidence }).nullable(),
  threads: z.array(
    z.object({
      id: z.string(),
      author: z.string(),
      path: z.string().nullable(),
      line: z.number().int(),
      text: z.string(),
      /** A person wrote it, and not a model. */
      person: z.boolean().optional(),
    }),
  ),
  lockedTests: z.array(LockedTest),
  /** Ordinal of this develop job in the loop, 1 for the first: goes out as `x-tamma-attempt`. */
  attempt: z.number().int().positive(),
  turnsMax: z.number().int().positive(),
});
const verifySpec = z.object({
  kind: z.literal("verify"),
  /**
   * Exactly one of `patch` (apply to `base`) and `head` (a commit on the branch: somebody's or our own
   * push).
   */
  base: Sha,
  patch: Patch.nullable(),
  head: Sha.nullable(),
  /** Run in this order, ending at the first failure. `ci` alone: the ci command on the pushed commit. */
  parts: z.array(z.enum(["red", "build", "green", "test", "scan", "ci"])),
  needsTests: z.boolean(),
  lockedTests: z.array(LockedTest),
  protectedPaths: z.array(z.string()),
});
const publishSpec = z.object({
  kind: z.literal("publish"),
  branch: z.string(),
  expectedHead: Sha,
  patch: Patch,
  /** After a rebase: the new base becomes a second parent, so that nothing on the branch is lost. */
  secondParent: Sha.nullable(),
  message: z.string(),
});
const rebaseSpec = z.object({ kind: z.literal("rebase"), patch: Patch, onto: Sha });
const mergeSpec = z.object({
  kind: z.literal("merge"),
  branch: z.string(),
  head: Sha,
  into: z.string(),
  expectedBase: Sha,
  method: z.enum(["merge", "squash"]),
  message: z.string(),
});

/** What a runner has to do; `kind` decides the rest. It names no secret. */
export const JobSpec = z.discriminatedUnion("kind", [
  surveySpec,
  openSpec,
  developSpec,
  verifySpec,
  publishSpec,
  rebaseSpec,
  mergeSpec,
]);

/**
 * `stopped`: we told it to. `failed`: the job itself could not be done (not the project's tests: those are
 * verdicts).
 */
const stopped = z.object({ outcome: z.literal("stopped"), reason: z.string() });
const failed = z.object({ outcome: z.literal("failed"), evidence: Evidence });

export const SurveyResult = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("done"),
    base: Sha,
    context: BlobRef,
    summary: z.string(),
    config: ProjectConfig,
    hasTests: z.boolean(),
  }),
  failed,
  stopped,
]);
export const OpenResult = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("done"), base: Sha, head: Sha }),
  failed,
  stopped,
]);
export const DevelopResult = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("done"),
    patch: Patch,
    summary: z.string(),
    rejections: z.array(z.string()),
    testFiles: z.array(z.string()),
    replies: z.array(z.object({ thread: z.string(), text: z.string() })),
  }),
  z.object({ outcome: z.literal("question"), questions: z.array(Question) }),
  z.object({ outcome: z.literal("failed"), evidence: Evidence, rejections: z.array(z.string()) }),
  z.object({
    outcome: z.literal("provider"),
    error: z.object({ kind: z.string(), message: z.string(), retryAt: z.number().int().nullable() }),
  }),
  stopped,
]);
export const VerifyResult = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("done"),
    /**
     * In the order of `parts`; a failed one is the last. Red and green are verdicts of the gate
     * `implement`.
     */
    verdicts: z.array(Verdict).min(1),
    tree: Sha,
    /** With `head`: the branch's whole change against `base`, as the control plane will carry it on. */
    patch: Patch.nullable(),
    lockedTests: z.array(LockedTest),
    weakened: z.array(Weakening),
    signatures: z.array(SignatureChange),
    scan: z.array(ScanFinding),
    absentScanners: z.array(z.string()),
    /** Red could not be proven on this head (a person pushed tests and code together). */
    unproven: z.boolean(),
    protection: Protection,
  }),
  failed,
  stopped,
]);
export const PublishResult = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("done"), sha: Sha, tree: Sha }),
  z.object({ outcome: z.literal("head-moved"), head: Sha.nullable() }),
  failed,
  stopped,
]);
export const RebaseResult = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("done"), patch: Patch, unchanged: z.boolean() }),
  z.object({ outcome: z.literal("conflict"), files: z.array(z.string()), evidence: Evidence }),
  failed,
  stopped,
]);
export const MergeResult = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("done"), sha: Sha }),
  z.object({ outcome: z.literal("head-moved"), head: Sha.nullable() }),
  z.object({ outcome: z.literal("base-moved"), base: Sha }),
  z.object({ outcome: z.literal("dirty-tree"), files: z.array(z.string()) }),
  failed,
  stopped,
]);

export const JobResult = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("survey"), result: SurveyResult }),
  z.object({ kind: z.literal("open"), result: OpenResult }),
  z.object({ kind: z.literal("develop"), result: DevelopResult }),
  z.object({ kind: z.literal("verify"), result: VerifyResult }),
  z.object({ kind: z.literal("publish"), result: PublishResult }),
  z.object({ kind: z.literal("rebase"), result: RebaseResult }),
  z.object({ kind: z.literal("merge"), result: MergeResult }),
]);

export type JobSpec = z.infer<typeof JobSpec>;
export type JobSpecOf<K extends JobSpec["kind"]> = Extract<JobSpec, { kind: K }>;
export type JobResult = z.infer<typeof JobResult>;
export type JobResultOf<K extends JobResult["kind"]> = Extract<JobResult, { kind: K }>["result"];
export type LockedTest = z.infer<typeof LockedTest>;
