import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Workspace } from "./git.ts";

/** Makes a commit by plumbing: no hook, no index, no file is touched. Answers its id. */
export async function commitTree(
  workspace: Workspace,
  commit: { tree: Sha; parents: readonly Sha[]; message: string },
): Promise<Sha> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  const message = commit.message.endsWith("\n") ? commit.message : `${commit.message}\n`;
  return (
    await workspace.git(["commit-tree", commit.tree, ...parents, "-F", "-"], { input: message })
  ).trim();
}

export interface CommitShape {
  sha: Sha;
  tree: Sha;
  parents: Sha[];
  /** Without the line ends at its end. */
  message: string;
}

/** Tree, parents and message of a commit that is in the clone. */
export async function readCommit(workspace: Workspace, sha: Sha): Promise<CommitShape> {
  const text = await workspace.git(["show", "--no-patch", "--format=%T%n%P%n%B", sha]);
  const [tree = "", parents = "", ...message] = text.split("\n");
  return { sha, tree, parents: parents.split(" ").filter(Boolean), message: message.join("\n").trimEnd() };
}

export async function isAncestor(workspace: Workspace, older: Sha, newer: Sha): Promise<boolean> {
  return (await workspace.attempt(["merge-base", "--is-ancestor", older, newer])).exitCode === 0;
}
