import { z } from "zod";
import { Instant } from "../ids.ts";

/**
 * A person as authentication knew him. `authenticated` says how ("local-token", "session"), `ip` from
 * where.
 */
export const Person = z.object({
  kind: z.literal("person"),
  id: z.string().min(1),
  authenticated: z.string().min(1),
  ip: z.string().nullable(),
});

/** Who caused an event. */
export const Actor = z.discriminatedUnion("kind", [
  Person,
  z.object({ kind: z.literal("model"), id: z.string() }),
  z.object({ kind: z.literal("system"), id: z.string() }),
  z.object({ kind: z.literal("runner"), id: z.string() }),
  z.object({ kind: z.literal("platform"), id: z.string() }),
]);

/** The way by which a decision came in. `--yes` and `pre-approved` are decided ahead by a named person. */
export const Via = z.enum(["dashboard", "cli", "api", "comment", "--yes", "pre-approved"]);

/** Has the author of a text write access to the repository? What is not known counts as no. */
const MayWrite = z.boolean().optional();

/** The issue's text as it was when the loop was triggered; later edits do not steer the loop. */
export const IssueSnapshot = z.object({
  id: z.string().min(1),
  number: z.number().int().positive(),
  title: z.string().min(1),
  body: z.string(),
  author: z.string(),
  mayWrite: MayWrite,
  labels: z.array(z.string()),
  comments: z.array(z.object({ author: z.string(), mayWrite: MayWrite, body: z.string(), at: Instant })),
  url: z.string(),
});

/** Where the code lives. `url` is what git is given: a path, file://, http(s):// or ssh. */
export const RepositoryRef = z.object({
  connection: z.string().min(1),
  id: z.string().min(1),
  name: z.string().min(1),
  url: z.string().min(1),
  defaultBranch: z.string().min(1),
});

export const levels = ["dev/autopilot", "dev/consultant", "business/advisor", "business/guardian"] as const;
export const Level = z.enum(levels);

/** The settings that a loop was started with; they do not change while it runs. */
export const LoopSettings = z.object({
  level: Level,
  /** Ask `1 continue, 2 add context` at assign. Only interactive starts do. */
  confirmAssign: z.boolean(),
  /**
   * Checkpoints that the requester approved ahead; only autopilot honours them, and never at reserved risk.
   */
  preApproved: z.array(z.enum(["design", "complete"])),
  /** Ceiling for money of this loop in millionths of a dollar. */
  budgetMicroUsdMax: z.number().int().positive(),
  onEscalation: z.enum(["hold", "release"]),
  mergeMethod: z.enum(["merge", "squash"]),
  /** Who proves the pushed commit: a job of ours (plain Git) or the platform's own checks. */
  checks: z.enum(["runner", "platform"]),
  /**
   * Who brings the commit into the default branch: a job of ours by git, or the platform when it is asked to.
   * Absent in loops from before there was a choice: a runner does it.
   */
  merges: z.enum(["runner", "platform"]).optional(),
  /** Is "the platform reports no check at all" good enough? Never by default. */
  noChecksAreGreen: z.boolean(),
  protectedPaths: z.array(z.string()),
  /** Distinct persons who can sign in; guardian needs two besides the requester. */
  membersMin: z.number().int().nonnegative(),
});

export type Person = z.infer<typeof Person>;
export type Actor = z.infer<typeof Actor>;
export type Via = z.infer<typeof Via>;
export type IssueSnapshot = z.infer<typeof IssueSnapshot>;
export type RepositoryRef = z.infer<typeof RepositoryRef>;
export type Level = z.infer<typeof Level>;
export type LoopSettings = z.infer<typeof LoopSettings>;
