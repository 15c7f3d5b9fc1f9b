import type { Phase } from "@tamma/core/protocol/agent-tools.ts";
import type { JobContext } from "../job-context.ts";
import type { Project } from "../project/project.ts";
import type { Workspace } from "../workspace/git.ts";

/** What the agent works on, and the rules of the present phase. */
export interface Desk {
  readonly context: JobContext;
  readonly workspace: Workspace;
  /** Real path of the workspace. */
  readonly root: string;
  readonly project: Project;
  readonly isTestFile: (path: string) => boolean;
  phase: Phase;
  /** Test files that are proven red, by path, with the SHA-256 of their bytes. */
  locked: Map<string, string>;
  /** Edits that failed since the last good one, by path. */
  failedEdits: Map<string, number>;
  /** Raised by every change of a file. */
  changes: number;
}

/** What a tool call answers. */
export interface ToolAnswer {
  text: string;
  isError: boolean;
  /** Words of ours alone: what comes next. All else holds text of the repository and goes out as data. */
  ours?: boolean;
  /** Of a failed run: the same three times in a row is a wall. */
  fingerprint?: string;
}

/** A tool call that is refused; the message says what to do instead. */
export class ToolRefused extends Error {
  override readonly name = "ToolRefused";
}

/**
 * May the agent change `path` now? @throws ToolRefused with the reason.
 */
export function allowChange(desk: Desk, path: string): void {
  if (desk.phase === "red" && !desk.isTestFile(path))
    throw new ToolRefused(
      `${path} is no test file. In phase red only test files may change: write failing tests, then finish.`,
    );
  if (desk.phase !== "red" && desk.locked.has(path))
    throw new ToolRefused(
      `${path} is locked: it was proven red. Change the code, or put more tests into another file.`,
    );
}
