import { z } from "zod";
import { Sha } from "../../domain/ids.ts";
import type { CommentNews, IssueNews, PlatformUser, PullRequestNews } from "../../domain/platform/webhook.ts";
import { keyIn } from "../_shared/marker.ts";
import { id, instant, number, repository } from "../_shared/webhook-reading.ts";

/** What Tamma reads of Gitea's payloads. Source: Gitea's `modules/structs/hook.go` (1.22 and later). */

/** Gitea's own accounts: of somebody who is gone, and of its Actions (models/user/user_system.go). */
const [ghost, actions] = [-1, -2] as const;

const user = z
  .object({ id: z.union([id, z.literal([ghost, actions]).transform(String)]), login: z.string() })
  // Gitea does not say which other accounts belong to programs.
  .transform(({ id, login }): PlatformUser => ({ id, login, bot: id === String(actions) }));

/** Beside the news in every payload about a repository. */
export const around = z.object({
  repository,
  sender: user,
});

/** Go writes an empty list as null. */
const listOf = <T extends z.ZodType>(one: T) =>
  z
    .array(one)
    .nullish()
    .transform((all) => all ?? []);

const names = listOf(z.object({ name: z.string() })).transform((all) => all.map(({ name }) => name));

const issue = z.object({
  number,
  title: z.string(),
  body: z.string(),
  state: z.enum(["open", "closed"]),
  labels: names,
  assignees: listOf(user),
  user,
  updated_at: instant,
  /** Not null when it is a pull request, which Gitea counts as an issue too. */
  pull_request: z.unknown().optional(),
});

export const issues = around.extend({
  issue: issue.transform(
    ({ number, title, body, state, labels, assignees, user: author, updated_at: at }): IssueNews => ({
      ...{ number, title, body, state, labels, assignees, author, at, given: null },
    }),
  ),
});

const side = z
  .object({ ref: z.string(), sha: Sha, repo: z.object({ id }).nullish() })
  .transform(({ ref, sha, repo }) => ({ ref, sha, repository: repo?.id ?? null }));

/** The prefixes that a fresh installation takes for "not ready"; later versions say `draft` themselves. */
const draftTitle = /^\s*(WIP:|\[WIP\])/i;

const pullRequest = z
  .object({
    title: z.string(),
    state: z.enum(["open", "closed"]),
    draft: z.boolean().nullish(),
    head: side,
    base: side,
    user,
    merged: z.boolean().nullish(),
    merge_commit_sha: z.string().nullish(),
  })
  .transform(
    (pull): Omit<PullRequestNews, "number"> => ({
      title: pull.title,
      state: pull.merged ? "merged" : pull.state,
      draft: pull.draft ?? draftTitle.test(pull.title),
      headBranch: pull.head.ref,
      head: pull.head.sha,
      baseBranch: pull.base.ref,
      fork: pull.head.repository === null || pull.head.repository !== pull.base.repository,
      author: pull.user,
      mergeSha: pull.merged ? (pull.merge_commit_sha ?? null) : null,
    }),
  );

export const pullRequests = around.extend({ number, pull_request: pullRequest });

const comment = z.object({ id, body: z.string(), user, created_at: instant }).transform(
  ({ id, body, user: author, created_at: at }): CommentNews => ({
    ...{ id, key: keyIn(body), body },
    ...{ author, at },
  }),
);

export const issueComments = around.extend({
  action: z.enum(["created", "edited", "deleted"]),
  issue,
  comment,
  is_pull: z.boolean().optional(),
});

export const reviews = around.extend({
  review: z.object({ type: z.string(), content: z.string() }),
  number,
  commit_id: z.string().nullish(),
});
