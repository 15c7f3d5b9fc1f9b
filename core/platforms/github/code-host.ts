import { z } from "zod";
import type { Sha } from "../../domain/ids.ts";
import {
  type CodeHost,
  type NewPullRequest,
  PlatformError,
  type PullRequestRef,
} from "../../ports/platform.ts";
import type { PutComment } from "../_shared/keyed-comments.ts";
import { answeredWith, orNull, shaped } from "./answers.ts";
import { pageSize } from "./client.ts";
import { addLabels } from "./comments.ts";
import { isFork, isMerged, refOf } from "./convert.ts";
import { merge } from "./merge.ts";
import { type GithubRepository, getPull, headOf, type Pull } from "./repository.ts";
import { submitReview } from "./review.ts";
import * as shapes from "./shapes.ts";
import { replyToThread, resolveThread } from "./threads.ts";

/** GitHub's pull requests. Source: GitHub Docs, "REST API endpoints for pull requests". */
export function githubCodeHost(repository: GithubRepository, putComment: PutComment): CodeHost {
  const { client, at } = repository;
  return {
    openPullRequest: (request) => openPullRequest(repository, request),
    setDraft: (pullRequest, draft) => setDraft(repository, pullRequest, draft),
    upsertComment: ({ number }, key, body) => putComment(number, key, body),
    addLabels: ({ number }, labels) => addLabels(repository, number, labels),
    submitReview: (pullRequest, review) => submitReview(repository, pullRequest, review),
    replyToThread: (pullRequest, thread, key, text) =>
      replyToThread(repository, pullRequest, thread, key, text),
    async updatePullRequest({ number: pull_number }, { title, body }) {
      if (title === undefined && body === undefined) return;
      await client.on("updatePullRequest").pulls.update({
        ...{ ...at, pull_number },
        ...(title === undefined ? {} : { title }),
        ...(body === undefined ? {} : { body }),
      });
    },
    requestReviewers: (pullRequest, logins) => requestReviewers(repository, pullRequest, logins),
    resolveThread: (pullRequest, thread) => resolveThread(repository, pullRequest, thread),
    merge: (pullRequest, how) => merge(repository, pullRequest, how),
    deleteBranch: (branch, head) => deleteBranch(repository, branch, head),
    async closePullRequest({ number: pull_number }) {
      const pull = await getPull(repository, "closePullRequest", pull_number);
      if (pull.state === "closed") return;
      await client.on("closePullRequest").pulls.update({ ...at, pull_number, state: "closed" });
    },
    recordMerge: ({ number }, sha) => recordMerge(repository, number, sha),
  };
}

/** The newest pull request whose head is `branch` of this repository and no fork's. */
export async function pullWithHead(
  { client, at }: GithubRepository,
  operation: string,
  branch: string,
  state: "open" | "all",
): Promise<Pull | null> {
  const pages = client.pages(operation)(client.on(operation).pulls.list, {
    ...{ ...at, head: `${at.owner}:${branch}`, state, sort: "created", direction: "desc" },
    per_page: pageSize,
  });
  const found = await client.all(operation, pages, shapes.pullRequest, pageSize);
  // A fork of the same owner has the same name in front of its branch.
  return found.find((pull) => pull.head.ref === branch && !isFork(pull)) ?? null;
}

async function openPullRequest(
  repository: GithubRepository,
  request: NewPullRequest,
): Promise<PullRequestRef> {
  const operation = "openPullRequest";
  const find = () => pullWithHead(repository, operation, request.branch, "open");
  const found = await find();
  if (found) return refOf(found);
  const { branch: head, base, title, body } = request;
  const create = async (draft: boolean) => {
    const asked = { ...repository.at, head, base, title, body, draft };
    const { data } = await repository.client.on(operation).pulls.create(asked);
    return refOf(shaped(operation, shapes.pullRequest, data));
  };
  try {
    return await create(request.draft);
  } catch (error) {
    const answer = answeredWith(error, 422);
    if (!answer) throw error;
    // Private repositories of a free account have no drafts.
    if (request.draft && /draft pull requests are not supported/i.test(answer.body)) return create(false);
    // Somebody else was faster.
    const other = await find();
    if (!other) throw error;
    return refOf(other);
  }
}

const readyMutation = `mutation($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`;
const draftMutation = `mutation($id: ID!) {
  convertPullRequestToDraft(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`;

/** REST cannot change it. */
async function setDraft(
  repository: GithubRepository,
  { number }: PullRequestRef,
  draft: boolean,
): Promise<void> {
  const operation = "setDraft";
  const pull = await getPull(repository, operation, number);
  if ((pull.draft ?? false) === draft) return;
  const query = draft ? draftMutation : readyMutation;
  const variables = { id: pull.node_id };
  await repository.client.graphql({ operation, query, variables }, z.object({}).loose());
}

/** One name that cannot be asked fails the whole call, so then they are asked one by one. */
async function requestReviewers(
  { client, at }: GithubRepository,
  { number: pull_number }: PullRequestRef,
  logins: readonly string[],
): Promise<{ refused: string[] }> {
  const { pulls } = client.on("requestReviewers");
  const ask = async (reviewers: string[]): Promise<boolean> => {
    try {
      await pulls.requestReviewers({ ...at, pull_number, reviewers });
      return true;
    } catch (error) {
      if (answeredWith(error, 422)) return false;
      throw error;
    }
  };
  if (logins.length === 0 || (await ask([...logins]))) return { refused: [] };
  if (logins.length === 1) return { refused: [...logins] };
  const refused: string[] = [];
  for (const login of logins) if (!(await ask([login]))) refused.push(login);
  return { refused };
}

/**
 * GitHub's REST API deletes whatever the branch is at. Between the look and the deletion a push can come in;
 * its commits then stay in the pull request, from where the branch can be restored.
 */
async function deleteBranch(repository: GithubRepository, branch: string, head: Sha): Promise<void> {
  const operation = "deleteBranch";
  const found = await headOf(repository, operation, branch);
  if (found === null) return;
  if (found !== head) {
    const message = `${branch} is at ${found} and not at ${head}`;
    throw new PlatformError({ kind: "head-moved", operation, message });
  }
  const { client, at } = repository;
  try {
    await client.on(operation).git.deleteRef({ ...at, ref: `heads/${branch}` });
  } catch (error) {
    // Somebody else was faster. 422 is also said of a branch that may not be deleted.
    if (!answeredWith(error, 404, 422) || (await headOf(repository, operation, branch)) !== null) throw error;
  }
}

/** GitHub finds out itself as soon as the commits of the head are in the base branch. */
async function recordMerge(repository: GithubRepository, number: number, sha: Sha): Promise<void> {
  const operation = "recordMerge";
  const pull = await orNull(getPull(repository, operation, number));
  if (pull && isMerged(pull)) return;
  const message = `GitHub does not show #${number} as merged by ${sha} yet; it finds out itself`;
  throw new PlatformError({ kind: "conflict", operation, message });
}
