import { randomUUID } from "node:crypto";
import { mkdir, realpath } from "node:fs/promises";
import { join, parse } from "node:path";
import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Workspace, WorkspaceGitOptions } from "./git.ts";
import { GitFailed, withoutCredentials } from "./git-failed.ts";
import { keptFiles, putBack } from "./git-folder.ts";
import { type Remote, remoteOf } from "./remote.ts";
import {
  attemptGit,
  attemptGits,
  type GitOptions,
  localGitTimeoutMs,
  textOf,
  transferTimeoutMs,
} from "./run-git.ts";
import { type Patience, readFromServer } from "./transfer.ts";
import { expectModestTree } from "./tree-size.ts";
import { RepositoryUnusable } from "./unusable.ts";

export interface CloneOptions {
  signal?: AbortSignal;
  /** False: objects only, for jobs that make commits by plumbing. Default true. */
  checkout?: boolean;
  /** Told what people should see: that the server is waited for. */
  log?: (text: string) => void;
  /** How long a server that cannot be reached is waited for, in milliseconds (transfer.ts). */
  unreachableMs?: number;
}

/**
 * Clones `url` (path, file://, http(s), ssh) to the new folder `folder` and checks out a branch, or a
 * commit with detached head. Nothing is shared with a local repository: no hard links, no alternates.
 *
 * @throws RepositoryUnusable when it has no commit yet, or no such branch or commit; GitFailed for the rest.
 */
export async function cloneAt(
  url: string,
  target: { branch: string } | { sha: Sha },
  folder: string,
  { signal, checkout = true, log, unreachableMs }: CloneOptions = {},
): Promise<Workspace> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const remote = remoteOf(url);
  const clone = [
    "clone",
    "--quiet",
    "--no-local",
    "--no-hardlinks",
    "--no-checkout",
    "--template=",
    "--",
    remote.url,
    folder,
  ];
  const patience: Patience = {
    waits: (why, ms) => log?.(`${withoutCredentials(why)}\nI ask again in ${ms / 1_000} s.\n`),
    ...(unreachableMs === undefined ? {} : { unreachableMs }),
  };
  const { exitCode, stderr } = await readFromServer(clone, { ...remote.access, signal }, patience);
  if (exitCode !== 0) throw new GitFailed(clone, exitCode, stderr);
  const workspace = await openWorkspace(folder, signal, remote.access, patience);
  const sha = "sha" in target ? target.sha : await tipOf(workspace, url, target.branch);
  await ensurePresent(workspace, sha);
  if (!checkout) return workspace;
  await expectModestTree(workspace, sha);
  const onto = "branch" in target ? ["-B", target.branch, sha] : ["--detach", sha];
  await workspace.git(["checkout", "--quiet", "--force", ...onto]);
  return workspace;
}

async function tipOf(workspace: Workspace, url: string, branch: string): Promise<Sha> {
  const ref = `refs/remotes/origin/${branch}`;
  const { exitCode, stdout } = await workspace.attempt([
    "rev-parse",
    "--verify",
    "--quiet",
    `${ref}^{commit}`,
  ]);
  if (exitCode === 0) return textOf(stdout).trim();
  const heads = (
    await workspace.git(["for-each-ref", "--format=%(refname:lstrip=3)", "refs/remotes/origin"])
  ).trim();
  const where = withoutCredentials(url);
  if (heads === "")
    throw new RepositoryUnusable(`${where} has no commit yet: make a first commit on ${branch}.`);
  const known = heads.split("\n").filter((name) => name !== "HEAD");
  throw new RepositoryUnusable(
    `${where} has no branch ${branch} (there is ${known.slice(0, 10).join(", ")}).`,
  );
}

/** Makes sure that commit `sha` is in the clone, by asking the origin for it when no branch led there. */
export async function ensurePresent(workspace: Workspace, sha: Sha): Promise<void> {
  if (await has(workspace, sha)) return;
  await workspace.attempt(["fetch", "--quiet", "--no-tags", "origin", sha]);
  if (await has(workspace, sha)) return;
  throw new RepositoryUnusable(
    `Commit ${sha.slice(0, 12)} is not in the repository any more: its branch was rewritten or deleted.`,
  );
}

async function has(workspace: Workspace, sha: Sha): Promise<boolean> {
  return (await workspace.attempt(["cat-file", "-e", `${sha}^{commit}`])).exitCode === 0;
}

/**
 * A clone that exists already, as a workspace. Its config is taken as it is now, and kept so. `access`: what
 * lets git log in at its origin; `patience`: with an origin that cannot be reached.
 */
export async function openWorkspace(
  folder: string,
  signal?: AbortSignal,
  access: Remote["access"] = {},
  patience: Patience = {},
): Promise<Workspace> {
  const path = await realpath(folder);
  const gitDir = join(path, ".git");
  const kept = await keptFiles(gitDir);
  /** How a git of this workspace is run, now. */
  const setUp = async (options: WorkspaceGitOptions) => {
    await putBack(gitDir, kept);
    const env: Record<string, string> = {
      GIT_DIR: gitDir,
      // Named, so that a `commondir` file cannot lead to another config.
      GIT_COMMON_DIR: gitDir,
    };
    const run: GitOptions & { env: typeof env } = { cwd: path, env, signal };
    if (options.withoutFiles) {
      // Git looks for `.gitattributes` where it stands and in the index: it stands in the root folder, and
      // the index has a name that nobody can guess.
      run.cwd = parse(path).root;
      env.GIT_INDEX_FILE = join(gitDir, randomUUID());
    } else env.GIT_WORK_TREE = path;
    if (options.indexFile) env.GIT_INDEX_FILE = options.indexFile;
    if (options.input !== undefined) run.input = options.input;
    if (options.outputBytesMax !== undefined) run.outputBytesMax = options.outputBytesMax;
    return run;
  };
  const attempt = async (args: string[], options: WorkspaceGitOptions = {}) => {
    const run = await setUp(options);
    const whole = options.withoutFiles ? ["--bare", ...args] : args;
    if (!["fetch", "push", "ls-remote"].includes(args[0] ?? "")) return attemptGit(whole, run);
    Object.assign(run, { timeoutMs: transferTimeoutMs, config: { ...access.config } });
    Object.assign(run.env, access.env);
    if (args[0] !== "push") return readFromServer(whole, run, patience);
    // A push that began is let end: cut off, it would leave a repository of this machine with a lock and half
    // of its files changed. Whether its outcome counts is decided by the fence.
    delete run.signal;
    return attemptGit(whole, run);
  };
  const several = async (steps: string[][], options: WorkspaceGitOptions, stopAtFailure: boolean) => {
    const all = options.withoutFiles ? steps.map((args) => ["--bare", ...args]) : steps;
    const run = { ...(await setUp(options)), timeoutMs: localGitTimeoutMs * steps.length };
    return attemptGits(all, { ...run, stopAtFailure });
  };
  return {
    path,
    attempt,
    async git(args, options = {}) {
      const { exitCode, stdout, stderr } = await attempt(args, options);
      if (exitCode !== 0 && !options.allowFailure) throw new GitFailed(args, exitCode, stderr);
      return textOf(stdout);
    },
    async gits(steps, options = {}) {
      const outcomes = await several(steps, options, true);
      const failed = outcomes.findIndex(({ exitCode }) => exitCode !== 0);
      const { exitCode, stderr } = outcomes[failed] ?? { exitCode: -1, stderr: "ended early" };
      if (failed >= 0 || outcomes.length < steps.length)
        throw new GitFailed(steps[failed] ?? steps[outcomes.length] ?? [], exitCode, stderr);
      return outcomes.map(({ stdout }) => textOf(stdout)).join("");
    },
    async attempts(steps, options = {}) {
      const outcomes = await several(steps, options, false);
      if (outcomes.length < steps.length)
        throw new GitFailed(steps[outcomes.length] ?? [], -1, "ended early");
      return outcomes;
    },
  };
}
