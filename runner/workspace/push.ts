import type { Sha } from "@tamma/core/domain/ids.ts";
import { isLocal } from "./address.ts";
import type { Workspace } from "./git.ts";
import { GitFailed } from "./git-failed.ts";
import { textOf } from "./run-git.ts";

/**
 * `moved`: the branch was not at `expected` any more and nothing was changed.
 * `refused`: the repository said no (a hook, a protected branch, a dirty tree), in its words.
 */
export type PushOutcome =
  | { outcome: "pushed" }
  | { outcome: "moved" }
  | { outcome: "refused"; reason: string };

export interface Push {
  branch: string;
  /** The commit to put there; null deletes the branch. */
  sha: Sha | null;
  /** Where the branch must be now; null: it must not exist. */
  expected: Sha | null;
}

/**
 * A repository on this machine may have the branch checked out: then its files follow, and git refuses when
 * they hold uncommitted changes. The owner's config is in force there (it is his tree, with his filters),
 * ours is not.
 */
const receivePack =
  "unset GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_ATTR_NOSYSTEM; " +
  "git -c receive.denyCurrentBranch=updateInstead receive-pack";

/** Pushes one branch if, and only if, it is where we think it is. */
export async function push(
  workspace: Workspace,
  url: string,
  { branch, sha, expected }: Push,
): Promise<PushOutcome> {
  const ref = `refs/heads/${branch}`;
  const program = isLocal(url) ? [`--receive-pack=${receivePack}`] : [];
  const options = [
    "--porcelain",
    "--no-verify",
    "--no-follow-tags",
    `--force-with-lease=${ref}:${expected ?? ""}`,
  ];
  const args = ["push", ...options, ...program, "origin", `${sha ?? ""}:${ref}`];
  const { exitCode, stdout, stderr } = await workspace.attempt(args);
  if (exitCode === 0) return { outcome: "pushed" };
  const line = textOf(stdout)
    .split("\n")
    .find((text) => text.startsWith("!"));
  const reason = line?.split("\t")[2];
  if (reason === undefined) throw new GitFailed(args, exitCode, stderr);
  // "failed to update ref", "cannot lock ref": somebody was between our look and the remote's own comparison.
  if (/stale info|fetch first|non-fast-forward|cannot lock ref|failed to update ref/.test(reason)) {
    const now = await remoteHead(workspace, branch);
    if (now !== expected) return { outcome: "moved" };
  }
  return { outcome: "refused", reason: `${reason}\n${stderr}`.trim() };
}

/** Where the origin's branch is now; null when there is none. */
export async function remoteHead(workspace: Workspace, branch: string): Promise<Sha | null> {
  const ref = `refs/heads/${branch}`;
  const lines = (await workspace.git(["ls-remote", "origin", ref])).split("\n");
  return lines.find((line) => line.endsWith(`\t${ref}`))?.split("\t")[0] ?? null;
}
