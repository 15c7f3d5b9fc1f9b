import { branches, isAncestor, nobody } from "./git.ts";
import { log } from "./history.ts";
import { setState } from "./issues.ts";
import { emit, type Model } from "./model.ts";
import { lookAgain, markMerged, openPulls } from "./pulls.ts";
import type { Pull, Repository, User } from "./types.ts";

/** Commits that a push tells about, at most; GitHub's own figure. */
const commitsOfPushMax = 20;

/**
 * Looks at the branches after somebody may have moved them, tells what happened and brings the pull requests
 * up to date. Called after each push, merge and change through the API.
 */
export async function noticePush(model: Model, repository: Repository, actor: User): Promise<void> {
  const [before, after] = [repository.refs, await branches(repository.dir)];
  repository.refs = after;
  for (const branch of new Set([...before.keys(), ...after.keys()])) {
    const [from, to] = [before.get(branch) ?? nobody, after.get(branch) ?? nobody];
    if (from === to) continue;
    repository.pushedAt = model.now();
    const commits = await pushedCommits(repository, from, to);
    emit(model, { type: "push", repository, actor, branch, before: from, after: to, commits });
    await movePulls(model, repository, actor, { branch, to });
  }
}

async function pushedCommits(repository: Repository, from: string, to: string) {
  if (to === nobody) return [];
  const range = from === nobody ? to : `${from}..${to}`;
  return (await log(repository.dir, range, from === nobody ? 1 : commitsOfPushMax)).reverse();
}

type Moved = { readonly branch: string; readonly to: string };

async function movePulls(model: Model, repository: Repository, actor: User, moved: Moved): Promise<void> {
  for (const target of model.repositories.values()) {
    for (const pull of openPulls(target)) {
      const isHead = pull.headRepository === repository && pull.headBranch === moved.branch;
      const isBase = target === repository && pull.baseBranch === moved.branch;
      if (isHead) await moveHead(model, actor, pull, moved.to);
      else if (isBase) await moveBase(model, actor, pull, moved.to);
    }
  }
}

/** A head that is gone closes the pull request. */
async function moveHead(model: Model, actor: User, pull: Pull, to: string): Promise<void> {
  const before = pull.headSha;
  if (to === nobody) return setState(model, actor, pull.issue, "closed");
  if (before === to) return;
  await lookAgain(pull, { head: to, base: pull.baseSha });
  pull.issue.updatedAt = model.now();
  const { repository } = pull.issue;
  emit(model, { type: "pull", action: "synchronize", repository, actor, pull, before });
}

/** A base that holds the head already: somebody merged it by git. */
async function moveBase(model: Model, actor: User, pull: Pull, to: string): Promise<void> {
  if (to === nobody) return setState(model, actor, pull.issue, "closed");
  if (await isAncestor(pull.issue.repository.dir, pull.headSha, to)) {
    return markMerged(model, actor, pull, to);
  }
  await lookAgain(pull, { head: pull.headSha, base: to });
}
