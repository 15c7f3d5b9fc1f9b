import { z } from "zod";
import { Sha } from "../../domain/ids.ts";
import type { CommentNews, IssueNews, PlatformUser, PullRequestNews } from "../../domain/platform/webhook.ts";
import { keyIn } from "../_shared/marker.ts";
import { id, instant, number, repository } from "../_shared/webhook-reading.ts";

/** What Tamma reads of GitHub's payloads. Source: GitHub Docs, "Webhook events and payloads". */

/** The account of somebody who left. */
const ghost: PlatformUser = { id: "10137", login: "ghost", bot: false };

export const user = z
  .object({ id, login: z.string(), type: z.string().optional() })
  .transform(({ id, login, type }): PlatformUser => ({ id, login, bot: type === "Bot" }));
const author = user.nullable().transform((found) => found ?? ghost);

/** Beside the news in every payload about a repository. */
export const around = z.object({
  repository,
  sender: user,
});

const names = z.array(z.object({ name: z.string() })).transform((all) => all.map(({ name }) => name));

const issue = z.object({
  number,
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]),
  labels: names,
  assignees: z.array(user),
  user: author,
  updated_at: instant,
  /** There when it is a pull request, which GitHub counts as an issue too. */
  pull_request: z.unknown().optional(),
});

const named = z.object({ name: z.string() });

export const issues = around
  .extend({ action: z.string(), issue, label: named.nullish(), assignee: user.nullish() })
  .transform(({ issue: told, action, label, assignee, ...rest }) => {
    const { number, title, body, state, labels, assignees, user, updated_at: at } = told;
    const given: IssueNews["given"] = /^(?:un)?(?:labeled|assigned)$/.test(action)
      ? {
          labels: action === "labeled" && label ? [label.name] : [],
          assignees: action === "assigned" && assignee ? [assignee.id] : [],
        }
      : null;
    const news: IssueNews = {
      ...{ number, title, body: body ?? "", state, labels, assignees, author: user, at, given },
    };
    return { ...rest, issue: news };
  });

const side = z.object({ ref: z.string(), sha: Sha, repo: z.object({ id }).nullable() });

const pullRequest = z
  .object({
    number,
    title: z.string(),
    state: z.enum(["open", "closed"]),
    draft: z.boolean().optional(),
    head: side,
    base: side,
    user: author,
    merged: z.boolean().nullish(),
    merged_at: z.string().nullish(),
    merge_commit_sha: z.string().nullish(),
  })
  .transform((pull): PullRequestNews => {
    // Some payloads tell it by the time alone.
    const merged = pull.merged ?? (pull.merged_at ?? null) !== null;
    return {
      number: pull.number,
      title: pull.title,
      state: merged ? "merged" : pull.state,
      draft: pull.draft ?? false,
      headBranch: pull.head.ref,
      head: pull.head.sha,
      baseBranch: pull.base.ref,
      fork: pull.head.repo === null || pull.head.repo.id !== pull.base.repo?.id,
      author: pull.user,
      // Of an open one it names a trial merge.
      mergeSha: merged ? (pull.merge_commit_sha ?? null) : null,
    };
  });

export const pullRequests = around.extend({ pull_request: pullRequest });

const comment = z.object({ id, body: z.string(), user: author, created_at: instant }).transform(
  ({ id, body, user, created_at: at }): CommentNews => ({
    ...{ id, key: keyIn(body), body },
    ...{ author: user, at },
  }),
);

const changeOfText = z.enum(["created", "edited", "deleted"]);

export const issueComments = around.extend({ action: changeOfText, issue, comment });

export const reviews = around.extend({
  action: z.enum(["submitted", "edited", "dismissed"]),
  review: z.object({
    id,
    body: z.string().nullable(),
    state: z.string(),
    commit_id: Sha.nullable(),
    user: author,
  }),
  pull_request: z.object({ number }),
});

export const reviewComments = around.extend({
  action: changeOfText,
  comment: z.object({ in_reply_to_id: id.nullish(), path: z.string() }).loose(),
  pull_request: z.object({ number }),
});

/** The words of a review comment, which stand in the same object as its place. */
export const words = z.object({ comment });

export const threads = around.extend({
  action: z.enum(["resolved", "unresolved"]),
  thread: z.object({ comments: z.array(z.object({ id })).min(1) }),
  pull_request: z.object({ number }),
});
