import type { JobResultOf, JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import { evidenceOf } from "../evidence.ts";
import type { JobContext } from "../job-context.ts";
import { ensurePresent } from "../workspace/clone.ts";
import { commitTree, isAncestor, readCommit } from "../workspace/commit.ts";
import type { Workspace } from "../workspace/git.ts";
import { push, remoteHead } from "../workspace/push.ts";
import { objectsClone } from "./objects-clone.ts";

type OpenResult = JobResultOf<"open">;

/**
 * Makes branch `branch` at the tip of `from` with one empty commit, because a pull request needs a commit.
 * Found again when it is there in exactly that shape, so that a repeated job answers the same.
 */
export async function openJob(spec: JobSpecOf<"open">, context: JobContext): Promise<OpenResult> {
  const clone = await objectsClone(context, { branch: spec.from });
  const base = (await clone.git(["rev-parse", `refs/remotes/origin/${spec.from}^{commit}`])).trim();
  const there = await remoteHead(clone, spec.branch);
  if (there) return foundAgain(clone, spec, base, there);

  const tree = (await readCommit(clone, base)).tree;
  const head = await commitTree(clone, { tree, parents: [base], message: spec.message });
  await context.confirm();
  const pushed = await push(clone, context.repository.url, {
    branch: spec.branch,
    sha: head,
    expected: null,
  });
  if (pushed.outcome === "pushed") return { outcome: "done", base, head };
  if (pushed.outcome === "refused") return refused(spec.branch, pushed.reason);
  const other = await remoteHead(clone, spec.branch);
  return other
    ? foundAgain(clone, spec, base, other)
    : refused(spec.branch, "the branch came and went meanwhile");
}

async function foundAgain(
  clone: Workspace,
  spec: JobSpecOf<"open">,
  tip: string,
  head: string,
): Promise<OpenResult> {
  await ensurePresent(clone, head);
  const commit = await readCommit(clone, head);
  const base = commit.parents[0];
  const ours =
    base !== undefined &&
    commit.parents.length === 1 &&
    commit.message === spec.message.trimEnd() &&
    commit.tree === (await readCommit(clone, base)).tree &&
    (await isAncestor(clone, base, tip));
  if (ours) return { outcome: "done", base, head };
  const summary =
    `Branch ${spec.branch} exists already with other commits (head ${head.slice(0, 12)}). ` +
    "Rename or delete it, then retry.";
  return { outcome: "failed", evidence: evidenceOf(summary) };
}

function refused(branch: string, reason: string): OpenResult {
  return { outcome: "failed", evidence: evidenceOf(`The repository refused branch ${branch}: ${reason}`) };
}
