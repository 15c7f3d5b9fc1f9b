import type { GitOutcome } from "./run-git.ts";

export interface WorkspaceGitOptions {
  input?: string | Uint8Array;
  /** Another index than the workspace's own, so that looking does not disturb the agent's `git status`. */
  indexFile?: string;
  /**
   * True: without the checked-out files and the index, so that no `.gitattributes` of the project decides
   * what git shows. For questions about commits and trees alone.
   */
  withoutFiles?: boolean;
  /** More output than this ends git; 64 MB when it is not given. */
  outputBytesMax?: number;
}

/**
 * Contract between the jobs and git (implemented in this folder).
 *
 * A workspace is a clone of its own in the job's folder: hooks off, no config of the user or of the
 * repository that could run code (see `gitEnvironment`). Its `.git/config` is put back before each call,
 * because commands of the project may have written to it.
 */
export interface Workspace {
  /** Absolute path of the checked-out files. */
  readonly path: string;
  /**
   * Standard output as UTF-8 text, not trimmed.
   *
   * @throws GitFailed unless `allowFailure`, which answers with whatever was printed.
   */
  git(args: string[], options?: WorkspaceGitOptions & { allowFailure?: boolean }): Promise<string>;
  /**
   * The same with exit code and bytes; for content that need not be UTF-8, and for exit codes that mean
   * something.
   */
  attempt(args: string[], options?: WorkspaceGitOptions): Promise<GitOutcome>;
  /**
   * Several gits on what is here already, one after the other in one process; their standard outputs, joined.
   * At most one of them may read `input`.
   *
   * @throws GitFailed at the first that fails; the ones after it do not run.
   */
  gits(steps: string[][], options?: WorkspaceGitOptions): Promise<string>;
  /** The same, with the outcome of each; all of them run. */
  attempts(steps: string[][], options?: WorkspaceGitOptions): Promise<GitOutcome[]>;
}
