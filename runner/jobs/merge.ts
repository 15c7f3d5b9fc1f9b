import type { Sha } from "@tamma/core/domain/ids.ts";
import type { JobResultOf, JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import { evidenceOf } from "../evidence.ts";
import type { JobContext } from "../job-context.ts";
import { ensurePresent } from "../workspace/clone.ts";
import { commitTree, isAncestor, readCommit } from "../workspace/commit.ts";
import type { Workspace } from "../workspace/git.ts";
import { push, remoteHead } from "../workspace/push.ts";
import { textOf } from "../workspace/run-git.ts";
import { checkedOutAt, dirtyFiles } from "../workspace/working-tree.ts";
import { objectsClone } from "./objects-clone.ts";

type MergeResult = JobResultOf<"merge">;
type MergeSpec = JobSpecOf<"merge">;

/** Only branches of ours are deleted after their merge. */
const ourBranches = "tamma/";
/** Names the merged head in a squashed commit: the second parent that it does not have. */
const squashedFrom = "Squashed-From: ";

/**
 * Merges `head` into branch `into`, if both are where the gates saw them. The merged tree is the head's own
 * tree, which was verified: a head that does not contain the base is not merged but answered with
 * `base-moved`. A repeated job finds its merge and answers the same.
 */
export async function mergeJob(spec: MergeSpec, context: JobContext): Promise<MergeResult> {
  const clone = await objectsClone(context, { branch: spec.into });
  const base = await remoteHead(clone, spec.into);
  if (base === null) return failed(`Branch ${spec.into} is gone.`);
  await ensurePresent(clone, base);
  const merged = await mergedAlready(clone, spec, base);
  if (merged) {
    await deleteBranch(clone, spec, context);
    return { outcome: "done", sha: merged };
  }
  const head = await remoteHead(clone, spec.branch);
  if (head !== spec.head) return { outcome: "head-moved", head };
  if (base !== spec.expectedBase) return { outcome: "base-moved", base };
  await ensurePresent(clone, head);
  if (!(await isAncestor(clone, base, head))) return { outcome: "base-moved", base };

  const dirty = await inTheWay(spec, context);
  if (dirty.length > 0) return { outcome: "dirty-tree", files: dirty };
  const sha = await mergeCommit(clone, spec);
  await context.confirm();
  const pushed = await push(clone, context.repository.url, { branch: spec.into, sha, expected: base });
  if (pushed.outcome === "moved")
    return { outcome: "base-moved", base: (await remoteHead(clone, spec.into)) ?? base };
  if (pushed.outcome === "refused") {
    // Somebody may have begun to type between our look and the push; git looked again and changed nothing.
    const now = await inTheWay(spec, context);
    return now.length > 0
      ? { outcome: "dirty-tree", files: now }
      : failed(`The repository refused the merge into ${spec.into}: ${pushed.reason}`);
  }
  await deleteBranch(clone, spec, context);
  return { outcome: "done", sha };
}

async function mergeCommit(clone: Workspace, spec: MergeSpec): Promise<Sha> {
  const { tree } = await readCommit(clone, spec.head);
  if (spec.method === "merge")
    return commitTree(clone, { tree, parents: [spec.expectedBase, spec.head], message: spec.message });
  const message = `${spec.message.trimEnd()}\n\n${squashedFrom}${spec.head}`;
  return commitTree(clone, { tree, parents: [spec.expectedBase], message });
}

/** The merge that an earlier try of this job made, if it is part of the base branch; else null. */
async function mergedAlready(clone: Workspace, spec: MergeSpec, tip: Sha): Promise<Sha | null> {
  const range = `${spec.expectedBase}..${tip}`;
  const { exitCode, stdout } = await clone.attempt(["rev-list", "--first-parent", "--parents", range]);
  // The expected base is unknown here: the branch was rewritten, and the caller will see that it moved.
  if (exitCode !== 0) return null;
  const lines = textOf(stdout).split("\n").filter(Boolean);
  for (const line of lines) {
    const [sha = "", first, second] = line.split(" ");
    if (first !== spec.expectedBase) continue;
    if (spec.method === "merge" && second === spec.head) return sha;
    const { message } = await readCommit(clone, sha);
    if (spec.method === "squash" && message.endsWith(`${squashedFrom}${spec.head}`)) return sha;
  }
  return null;
}

async function inTheWay(spec: MergeSpec, context: JobContext): Promise<string[]> {
  const folder = await checkedOutAt(context.repository.url, spec.into);
  return folder === null ? [] : dirtyFiles(folder, [spec.head]);
}

/** Tidying up: a branch that cannot be deleted (checked out, moved on) does not undo the merge. */
async function deleteBranch(clone: Workspace, spec: MergeSpec, context: JobContext): Promise<void> {
  if (!spec.branch.startsWith(ourBranches) || spec.branch === spec.into) return;
  try {
    if ((await remoteHead(clone, spec.branch)) !== spec.head) return;
    await context.confirm();
    const gone = await push(clone, context.repository.url, {
      branch: spec.branch,
      sha: null,
      expected: spec.head,
    });
    if (gone.outcome === "refused")
      context.log(`Branch ${spec.branch} is merged but stays: ${gone.reason}\n`);
  } catch (error) {
    context.log(`Branch ${spec.branch} is merged but could not be deleted: ${String(error)}\n`);
  }
}

function failed(summary: string): MergeResult {
  return { outcome: "failed", evidence: evidenceOf(summary) };
}
