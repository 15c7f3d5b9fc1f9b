/** Payloads as the platforms document them, cut to what a reader needs, with our own words. */

const mia = { id: 7, login: "mia" };
const at = "2026-11-30T10:00:00Z";
const sha = (digit: string) => digit.repeat(40);
export const around = { repository: { id: 42, full_name: "mia/calc" }, sender: mia };

const issue = {
  ...{ number: 5, title: "Multiply", body: "Please.", state: "open", user: mia },
  ...{ labels: [{ id: 1, name: "tamma" }], assignees: [mia], updated_at: at },
};
const side = (ref: string, digit: string, repository = 42) => ({
  ...{ ref, sha: sha(digit), repo: { id: repository } },
});
const pull = {
  ...{ number: 6, title: "Add multiply", state: "open", user: mia, draft: false, merged: false },
  ...{ head: side("tamma/5", "a"), base: side("main", "b"), merge_commit_sha: sha("c") },
};
const comment = { id: 9, body: "/tamma start", user: mia, created_at: at };

/** What the same moment looks like: on GitHub, on Gitea, and in Tamma's words; null: not told there. */
export interface Moment {
  title: string;
  github: { event: string; payload: object } | null;
  gitea: { event: string; payload: object } | null;
  news: object;
  /** What the change gave the issue, as GitHub tells it. */
  given?: object;
}

const ofMia = { id: "7", login: "mia", bot: false };
const issueNews = {
  ...{ number: 5, title: "Multiply", body: "Please.", state: "open", labels: ["tamma"] },
  ...{ assignees: [ofMia], author: ofMia, at: Date.parse(at), given: null },
};
/** GitHub alone tells what a change gave. */
const given = (labels: string[], assignees: string[] = []) => ({ labels, assignees });
const pullNews = {
  ...{ number: 6, title: "Add multiply", state: "open", draft: false, headBranch: "tamma/5", head: sha("a") },
  ...{ baseBranch: "main", fork: false, author: ofMia, mergeSha: null },
};
const commentNews = { id: "9", key: null, body: "/tamma start", author: ofMia, at: Date.parse(at) };

const both = (event: string, payload: object, giteaPayload: object = payload) => ({
  github: { event, payload: { ...around, ...payload } },
  gitea: { event, payload: { ...around, ...giteaPayload } },
});

export const moments: readonly Moment[] = [
  {
    title: "an issue is opened",
    ...both(
      "issues",
      { action: "opened", issue },
      { action: "opened", issue: { ...issue, pull_request: null } },
    ),
    news: { kind: "issue", change: "opened", issue: issueNews },
  },
  {
    title: "an issue gets a label",
    ...both(
      "issues",
      { action: "labeled", issue, label: { name: "tamma" } },
      { action: "label_updated", issue },
    ),
    news: { kind: "issue", change: "labels", issue: issueNews },
    given: given(["tamma"]),
  },
  {
    title: "an issue is given to somebody",
    ...both("issues", { action: "assigned", issue, assignee: mia }, { action: "assigned", issue }),
    news: { kind: "issue", change: "assignees", issue: issueNews },
    given: given([], ["7"]),
  },
  {
    title: "an issue loses its last label, and has no text",
    ...both(
      "issues",
      { action: "unlabeled", issue: { ...issue, body: null, labels: [] } },
      { action: "label_cleared", issue: { ...issue, body: "", labels: null } },
    ),
    news: { kind: "issue", change: "labels", issue: { ...issueNews, body: "", labels: [] } },
    given: given([]),
  },
  {
    title: "an issue is closed",
    ...both("issues", { action: "closed", issue: { ...issue, state: "closed" } }),
    news: { kind: "issue", change: "closed", issue: { ...issueNews, state: "closed" } },
  },
  {
    title: "somebody comments on an issue",
    ...both(
      "issue_comment",
      { action: "created", issue, comment },
      { action: "created", issue, comment, is_pull: false },
    ),
    news: { kind: "comment", change: "created", on: "issue", number: 5, comment: commentNews },
  },
  {
    title: "somebody comments on a pull request",
    ...both("issue_comment", {
      action: "created",
      issue: { ...issue, number: 6, pull_request: {} },
      comment,
    }),
    news: { kind: "comment", change: "created", on: "pull-request", number: 6, comment: commentNews },
  },
  {
    title: "the head of a pull request moves",
    ...both(
      "pull_request",
      { action: "synchronize", number: 6, pull_request: pull },
      { action: "synchronized", number: 6, pull_request: pull },
    ),
    news: { kind: "pull-request", change: "head", pullRequest: pullNews },
  },
  {
    title: "a pull request comes from a fork, or from one that is gone",
    ...both(
      "pull_request",
      { action: "opened", number: 6, pull_request: { ...pull, head: side("tamma/5", "a", 43) } },
      {
        action: "opened",
        number: 6,
        pull_request: { ...pull, head: { ...side("tamma/5", "a"), repo: null } },
      },
    ),
    news: { kind: "pull-request", change: "opened", pullRequest: { ...pullNews, fork: true } },
  },
  {
    title: "a draft, told by the field or by the title",
    ...both(
      "pull_request",
      { action: "opened", number: 6, pull_request: { ...pull, title: "WIP: Add multiply", draft: true } },
      {
        action: "opened",
        number: 6,
        pull_request: { ...pull, title: "WIP: Add multiply", draft: undefined },
      },
    ),
    news: {
      ...{ kind: "pull-request", change: "opened" },
      pullRequest: { ...pullNews, title: "WIP: Add multiply", draft: true },
    },
  },
  {
    title: "a pull request is merged",
    ...both("pull_request", {
      action: "closed",
      number: 6,
      pull_request: { ...pull, state: "closed", merged: true },
    }),
    news: {
      ...{ kind: "pull-request", change: "merged" },
      pullRequest: { ...pullNews, state: "merged", mergeSha: sha("c") },
    },
  },
  {
    title: "a pull request is closed by somebody",
    ...both("pull_request", { action: "closed", number: 6, pull_request: { ...pull, state: "closed" } }),
    news: { kind: "pull-request", change: "closed", pullRequest: { ...pullNews, state: "closed" } },
  },
  {
    title: "a review asks for changes",
    github: {
      event: "pull_request_review",
      payload: {
        ...around,
        ...{ action: "submitted", number: 6, pull_request: pull },
        review: { id: 11, body: "No.", state: "changes_requested", commit_id: sha("a"), user: mia },
      },
    },
    gitea: null,
    news: {
      ...{ kind: "review", pullRequest: 6, verdict: "changes-requested", review: "11", body: "No." },
      ...{ sha: sha("a"), author: ofMia },
    },
  },
  {
    title: "a review asks for changes, without its comments",
    github: null,
    gitea: {
      event: "pull_request_rejected",
      payload: {
        ...around,
        ...{ action: "reviewed", number: 6, pull_request: pull, commit_id: "" },
        review: { type: "pull_request_review_rejected", content: "No." },
      },
    },
    news: {
      ...{ kind: "review", pullRequest: 6, verdict: "changes-requested", review: null, body: "No." },
      ...{ sha: null, author: ofMia },
    },
  },
  {
    title: "somebody answers in a thread",
    github: {
      event: "pull_request_review_comment",
      payload: {
        ...around,
        ...{ action: "created", number: 6, pull_request: pull },
        comment: { ...comment, in_reply_to_id: 8, path: "src/calc.js", commit_id: sha("a") },
      },
    },
    gitea: null,
    news: {
      ...{ kind: "review-comment", change: "created", pullRequest: 6, thread: "8", path: "src/calc.js" },
      comment: commentNews,
    },
  },
  {
    title: "a branch is pushed",
    ...both("push", { ref: "refs/heads/main", before: sha("a"), after: sha("b") }),
    news: { kind: "push", branch: "main", before: sha("a"), after: sha("b") },
  },
  {
    title: "a branch is deleted",
    ...both("push", { ref: "refs/heads/tamma/5", before: sha("a"), after: sha("0") }),
    news: { kind: "push", branch: "tamma/5", before: sha("a"), after: null },
  },
  {
    title: "a verdict on a commit changes",
    ...both("status", { sha: sha("a"), context: "ci", state: "success" }),
    news: { kind: "checks", sha: sha("a") },
  },
  {
    title: "a job of a workflow ends",
    ...both("workflow_job", { action: "completed", workflow_job: { head_sha: sha("a") } }),
    news: { kind: "checks", sha: sha("a") },
  },
];

/** Valid, and nothing to Tamma. */
export const ignored = both("push", { ref: "refs/tags/v1", before: sha("0"), after: sha("b") });
