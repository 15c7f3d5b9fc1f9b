import { localPathOf } from "./address.ts";
import { attemptGit, type GitOptions, textOf } from "./run-git.ts";

/** We only look: no lock may appear that would stop the person who works there. */
const lookOnly: GitOptions = { env: { GIT_OPTIONAL_LOCKS: "0" } };

/**
 * The folder in which a local repository has `branch` checked out; null for bare, remote or another branch.
 */
export async function checkedOutAt(url: string, branch: string): Promise<string | null> {
  const path = localPathOf(url);
  if (path === null) return null;
  const { exitCode, stdout } = await attemptGit(["-C", path, "worktree", "list", "--porcelain"], lookOnly);
  if (exitCode !== 0) return null;
  for (const block of textOf(stdout).split("\n\n")) {
    const lines = block.split("\n");
    if (!lines.includes(`branch refs/heads/${branch}`) || lines.includes("bare")) continue;
    return lines[0]?.replace(/^worktree /, "") ?? null;
  }
  return null;
}

/**
 * Files of a working tree that stand in the way of a merge: uncommitted changes of tracked files, and unknown
 * files whose path one of `incoming` (commits of that repository) brings. Other unknown files harm nobody.
 */
export async function dirtyFiles(folder: string, incoming: readonly string[]): Promise<string[]> {
  const look = async (args: string[]) => {
    const { exitCode, stdout } = await attemptGit(["-C", folder, ...args], lookOnly);
    return exitCode === 0 ? textOf(stdout).split("\0").filter(Boolean) : [];
  };
  const status = await look(["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"]);
  const changed = status.filter((line) => !line.startsWith("?? ")).map((line) => line.slice(3));
  const unknown = status.filter((line) => line.startsWith("?? ")).map((line) => line.slice(3));
  if (unknown.length === 0) return changed;
  const brought = new Set<string>();
  for (const commit of incoming)
    for (const path of await look(["ls-tree", "-r", "-z", "--name-only", commit])) brought.add(path);
  return [...changed, ...unknown.filter((path) => brought.has(path))];
}
