import { aheadBehind, git, isAncestor, mergeBase, moveBranch, tryGit } from "./git.ts";
import { changedFiles } from "./history.ts";
import { newIssue, setState, tell } from "./issues.ts";
import { type Merging, mergeCommit, mergedTree } from "./merging.ts";
import { emit, type Model, personOf } from "./model.ts";
import { Refusal } from "./refusal.ts";
import type { Issue, MergeMethod, Pull, Repository, User } from "./types.ts";

export interface NewPull {
  readonly title: string;
  readonly body?: string;
  readonly head: string;
  readonly headRepository?: Repository;
  readonly base: string;
  readonly draft?: boolean;
}

/**
 * Opens a pull request.
 *
 * @throws Refusal `validation` when a branch is missing or there is nothing to merge, `exists` when one is
 * open for the same branches
 */
export async function openPull(model: Model, repository: Repository, actor: User, made: NewPull) {
  const headRepository = made.headRepository ?? repository;
  const [headSha, baseSha] = [headRepository.refs.get(made.head), repository.refs.get(made.base)];
  if (headSha === undefined) throw new Refusal("validation", `No branch ${made.head}.`, "head");
  if (baseSha === undefined) throw new Refusal("validation", `No branch ${made.base}.`, "base");
  const same = openPulls(repository).find(
    (pull) =>
      pull.headBranch === made.head &&
      pull.headRepository === headRepository &&
      pull.baseBranch === made.base,
  );
  if (same) throw new Refusal("exists", `#${same.issue.number} is open for ${made.head}.`);
  const seen = await sides(repository, headRepository, headSha, baseSha);
  if (seen.commits === 0) {
    throw new Refusal("validation", `No commits between ${made.base} and ${made.head}`, "head");
  }
  const issue = newIssue(model, repository, actor, made);
  const pull: Pull = {
    ...{ issue, id: model.nextId(), draft: made.draft ?? false, headBranch: made.head, headRepository },
    ...{ headSha, baseBranch: made.base, baseSha, ...seen, mergeable: null, looks: 0, merged: null },
    ...{ reviewers: [], reviews: [], threads: [] },
  };
  issue.pull = pull;
  await git(repository.dir, ["update-ref", `refs/pull/${issue.number}/head`, headSha]);
  tell(model, actor, issue, "opened");
  return pull;
}

/** What lies between both sides. The commits of a fork are fetched first. */
async function sides(repository: Repository, headRepository: Repository, head: string, base: string) {
  const { dir } = repository;
  if (headRepository !== repository) await git(dir, ["fetch", "-q", headRepository.dir, head]);
  const common = (await mergeBase(dir, base, head)) ?? base;
  const { ahead } = await aheadBehind(dir, base, head);
  return { mergeBase: common, commits: ahead, files: await changedFiles(dir, common, head) };
}

/** Those that are open, the oldest first. */
export function openPulls(repository: Repository): Pull[] {
  return [...repository.issues.values()].flatMap(({ pull, state }) =>
    pull && state === "open" ? [pull] : [],
  );
}

/** A side moved: everything about it is found out anew. */
export async function lookAgain(pull: Pull, at: { head: string; base: string }): Promise<void> {
  const { repository } = pull.issue;
  const moved = at.head !== pull.headSha;
  Object.assign(pull, { headSha: at.head, baseSha: at.base, mergeable: null, looks: 0 });
  Object.assign(pull, await sides(repository, pull.headRepository ?? repository, at.head, at.base));
  await git(repository.dir, ["update-ref", `refs/pull/${pull.issue.number}/head`, at.head]);
  if (!moved) return;
  for (const thread of pull.threads) {
    const file = pull.files.find(({ path }) => path === thread.path);
    if (!file?.patch.includes(thread.hunk.split("\n").at(-1) ?? "")) thread.outdated = true;
  }
}

/** Whether git can merge it; kept until a side moves. */
export async function findMergeable(pull: Pull): Promise<boolean> {
  pull.mergeable ??= (await mergedTree(pull.issue.repository.dir, pull.baseSha, pull.headSha)) !== null;
  return pull.mergeable;
}

/** Whether the base has commits that the head has not. */
export function isBehind(pull: Pull): boolean {
  return pull.mergeBase !== pull.baseSha;
}

export function setDraft(model: Model, actor: User, pull: Pull, draft: boolean): void {
  if (pull.draft === draft) return;
  pull.draft = draft;
  pull.issue.updatedAt = model.now();
  const action = draft ? "converted_to_draft" : "ready_for_review";
  emit(model, { type: "pull", action, repository: pull.issue.repository, actor, pull });
}

export async function changeBase(model: Model, actor: User, pull: Pull, base: string): Promise<void> {
  if (pull.baseBranch === base) return;
  const sha = pull.issue.repository.refs.get(base);
  if (sha === undefined) throw new Refusal("validation", `No branch ${base}.`, "base");
  pull.baseBranch = base;
  await lookAgain(pull, { head: pull.headSha, base: sha });
  tell(model, actor, pull.issue, "edited");
}

export function requestReview(model: Model, actor: User, pull: Pull, reviewer: User): void {
  if (pull.reviewers.includes(reviewer)) return;
  pull.reviewers.push(reviewer);
  const around = { repository: pull.issue.repository, actor, pull, reviewer };
  emit(model, { ...around, type: "pull", action: "review_requested" });
}

export interface MergeOrder {
  readonly method: MergeMethod;
  readonly title: string;
  readonly message: string;
}

/**
 * Merges by git and moves the base branch. Rules of protection are the dialect's to ask before.
 *
 * @throws Refusal `conflict` when git cannot, or when the base moved meanwhile
 */
export async function mergePull(model: Model, actor: User, pull: Pull, order: MergeOrder): Promise<string> {
  const { repository } = pull.issue;
  const message = [order.title, order.message].filter(Boolean).join("\n\n");
  const merging: Merging = {
    ...{ base: pull.baseSha, head: pull.headSha, method: order.method, message: `${message}\n` },
    ...{ author: personOf(pull.issue.author), committer: personOf(actor) },
  };
  const sha = await mergeCommit(repository.dir, merging);
  if (sha === null) throw new Refusal("conflict", "Merge conflict");
  await moveBranch(repository.dir, pull.baseBranch, sha, pull.baseSha).catch((cause: unknown) => {
    throw new Refusal("conflict", `Base branch was modified: ${cause}`);
  });
  markMerged(model, actor, pull, sha);
  return sha;
}

/** It counts as merged by `sha` from now on. */
export function markMerged(model: Model, actor: User, pull: Pull, sha: string): void {
  pull.merged = { sha, by: actor, at: model.now() };
  const { issue } = pull;
  Object.assign(issue, { state: "closed", closedAt: model.now(), closedBy: actor, updatedAt: model.now() });
  tell(model, actor, issue, "closed");
  if (pull.baseBranch === issue.repository.defaultBranch) closeNamed(model, actor, issue);
}

/** Both platforms close the issues that a pull request says it fixes when it reaches the default branch. */
function closeNamed(model: Model, actor: User, { body, repository }: Issue): void {
  for (const [, number] of body.matchAll(/\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? #(\d+)/gi)) {
    const issue = repository.issues.get(Number(number));
    if (issue && issue.pull === null) setState(model, actor, issue, "closed");
  }
}

/** Merges the base into the head branch, as the button "Update branch" does. @throws Refusal `conflict` */
export async function updateFromBase(actor: User, pull: Pull): Promise<void> {
  const repository = pull.headRepository ?? pull.issue.repository;
  if (await isAncestor(pull.issue.repository.dir, pull.baseSha, pull.headSha)) return;
  const merging: Merging = {
    ...{ base: pull.headSha, head: pull.baseSha, method: "merge" },
    message: `Merge branch '${pull.baseBranch}' into ${pull.headBranch}\n`,
    ...{ author: personOf(actor), committer: personOf(actor) },
  };
  const sha = await mergeCommit(pull.issue.repository.dir, merging);
  if (sha === null) throw new Refusal("conflict", "merge conflict between base and head");
  if (repository !== pull.issue.repository) {
    await tryGit(repository.dir, ["fetch", "-q", pull.issue.repository.dir, sha]);
  }
  await moveBranch(repository.dir, pull.headBranch, sha, pull.headSha);
}
