import type { Instant } from "../ids.ts";
import type { CommentNews, News, PlatformUser, Webhook } from "./webhook.ts";

/** The label by which an issue is given to Tamma. It goes when a loop takes the issue. */
export const triggerLabel = "tamma";
/** Only branches of Tamma's own are followed. */
const ourBranches = "tamma/";

/**
 * What a webhook asks for. A webhook is news of some moment that may be long over, so most of it only says
 * where to look; people's words are the exception: they were said, and to be heard once.
 */
export type Asked =
  | ({ readonly ask: "start" } & Trigger)
  | {
      readonly ask: "hear";
      readonly on: "issue" | "pull-request";
      readonly number: number;
      comment: CommentNews;
    }
  | { readonly ask: "look-at-issue"; readonly number: number }
  | { readonly ask: "look-at-pull-request"; readonly number: number }
  | { readonly ask: "look-at-reviews"; readonly pullRequest: number }
  | { readonly ask: "look-at-branch"; readonly branch: string }
  | { readonly ask: "look-at-checks"; readonly sha: string };

/** A loop is asked for by what an issue has. */
export interface Trigger {
  readonly issue: number;
  readonly trigger: "label" | "assignment";
  /** When it was set, or later, by the platform's clock. */
  readonly at: Instant;
  /** Was it set by the very change that is told? Null where the platform does not tell. */
  readonly fresh: boolean | null;
}

type Ignored = { readonly ignored: string };

/**
 * The same for news that all ask for one look at one thing, as the many checks of a commit do; null for what
 * has to be taken one by one.
 */
export function lookOf(news: News): string | null {
  switch (news.kind) {
    case "checks":
      return `checks:${news.sha}`;
    case "review":
    case "review-comment":
      return `reviews:${news.pullRequest}`;
    case "push":
      return `branch:${news.branch}`;
    case "pull-request":
      return news.change === "head" ? `branch:${news.pullRequest.headBranch}` : null;
    case "issue":
    case "comment":
    case "thread":
      return null;
    default:
      return news satisfies never;
  }
}

/** @param account whoever the connection's credential belongs to on the platform */
export function intake({ news, sender }: Webhook, account: PlatformUser): Asked | Ignored {
  switch (news.kind) {
    case "issue":
      return ofIssue(news, sender, account);
    case "pull-request":
      return ofPullRequest(news);
    case "comment": {
      const { on, number, comment } = news;
      return spoken(news.change, comment, account) ?? { ask: "hear", on, number, comment };
    }
    case "review":
      return { ask: "look-at-reviews", pullRequest: news.pullRequest };
    case "review-comment":
      return (
        spoken(news.change, news.comment, account) ?? {
          ...{ ask: "look-at-reviews", pullRequest: news.pullRequest },
        }
      );
    case "thread":
      return { ignored: "whether a thread is resolved is for people to see; its answer is what counts" };
    case "push":
      if (news.branch.startsWith(ourBranches)) return { ask: "look-at-branch", branch: news.branch };
      return { ignored: `${news.branch} is no branch of Tamma; a new base is seen before the merge` };
    case "checks":
      return { ask: "look-at-checks", sha: news.sha };
    default:
      return news satisfies never;
  }
}

function ofIssue(
  { change, issue }: Extract<News, { kind: "issue" }>,
  sender: PlatformUser,
  account: PlatformUser,
): Asked | Ignored {
  const { number, at, given } = issue;
  if (change === "closed" || change === "gone") return { ask: "look-at-issue", number };
  if (change === "text") return { ignored: "a later edit of an issue does not steer its loop" };
  if (issue.state === "closed") return { ignored: "the issue is closed" };
  if (sender.bot) return { ignored: "a program did it; only people start a loop" };
  // Which label or assignee was added is not told by every platform: what is there now counts.
  if (issue.labels.includes(triggerLabel)) {
    const fresh = given?.labels.includes(triggerLabel) ?? null;
    return { ask: "start", issue: number, trigger: "label", at, fresh };
  }
  const assigned = issue.assignees.some(({ id }) => id === account.id);
  // An assignment stays when its loop is over: a label that somebody adds then asks for nothing.
  const assigning = change !== "labels";
  // An account that is also a person's own gets issues for other reasons than Tamma.
  if (assigned && assigning && sender.id !== account.id) {
    const fresh = given?.assignees.includes(account.id) ?? null;
    return { ask: "start", issue: number, trigger: "assignment", at, fresh };
  }
  return { ignored: `the issue has neither the label "${triggerLabel}" nor ${account.login} as assignee` };
}

function ofPullRequest({ change, pullRequest }: Extract<News, { kind: "pull-request" }>): Asked | Ignored {
  const { number, fork, headBranch } = pullRequest;
  if (fork) return { ignored: "its head lies in another repository: it is only read" };
  switch (change) {
    case "closed":
    case "merged":
      return { ask: "look-at-pull-request", number };
    case "head":
      return headBranch.startsWith(ourBranches)
        ? { ask: "look-at-branch", branch: headBranch }
        : { ignored: `${headBranch} is no branch of Tamma` };
    case "opened":
    case "text":
    case "draft":
    case "labels":
    case "assignees":
    case "reviewers":
    case "reopened":
      return { ignored: `a pull request's "${change}" does not move a loop` };
    default:
      return change satisfies never;
  }
}

/** Null for what a person said anew. */
function spoken(
  change: "created" | "edited" | "deleted",
  comment: CommentNews,
  account: PlatformUser,
): Ignored | null {
  if (change !== "created") return { ignored: "a comment counts as it was first written" };
  if (isOwn(comment, account)) return { ignored: "Tamma wrote it" };
  if (comment.author.bot) return { ignored: "a program wrote it; only people are heard" };
  return null;
}

/** The account may be a person's own: only with Tamma's mark in it is a comment Tamma's. */
export function isOwn(
  { key, author }: { key: string | null; author: PlatformUser },
  account: PlatformUser,
): boolean {
  return key !== null && author.id === account.id;
}
