import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git, identity, type Person, tryGit } from "./git.ts";
import type { MergeMethod } from "./types.ts";

/** The tree of a merge, or null when it conflicts or the histories are unrelated. */
export async function mergedTree(dir: string, base: string, head: string): Promise<string | null> {
  const { code, out } = await tryGit(dir, ["merge-tree", "--write-tree", base, head]);
  return code === 0 ? (out.toString().split("\n")[0] ?? null) : null;
}

export interface Merging {
  readonly base: string;
  readonly head: string;
  readonly method: MergeMethod;
  readonly message: string;
  readonly author: Person;
  readonly committer: Person;
}

/** The commit that the base branch is at afterwards, or null when it conflicts. No branch moves. */
export async function mergeCommit(dir: string, merging: Merging): Promise<string | null> {
  const { base, head, method, message, committer } = merging;
  if (method === "rebase") return rebased(dir, merging);
  const tree = await mergedTree(dir, base, head);
  if (tree === null) return null;
  const parents = method === "merge" ? ["-p", base, "-p", head] : ["-p", base];
  const by = method === "merge" ? committer : merging.author;
  return git(dir, ["commit-tree", tree, ...parents], { env: identity(by, committer), input: message });
}

/** Each commit made anew on the base, as both platforms do it: the committer is who merges. */
async function rebased(dir: string, { base, head, committer }: Merging): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), "forge-rebase-"));
  const tree = join(folder, "tree");
  const env = { GIT_COMMITTER_NAME: committer.name, GIT_COMMITTER_EMAIL: committer.email };
  try {
    await git(dir, ["worktree", "add", "-q", "--detach", tree, head]);
    const done = await tryGit(tree, ["rebase", "--force-rebase", base], { env });
    return done.code === 0 ? await git(tree, ["rev-parse", "HEAD"]) : null;
  } finally {
    await tryGit(dir, ["worktree", "remove", "--force", tree]);
    await rm(folder, { recursive: true, force: true });
    await tryGit(dir, ["worktree", "prune"]);
  }
}
