import { z } from "zod";
import type { PlatformUser } from "../../domain/platform/webhook.ts";
import { PlatformError, type PullRequestRef } from "../../ports/platform.ts";
import type { ThreadNow } from "../../ports/platform-reading.ts";
import { keyIn, withMarker, withoutMarker } from "../_shared/marker.ts";
import { instant } from "../_shared/webhook-reading.ts";
import { numberOf } from "./answers.ts";
import { pageSize } from "./client.ts";
import { commentCharsMax } from "./comments.ts";
import { commentOf } from "./convert.ts";
import type { GithubRepository } from "./repository.ts";
import * as shapes from "./shapes.ts";

/** Threads at lines. Whether one is resolved, only GraphQL tells. A thread is named by its first comment. */

const query = `query($owner: String!, $repo: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
    reviewThreads(first: 50, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id isResolved path line comments(first: 100) { nodes {
        fullDatabaseId body createdAt
        author { __typename login ... on User { databaseId } ... on Bot { databaseId } }
      } } }
    }
  } }
}`;

const ghost: PlatformUser = { id: "10137", login: "ghost", bot: false };

/** GraphQL names a bot without the end that its login has everywhere else. */
const author = z
  .object({ __typename: z.string(), login: z.string(), databaseId: shapes.id.nullish() })
  .nullable()
  .transform((found): PlatformUser => {
    if (!found) return ghost;
    const bot = found.__typename === "Bot";
    const login = bot && !found.login.endsWith("[bot]") ? `${found.login}[bot]` : found.login;
    return { id: found.databaseId ?? `login:${login}`, login, bot };
  });

const thread = z.object({
  ...{ id: z.string(), isResolved: z.boolean(), path: z.string(), line: z.number().int().nullable() },
  comments: z.object({
    nodes: z.array(z.object({ fullDatabaseId: shapes.id, body: z.string(), createdAt: instant, author })),
  }),
});
type Thread = z.infer<typeof thread>;

const page = z.object({
  repository: z.object({
    pullRequest: z.object({
      reviewThreads: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        nodes: z.array(thread),
      }),
    }),
  }),
});

/** More threads than that are not read. */
const pagesMax = 40;

async function queried({ client, at }: GithubRepository, operation: string, number: number) {
  const threads: Thread[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const variables: Record<string, unknown> = { ...at, number, after };
    const answer = await client.graphql({ operation, query, variables, readOnly: true }, page);
    const { nodes, pageInfo } = answer.repository.pullRequest.reviewThreads;
    threads.push(...nodes);
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage || after === null) break;
  }
  return threads;
}

/** Where GraphQL is shut or does not know a field yet, REST tells the same without what is resolved. */
const restInstead: readonly PlatformError["kind"][] = ["forbidden", "validation", "unsupported"];

export async function threadsOf(repository: GithubRepository, number: number): Promise<ThreadNow[]> {
  const me = await repository.me();
  let threads: Thread[];
  try {
    threads = await queried(repository, "threads", number);
  } catch (error) {
    if (error instanceof PlatformError && restInstead.includes(error.kind)) {
      return threadsByRest(repository, number, me);
    }
    throw error;
  }
  return threads.flatMap(({ path, line, isResolved: resolved, comments: { nodes } }) => {
    const comments = nodes.map(({ fullDatabaseId: id, body, createdAt: at, author }) => ({
      ...{ id, author, body: withoutMarker(body), at },
      key: author.id === me.id ? keyIn(body) : null,
    }));
    const [first] = comments;
    return first ? [{ id: first.id, path, line, resolved, comments }] : [];
  });
}

async function threadsByRest(
  repository: GithubRepository,
  number: number,
  me: PlatformUser,
): Promise<ThreadNow[]> {
  const all = await reviewComments(repository, "threads", number);
  return all
    .filter((comment) => (comment.in_reply_to_id ?? null) === null)
    .map((first) => ({
      ...{ id: first.id, path: first.path, line: first.line ?? null, resolved: null },
      comments: all
        .filter(({ id, in_reply_to_id }) => id === first.id || in_reply_to_id === first.id)
        .map((comment) => commentOf(comment, me)),
    }));
}

function reviewComments({ client, at }: GithubRepository, operation: string, pull_number: number) {
  const list = client.on(operation).pulls.listReviewComments;
  const pages = client.pages(operation)(list, { ...at, pull_number, per_page: pageSize });
  return client.all(operation, pages, shapes.reviewComment);
}

export async function replyToThread(
  repository: GithubRepository,
  { number }: PullRequestRef,
  thread: string,
  key: string,
  text: string,
): Promise<void> {
  const operation = "replyToThread";
  const comment_id = numberOf(operation, thread);
  const body = withMarker(text, key, commentCharsMax);
  const me = await repository.me();
  const all = await reviewComments(repository, operation, number);
  const there = all.some((comment) => comment.user.id === me.id && keyIn(comment.body) === key);
  if (there) return;
  const { client, at } = repository;
  await client
    .on(operation)
    .pulls.createReplyForReviewComment({ ...at, pull_number: number, comment_id, body });
}

const resolve = `mutation($threadId: ID!) {
  resolveReviewThread(input: { threadId: $threadId }) { thread { isResolved } }
}`;

export async function resolveThread(
  repository: GithubRepository,
  { number }: PullRequestRef,
  thread: string,
): Promise<void> {
  const operation = "resolveThread";
  const found = (await queried(repository, operation, number)).find(
    ({ comments }) => comments.nodes[0]?.fullDatabaseId === thread,
  );
  if (!found) {
    const message = `#${number} has no thread ${thread}`;
    throw new PlatformError({ kind: "not-found", operation, message });
  }
  if (found.isResolved) return;
  const variables = { threadId: found.id };
  await repository.client.graphql({ operation, query: resolve, variables }, z.object({}).loose());
}
