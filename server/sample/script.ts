import { Design, Plan, Review } from "@tamma/core/domain/loop/proposal.ts";
import { z } from "zod";

/**
 * What the scripted engineer does, written by hand: no model is called. A script is data, so that a test
 * can pass its own as JSON (`--script FILE`).
 */
export const Edit = z.union([
  z.strictObject({ path: z.string(), old: z.string().min(1), new: z.string() }),
  z.strictObject({ path: z.string(), content: z.string() }),
  z.strictObject({ diff: z.string() }),
]);

/** The edits of one develop job, by phase; a phase without edits is finished at once. */
export const Attempt = z.strictObject({
  red: z.array(Edit).default([]),
  green: z.array(Edit).default([]),
  refactor: z.array(Edit).default([]),
  /** When a gate sent its evidence back (mode `fix`). */
  fix: z.array(Edit).default([]),
  /** Commit messages by phase; made from the issue's title where absent. */
  commits: z.strictObject({ red: z.string(), green: z.string(), refactor: z.string() }).partial().default({}),
});

const Develop = z.strictObject({
  /** By the number of the develop job in the loop (`x-tamma-attempt`), the last one repeats. */
  attempts: z.array(Attempt).min(1),
  /** Mode `address`: the change, and the reply to every open thread. */
  address: z
    .strictObject({ edits: z.array(Edit), reply: z.string() })
    .default({ edits: [], reply: "Looked at it: it stays as it is, the tests show why." }),
});

/** A refusal in place of an answer. Headers alone decide it, because the engineer remembers nothing. */
const Fault = z.strictObject({
  step: z.string(),
  /**
   * Absent: in every attempt, in every turn. `turn` is the ordinal that ends the turn's id (`~t3`: 3).
   */
  attempt: z.number().int().optional(),
  turn: z.number().int().optional(),
  status: z.number().int().min(400).max(599),
  headers: z.record(z.string(), z.string()).default({}),
});

export const IssueScript = z.strictObject({
  /** The issue is known by its title, or else by its number. */
  title: z.string().min(1),
  number: z.number().int().positive().nullable().default(null),
  plan: Plan,
  /** The plan once the questions of `plan` are answered; the same plan without questions when absent. */
  answered: Plan.nullable().default(null),
  design: Design,
  /** By id of the design's option; an option without its own moves is built like the recommended one. */
  develop: z.record(z.string(), Develop),
  /** By the attempt of the review, the last one repeats. */
  reviews: z
    .array(Review)
    .min(1)
    .default([{ summary: "Nothing to say against it.", findings: [] }]),
  /** Waited before every answer, so that a test can stop in the middle. */
  delayMs: z.number().int().min(0).max(600_000).default(0),
  faults: z.array(Fault).default([]),
});

export const Script = z.strictObject({ issues: z.array(IssueScript).min(1) });

export type Edit = z.infer<typeof Edit>;
export type Attempt = z.infer<typeof Attempt>;
export type IssueScript = z.infer<typeof IssueScript>;
export type Script = z.infer<typeof Script>;
/** As it is written, with the defaults left out. */
export type ScriptInput = z.input<typeof Script>;
export type IssueScriptInput = z.input<typeof IssueScript>;
