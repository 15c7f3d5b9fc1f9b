import type { Sha } from "@tamma/core/domain/ids.ts";
import type { JobResultOf, JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import { diffShape } from "@tamma/core/engine/diff-shape.ts";
import { evidenceOf } from "../evidence.ts";
import type { JobContext } from "../job-context.ts";
import { treeOfPatch } from "../workspace/apply.ts";
import { commitTree, readCommit } from "../workspace/commit.ts";
import type { Workspace } from "../workspace/git.ts";
import { GitFailed } from "../workspace/git-failed.ts";
import { diffOf, patchBetween } from "../workspace/patch.ts";
import { textOf } from "../workspace/run-git.ts";
import { objectsClone } from "./objects-clone.ts";

type RebaseResult = JobResultOf<"rebase">;

/**
 * Replays the patch on commit `onto` by a three-way merge whose common ancestor is the patch's base.
 * `unchanged`: the very same lines with the very same surroundings, so what was approved is what will be
 * pushed.
 */
export async function rebaseJob(spec: JobSpecOf<"rebase">, context: JobContext): Promise<RebaseResult> {
  const { patch, onto } = spec;
  if (onto === patch.base) return { outcome: "done", patch, unchanged: true };
  const clone = await objectsClone(context, { sha: onto });
  const mine = await treeOfPatch(clone, patch, context.getBlob);
  const theirs = (await readCommit(clone, onto)).tree;
  const merged = await mergeTrees(clone, { base: patch.base, theirs, mine });
  if ("conflicts" in merged) {
    const summary = `The change conflicts with the new base in ${merged.conflicts.join(", ")}.`;
    return { outcome: "conflict", files: merged.conflicts, evidence: evidenceOf(summary, merged.words) };
  }
  const next = await patchBetween(clone, onto, merged.tree, {
    putBlob: context.putBlob,
    commits: patch.commits,
  });
  const before = diffShape(await diffOf(clone, patch.base, mine));
  const after = diffShape(await diffOf(clone, onto, merged.tree));
  return { outcome: "done", patch: next, unchanged: before === after };
}

/** Both sides become children of `base`, so that it is their one merge base whatever the history is. */
async function mergeTrees(
  clone: Workspace,
  { base, theirs, mine }: { base: Sha; theirs: Sha; mine: Sha },
): Promise<{ tree: Sha } | { conflicts: string[]; words: string }> {
  const side = (tree: Sha) => commitTree(clone, { tree, parents: [base], message: "side of a replay" });
  const args = ["merge-tree", "--write-tree", "--name-only", "-z", await side(theirs), await side(mine)];
  const { exitCode, stdout, stderr } = await clone.attempt(args);
  // 0: clean, 1: conflicts; anything else is a fault (git before 2.38 does not know --write-tree).
  if (exitCode > 1 || exitCode < 0)
    throw new GitFailed(args, exitCode, `${stderr}\nTamma needs git 2.38 or newer.`);
  const [tree = "", ...rest] = textOf(stdout).split("\0");
  if (exitCode === 0) return { tree };
  const end = rest.indexOf("");
  return {
    conflicts: rest.slice(0, end),
    words: rest
      .slice(end + 1)
      .join("\n")
      .trim(),
  };
}
