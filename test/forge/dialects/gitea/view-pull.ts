import { covers, permissionOf } from "../../model/model.ts";
import type { Pull, Repository, Review, ReviewComment, User, Verdict } from "../../model/types.ts";
import { iso, maybeIso } from "../../reading.ts";
import type { State } from "../../state.ts";
import * as view from "./view-repository.ts";

/** How Gitea writes pull requests and reviews. */

const prefixes = ["WIP:", "[WIP]"];

/** Whether a title keeps its pull request from being merged; the prefixes of a fresh installation. */
export function isDraftTitle(title: string): boolean {
  return prefixes.some((prefix) => title.toUpperCase().startsWith(prefix));
}

/** The title with the prefix, or without any. */
export function draftTitle(title: string, draft: boolean): string {
  if (draft) return isDraftTitle(title) ? title : `WIP: ${title}`;
  const prefix = prefixes.find((one) => title.toUpperCase().startsWith(one));
  return prefix === undefined ? title : title.slice(prefix.length).trim();
}

export const pullPage = (state: State, pull: Pull): string =>
  `${view.htmlUrl(state, pull.issue.repository)}/pulls/${pull.issue.number}`;

type Side = { repository: Repository | null; label: string; ref: string; sha: string };

const side = (state: State, { repository, label, ref, sha }: Side, user: User | null) => ({
  ...{ label, ref, sha, repo_id: repository?.id ?? -1 },
  repo: repository && view.repositoryView(state, repository, user),
});

/** Once the branch is gone, only the label names it: seen on a Gitea 1.27.3 of its own. */
function headOf({ issue, headRepository: repository, headBranch: label, headSha: sha }: Pull): Side {
  const isThere = repository?.refs.has(label) ?? false;
  return { repository, label, ref: isThere ? label : `refs/pull/${issue.number}/head`, sha };
}

/**
 * `mergeable` is false while Gitea has not found out yet, and for drafts.
 * Since 1.22 or so `draft` is told beside the title.
 */
export function pullView(state: State, pull: Pull, user: User | null = null) {
  const { issue } = pull;
  const { repository } = issue;
  const [page, [first = null]] = [pullPage(state, pull), issue.assignees];
  const sum = (of: "additions" | "deletions") => pull.files.reduce((all, file) => all + file[of], 0);
  const people = (users: readonly User[]) => view.orNull(users.map((one) => view.userView(state, one)));
  return {
    ...{ id: pull.id, url: page, number: issue.number, user: view.userView(state, issue.author) },
    ...{ title: issue.title, body: issue.body, milestone: null, assignee: view.maybeUser(state, first) },
    labels: issue.labels.map((label) => view.labelView(state, repository, label)),
    ...{ assignees: people(issue.assignees), requested_reviewers: people(pull.reviewers) },
    ...{ requested_reviewers_teams: null, state: issue.state, draft: pull.draft, is_locked: false },
    comments: issue.comments.length,
    review_comments: pull.threads.reduce((all, { comments }) => all + comments.length, 0),
    ...{ additions: sum("additions"), deletions: sum("deletions"), changed_files: pull.files.length },
    ...{ html_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch` },
    ...{ mergeable: pull.mergeable === true && !pull.draft, merged: pull.merged !== null },
    ...{ merged_at: maybeIso(pull.merged?.at ?? null), merge_commit_sha: pull.merged?.sha ?? null },
    ...{ merged_by: view.maybeUser(state, pull.merged?.by ?? null), allow_maintainer_edit: false },
    base: side(state, { repository, label: pull.baseBranch, ref: pull.baseBranch, sha: pull.baseSha }, user),
    head: side(state, headOf(pull), user),
    ...{ merge_base: pull.mergeBase, due_date: null, created_at: iso(issue.createdAt), pin_order: 0 },
    ...{ updated_at: iso(issue.updatedAt), closed_at: maybeIso(issue.closedAt) },
  };
}

export const verdictWords: Readonly<Record<Verdict, string>> = {
  ...{ pending: "PENDING", commented: "COMMENT", approved: "APPROVED" },
  ...{ "changes-requested": "REQUEST_CHANGES", dismissed: "COMMENT" },
};

export function reviewView(state: State, review: Review) {
  const { pull } = review;
  const comments = pull.threads.flatMap((thread) => thread.comments);
  return {
    ...{ id: review.id, user: view.userView(state, review.author), team: null, body: review.body },
    ...{ state: verdictWords[review.was], commit_id: review.sha, stale: review.sha !== pull.headSha },
    official: covers(permissionOf(pull.issue.repository, review.author), "write"),
    dismissed: review.verdict === "dismissed",
    comments_count: comments.filter((comment) => comment.review === review).length,
    ...{ submitted_at: iso(review.submittedAt), updated_at: iso(review.submittedAt) },
    html_url: `${pullPage(state, pull)}#issuecomment-${review.id}`,
    pull_request_url: pullPage(state, pull),
  };
}

/** Gitea lists who was asked among the reviews. */
export function askedView(state: State, pull: Pull, user: User) {
  return {
    ...{ id: pull.id * 10_000 + user.id, user: view.userView(state, user), team: null, body: "" },
    ...{ state: "REQUEST_REVIEW", commit_id: "", stale: false, official: false, dismissed: false },
    ...{ comments_count: 0, submitted_at: iso(pull.issue.updatedAt), updated_at: iso(pull.issue.updatedAt) },
    ...{ html_url: pullPage(state, pull), pull_request_url: pullPage(state, pull) },
  };
}

/** `position` is the line in the new file, `original_position` that in the old one; 0: not this one. */
export function reviewCommentView(state: State, comment: ReviewComment) {
  const { thread, review } = comment;
  const line = thread.line ?? 0;
  return {
    ...{ id: comment.id, body: comment.body, user: view.userView(state, comment.author) },
    // The one that began the thread holds its resolution.
    resolver: thread.comments[0] === comment ? view.maybeUser(state, thread.resolvedBy) : null,
    ...{ pull_request_review_id: review.id, created_at: iso(comment.createdAt) },
    ...{ updated_at: iso(comment.updatedAt), path: thread.path, commit_id: thread.sha },
    ...{ original_commit_id: "", diff_hunk: thread.hunk },
    position: thread.side === "RIGHT" ? line : 0,
    original_position: thread.side === "LEFT" ? line : 0,
    html_url: `${pullPage(state, thread.pull)}#issuecomment-${comment.id}`,
    pull_request_url: pullPage(state, thread.pull),
  };
}
