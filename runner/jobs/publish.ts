import type { JobResultOf, JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import { evidenceOf } from "../evidence.ts";
import type { JobContext } from "../job-context.ts";
import { treeOfPatch } from "../workspace/apply.ts";
import { ensurePresent } from "../workspace/clone.ts";
import { commitTree, readCommit } from "../workspace/commit.ts";
import type { Workspace } from "../workspace/git.ts";
import { push, remoteHead } from "../workspace/push.ts";
import { objectsClone } from "./objects-clone.ts";

type PublishResult = JobResultOf<"publish">;

/**
 * Pushes the validated patch as one commit on top of `expectedHead`. It works in a fresh clone by plumbing,
 * so nothing that ran in a workspace (hooks, filters, config) has a say, and the pushed tree is the
 * validated one.
 */
export async function publishJob(spec: JobSpecOf<"publish">, context: JobContext): Promise<PublishResult> {
  const { branch, expectedHead, patch, secondParent, message } = spec;
  const clone = await objectsClone(context, { sha: patch.base });
  const head = await remoteHead(clone, branch);
  const parents = [expectedHead, ...(secondParent ? [secondParent] : [])];
  if (head !== null && head !== expectedHead && (await isOurs(clone, head, parents, patch.tree)))
    return { outcome: "done", sha: head, tree: patch.tree };
  if (head !== expectedHead) return { outcome: "head-moved", head };

  for (const parent of parents) await ensurePresent(clone, parent);
  const tree = await treeOfPatch(clone, patch, context.getBlob);
  // A second look at the same patch: the branch shows it already, an empty commit would say nothing new.
  if (secondParent === null && (await readCommit(clone, expectedHead)).tree === tree)
    return { outcome: "done", sha: expectedHead, tree };

  const sha = await commitTree(clone, { tree, parents, message });
  await context.confirm();
  const pushed = await push(clone, context.repository.url, { branch, sha, expected: expectedHead });
  if (pushed.outcome === "pushed") return { outcome: "done", sha, tree };
  if (pushed.outcome === "moved") return { outcome: "head-moved", head: await remoteHead(clone, branch) };
  return {
    outcome: "failed",
    evidence: evidenceOf(`The repository refused the push to ${branch}: ${pushed.reason}`),
  };
}

/** Did an earlier try of this very job push already? */
async function isOurs(clone: Workspace, head: string, parents: string[], tree: string): Promise<boolean> {
  await ensurePresent(clone, head);
  const commit = await readCommit(clone, head);
  return commit.tree === tree && commit.parents.join() === parents.join();
}
