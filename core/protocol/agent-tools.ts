import { z } from "zod";
import { Question } from "../domain/loop/proposal.ts";

/**
 * The tools of the coding agent, as the model sees them. Paths are relative to the repository's root and
 * use `/`. Every answer is text; a refused call answers with `is_error` and what to do instead.
 */
export const agentTools = {
  list_files: {
    says: "List tracked and new files below a folder, with their sizes in bytes.",
    input: z.object({ path: z.string().describe("folder, `.` for the root") }),
  },
  search: {
    says: "Find a regular expression in files below a folder; answers path:line: text, at most 200 lines.",
    input: z.object({ pattern: z.string(), path: z.string().describe("folder or file, `.` for all") }),
  },
  read_file: {
    says: "Read a text file, with line numbers; at most 600 lines at once.",
    input: z.object({
      path: z.string(),
      from: z.number().int().min(1).optional().describe("first line; 1 when absent"),
    }),
  },
  str_replace: {
    says: "Replace one exact, unique piece of a file.",
    input: z.object({ path: z.string(), old: z.string().min(1), new: z.string() }),
  },
  write_file: {
    says: "Write a whole file, new or old.",
    input: z.object({ path: z.string(), content: z.string() }),
  },
  apply_patch: {
    says: "Apply a unified diff (as `git diff` prints it) to the workspace; all of it or nothing.",
    input: z.object({ diff: z.string() }),
  },
  run: {
    says: "Run one of the project's commands: `test`, `build`, or `test-one` with files.",
    input: z.object({
      command: z.enum(["build", "lint", "test", "test-one"]),
      files: z.array(z.string()).optional().describe("test files, for test-one"),
    }),
  },
  ask: {
    says: "Stop and ask the person; only when the work cannot go on without an answer.",
    input: z.object({ questions: z.array(Question).min(1).max(5) }),
  },
  finish: {
    says:
      "End the present phase. In `red` the tests are run against the unchanged code and must fail; " +
      "in `green` they must pass with the whole suite; in `refactor` the suite must still pass. " +
      "A refused phase answers with the reason and stays open.",
    input: z.object({
      summary: z.string().describe("what you did, one or two sentences"),
      commit: z.string().describe("commit message: one imperative line, at most 72 characters"),
      replies: z
        .array(z.object({ thread: z.string(), text: z.string() }))
        .optional()
        .describe("in `address`: one reply for every open thread"),
    }),
  },
} as const;

export type AgentToolName = keyof typeof agentTools;
export const agentToolNames = Object.keys(agentTools) as AgentToolName[];

/**
 * The phases of a develop job. `fix` and `address` have no red of their own: the proven tests stay locked.
 */
export const phases = ["red", "green", "refactor", "fix", "address"] as const;
export type Phase = (typeof phases)[number];
