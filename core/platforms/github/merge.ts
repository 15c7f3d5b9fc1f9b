import { z } from "zod";
import type { Sha } from "../../domain/ids.ts";
import {
  type MergeOutcome,
  type MergeRequest,
  PlatformError,
  type PullRequestRef,
} from "../../ports/platform.ts";
import type { AnswerError } from "../_shared/transport.ts";
import { answeredWith, shaped } from "./answers.ts";
import { isMerged } from "./convert.ts";
import { type GithubRepository, getPull, type Pull, rulesOf } from "./repository.ts";
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
  const done = mergedAlready(pull);
  if (done) return done;
  if (pull.state === "closed") throw refused("not-mergeable", "it is closed");
  if (pull.head.sha !== how.head) throw headMoved(how.head, pull.head.sha);
  // An administrator's token could go past the queue; Tamma does not.
  const rules = await rulesOf(repository, operation, pull.base.ref);
  if (rules?.some(({ type }) => type === "merge_queue")) return enqueue(repository, pull, how.head);
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
  const done = mergedAlready(pull);
  if (done) return done;
  if (pull.head.sha !== head) throw headMoved(head, pull.head.sha);
  const words = answer.message.slice(`${operation}: `.length);
  if (answer.status === 409 || /base branch was modified|already in progress/i.test(words)) {
    throw refused("conflict", words);
  }
  throw refused("not-mergeable", words);
}

function mergedAlready(pull: Pull): MergeOutcome | null {
  if (!isMerged(pull)) return null;
  if (pull.merge_commit_sha) return { state: "merged", sha: pull.merge_commit_sha };
  throw refused("transient", "it is merged, but GitHub does not say by which commit");
}

function headMoved(expected: Sha, found: Sha): PlatformError {
  return refused("head-moved", `the head is ${found} and not ${expected}`);
}

function refused(kind: PlatformError["kind"], message: string): PlatformError {
  return new PlatformError({ kind, operation, message });
}

const queueQuery = `query($id: ID!) { node(id: $id) { ... on PullRequest { isInMergeQueue } } }`;
const enqueueMutation = `mutation($id: ID!, $head: GitObjectID!) {
  enqueuePullRequest(input: { pullRequestId: $id, expectedHeadOid: $head }) { mergeQueueEntry { id } }
}`;
const queued = z.object({ node: z.object({ isInMergeQueue: z.boolean() }) });

/** The queue merges by the method that its rule names, whatever the request says. */
async function enqueue({ client }: GithubRepository, pull: Pull, head: Sha): Promise<MergeOutcome> {
  const id = pull.node_id;
  const ask = { operation, query: queueQuery, variables: { id }, readOnly: true };
  const { node } = await client.graphql(ask, queued);
  if (node.isInMergeQueue) return { state: "queued" };
  try {
    const variables = { id, head };
    await client.graphql({ operation, query: enqueueMutation, variables }, z.object({}).loose());
  } catch (error) {
    // Its checks are not green, for example: GitHub says it in words alone.
    if (error instanceof PlatformError && error.kind === "validation") {
      throw refused("not-mergeable", error.message.slice(`${operation}: `.length));
    }
    throw error;
  }
  return { state: "queued" };
}
