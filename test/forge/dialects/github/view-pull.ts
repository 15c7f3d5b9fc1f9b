import { isBehind } from "../../model/pulls.ts";
import { isUnstable, obstacles } from "../../model/rules.ts";
import type { Pull, Repository, Review, ReviewComment, User } from "../../model/types.ts";
import { iso, maybeIso } from "../../reading.ts";
import type { State } from "../../state.ts";
import * as view from "./view-repository.ts";

/** How GitHub writes pull requests, reviews and their comments. */

export const pullUrl = (state: State, pull: Pull): string =>
  `${view.repositoryUrl(state, pull.issue.repository)}/pulls/${pull.issue.number}`;

export const pullPage = (state: State, pull: Pull): string =>
  `${view.htmlUrl(state, pull.issue.repository)}/pull/${pull.issue.number}`;

type Side = { repository: Repository | null; ref: string; sha: string; owner: User };

const side = (state: State, { repository, ref, sha, owner }: Side) => ({
  ...{ label: `${owner.login}:${ref}`, ref, sha, user: view.userView(state, owner) },
  repo: repository && view.repositoryView(state, repository),
});

function links(state: State, pull: Pull) {
  const [url, base] = [pullUrl(state, pull), view.repositoryUrl(state, pull.issue.repository)];
  const issue = `${base}/issues/${pull.issue.number}`;
  const hrefs = {
    ...{ comments: `${issue}/comments`, commits: `${url}/commits`, html: pullPage(state, pull), issue },
    ...{ statuses: `${base}/statuses/${pull.headSha}`, review_comments: `${url}/comments`, self: url },
    review_comment: `${base}/pulls/comments{/number}`,
  };
  return Object.fromEntries(Object.entries(hrefs).map(([name, href]) => [name, { href }]));
}

/** The form of lists. `merge_commit_sha` of an open one is that of a trial merge, which is not kept here. */
export function simplePull(state: State, pull: Pull) {
  const { issue } = pull;
  const { repository } = issue;
  const [url, page] = [pullUrl(state, pull), pullPage(state, pull)];
  const base = view.repositoryUrl(state, repository);
  const [first = null] = issue.assignees;
  const head = { repository: pull.headRepository, owner: pull.headRepository?.owner ?? issue.author };
  return {
    ...{ url, id: pull.id, node_id: view.nodeId("PR", pull.id), html_url: page, diff_url: `${page}.diff` },
    ...{ patch_url: `${page}.patch`, issue_url: `${base}/issues/${issue.number}` },
    ...{ commits_url: `${url}/commits`, review_comments_url: `${url}/comments` },
    review_comment_url: `${base}/pulls/comments{/number}`,
    comments_url: `${base}/issues/${issue.number}/comments`,
    statuses_url: `${base}/statuses/${pull.headSha}`,
    ...{ number: issue.number, state: issue.state, locked: false, title: issue.title },
    ...{ user: view.userView(state, issue.author), body: issue.body || null },
    labels: issue.labels.map((label) => view.labelView(state, repository, label)),
    ...{ milestone: null, active_lock_reason: null, created_at: iso(issue.createdAt) },
    ...{ updated_at: iso(issue.updatedAt), closed_at: maybeIso(issue.closedAt) },
    ...{ merged_at: maybeIso(pull.merged?.at ?? null), merge_commit_sha: pull.merged?.sha ?? null },
    assignee: view.maybeUser(state, first),
    assignees: issue.assignees.map((user) => view.userView(state, user)),
    requested_reviewers: pull.reviewers.map((user) => view.userView(state, user)),
    requested_teams: [],
    head: side(state, { ...head, ref: pull.headBranch, sha: pull.headSha }),
    base: side(state, { repository, owner: repository.owner, ref: pull.baseBranch, sha: pull.baseSha }),
    ...{ _links: links(state, pull), auto_merge: null, draft: pull.draft },
    author_association: view.association(repository, issue.author),
  };
}

/** The whole form. `mergeable` null: GitHub has not found out yet. */
export function pullView(state: State, pull: Pull, mergeable: boolean | null = pull.mergeable) {
  const sum = (of: "additions" | "deletions") => pull.files.reduce((all, file) => all + file[of], 0);
  return {
    ...simplePull(state, pull),
    ...{ merged: pull.merged !== null, mergeable: pull.merged ? null : mergeable, rebaseable: mergeable },
    mergeable_state: mergeableState(pull, mergeable),
    merged_by: view.maybeUser(state, pull.merged?.by ?? null),
    comments: pull.issue.comments.length,
    review_comments: pull.threads.reduce((all, { comments }) => all + comments.length, 0),
    ...{ maintainer_can_modify: false, commits: pull.commits, additions: sum("additions") },
    ...{ deletions: sum("deletions"), changed_files: pull.files.length },
  };
}

/** GitHub's one word for whether it could be merged now. */
export function mergeableState(pull: Pull, mergeable: boolean | null): string {
  if (mergeable === null || pull.merged) return "unknown";
  if (!mergeable) return "dirty";
  const rules = obstacles(pull).map(({ rule }) => rule);
  if (rules.includes("draft")) return "draft";
  if (rules.includes("behind") && isBehind(pull)) return "behind";
  if (rules.length > 0) return "blocked";
  return isUnstable(pull) ? "unstable" : "clean";
}

export const verdictWords = {
  ...{ pending: "PENDING", commented: "COMMENTED", approved: "APPROVED" },
  ...{ "changes-requested": "CHANGES_REQUESTED", dismissed: "DISMISSED" },
} as const;

export function reviewView(state: State, review: Review) {
  const { pull } = review;
  const html = `${pullPage(state, pull)}#pullrequestreview-${review.id}`;
  return {
    ...{ id: review.id, node_id: view.nodeId("PRR", review.id), user: view.userView(state, review.author) },
    ...{ body: review.body, state: verdictWords[review.verdict], html_url: html, commit_id: review.sha },
    ...{ pull_request_url: pullUrl(state, pull) },
    _links: { html: { href: html }, pull_request: { href: pullUrl(state, pull) } },
    ...(review.verdict === "pending" ? {} : { submitted_at: iso(review.submittedAt) }),
    author_association: view.association(pull.issue.repository, review.author),
  };
}

export function reviewCommentView(state: State, comment: ReviewComment) {
  const { thread, review } = comment;
  const { pull } = thread;
  const url = `${view.repositoryUrl(state, pull.issue.repository)}/pulls/comments/${comment.id}`;
  const html = `${pullPage(state, pull)}#discussion_r${comment.id}`;
  const [first] = thread.comments;
  const line = thread.outdated ? null : thread.line;
  return {
    ...{ url, pull_request_review_id: review.id, id: comment.id, node_id: view.nodeId("PRRC", comment.id) },
    ...{ diff_hunk: thread.hunk, path: thread.path, commit_id: pull.headSha, html_url: html },
    ...{ original_commit_id: thread.sha, user: view.userView(state, comment.author), body: comment.body },
    ...{ created_at: iso(comment.createdAt), updated_at: iso(comment.updatedAt) },
    ...{ pull_request_url: pullUrl(state, pull), position: line, original_position: thread.line ?? 1 },
    ...(thread.line === null
      ? { subject_type: "file" }
      : { line, original_line: thread.line, subject_type: "line" }),
    ...{ start_line: thread.startLine, original_start_line: thread.startLine, side: thread.side },
    start_side: thread.startLine === null ? null : thread.side,
    ...(first && first !== comment ? { in_reply_to_id: first.id } : {}),
    author_association: view.association(pull.issue.repository, comment.author),
    _links: {
      ...{ self: { href: url }, html: { href: html } },
      pull_request: { href: pullUrl(state, pull) },
    },
    reactions: view.reactionRollup(url, comment.reactions),
  };
}
