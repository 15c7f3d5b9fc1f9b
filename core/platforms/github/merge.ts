import { z } from "zod";
import type { Sha } from "../../domain/ids.ts";
import type { MergeOutcome, MergeRefusal } from "../../domain/platform/merging.ts";
import { type MergeRequest, PlatformError, type PullRequestRef } from "../../ports/platform.ts";
import type { AnswerError } from "../_shared/transport.ts";
import { answeredWith, shaped } from "./answers.ts";
import { isMerged, mergeabilityOf } from "./convert.ts";
import { type GithubRepository, getPull, headOf, type Pull, rulesOf } from "./repository.ts";
import * as shapes from "./shapes.ts";

const operation = "merge";

/**
 * Merges if the head is still `how.head`; GitHub looks at that once more itself. Where the base branch has a
 * merge queue, the pull request is put into it. Source: GitHub Docs, "Merge a pull request".
 */
export async function merge(
  repository: GithubRepository,
  { number }: PullRequestRef,
  how: MergeRequest,
): Promise<MergeOutcome> {
  const pull = await getPull(repository, operation, number);
  const done = doneAlready(pull, how.head);
  if (done) return done;
  // An administrator's token could go past the queue; Tamma does not.
  const rules = await rulesOf(repository, operation, pull.base.ref);
  if (rules?.some(({ type }) => type === "merge_queue")) return enqueue(repository, pull, how);
  const moved = await baseMoved(repository, pull, how.base);
  if (moved) return moved;
  try {
    const { data } = await repository.client.on(operation).pulls.merge({
      ...{ ...repository.at, pull_number: number, sha: how.head, merge_method: how.method },
      ...{ commit_title: how.title, commit_message: how.message },
    });
    return { state: "merged", sha: shaped(operation, shapes.merged, data).sha };
  } catch (error) {
    const answer = answeredWith(error, 405, 409);
    if (!answer) throw error;
    return afterRefusal(repository, number, how.head, answer);
  }
}

/** 405: it cannot be merged, or the base moved while it was; 409: the head moved, or something else did. */
async function afterRefusal(
  repository: GithubRepository,
  number: number,
  head: Sha,
  answer: AnswerError,
): Promise<MergeOutcome> {
  const pull = await getPull(repository, operation, number);
  // Somebody else was faster; 405 is also said of what is merged.
  const done = doneAlready(pull, head);
  if (done) return done;
  const words = answer.message.slice(`${operation}: `.length);
  if (answer.status === 409 || /base branch was modified|already in progress/i.test(words)) {
    throw failed("conflict", words);
  }
  const why = mergeabilityOf(pull).state === "conflict" ? "conflict" : "blocked";
  return refused({ why, words });
}

/** The answer where there is nothing (more) to merge; null for an open one at this head. */
function doneAlready(pull: Pull, head: Sha): MergeOutcome | null {
  if (isMerged(pull)) {
    if (pull.merge_commit_sha) return { state: "merged", sha: pull.merge_commit_sha };
    throw failed("transient", "it is merged, but GitHub does not say by which commit");
  }
  if (pull.state === "closed") return refused({ why: "blocked", words: "the pull request is closed" });
  return pull.head.sha === head ? null : refused({ why: "head-moved", head: pull.head.sha });
}

/** A pull request tells where its base was when it was pushed to; only the branch tells where it is. */
async function baseMoved(repository: GithubRepository, pull: Pull, base: Sha): Promise<MergeOutcome | null> {
  const now = await headOf(repository, operation, pull.base.ref);
  if (now === null) return refused({ why: "blocked", words: `there is no branch ${pull.base.ref}` });
  return now === base ? null : refused({ why: "base-moved", base: now });
}

function refused(refusal: MergeRefusal): MergeOutcome {
  return { state: "refused", refusal };
}

function failed(kind: PlatformError["kind"], message: string): PlatformError {
  return new PlatformError({ kind, operation, message });
}

const queueQuery = `query($id: ID!) { node(id: $id) { ... on PullRequest { isInMergeQueue } } }`;
const enqueueMutation = `mutation($id: ID!, $head: GitObjectID!) {
  enqueuePullRequest(input: { pullRequestId: $id, expectedHeadOid: $head }) { mergeQueueEntry { id } }
}`;
const queued = z.object({ node: z.object({ isInMergeQueue: z.boolean() }) });

/**
 * The queue merges by the method that its rule names, whatever the request says, and proves each change on
 * the base that it will have: from then on it may move.
 */
async function enqueue(repository: GithubRepository, pull: Pull, how: MergeRequest): Promise<MergeOutcome> {
  const { client } = repository;
  const { node_id: id, number } = pull;
  const ask = { operation, query: queueQuery, variables: { id }, readOnly: true };
  const { node } = await client.graphql(ask, queued);
  if (node.isInMergeQueue) return { state: "queued" };
  if (how.queued) {
    // It leaves the queue when it is merged, and when the queue could not.
    const done = doneAlready(await getPull(repository, operation, number), how.head);
    return done ?? refused({ why: "blocked", words: "GitHub took it out of its merge queue" });
  }
  const moved = await baseMoved(repository, pull, how.base);
  if (moved) return moved;
  try {
    const variables = { id, head: how.head };
    await client.graphql({ operation, query: enqueueMutation, variables }, z.object({}).loose());
  } catch (error) {
    // Its checks are not green, for example: GitHub says it in words alone.
    if (error instanceof PlatformError && error.kind === "validation") {
      return refused({ why: "blocked", words: error.message.slice(`${operation}: `.length) });
    }
    throw error;
  }
  return { state: "queued" };
}
