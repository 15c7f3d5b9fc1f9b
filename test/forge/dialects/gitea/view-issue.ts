import type { Comment, Issue, Reaction } from "../../model/types.ts";
import { iso, maybeIso } from "../../reading.ts";
import type { State } from "../../state.ts";
import * as view from "./view-repository.ts";

/** How Gitea writes issues and comments. */

export function issueView(state: State, issue: Issue) {
  const { repository } = issue;
  const page = `${view.htmlUrl(state, repository)}/${issue.pull ? "pulls" : "issues"}/${issue.number}`;
  const [first = null] = issue.assignees;
  return {
    ...{ id: issue.id, url: `${view.repositoryUrl(state, repository)}/issues/${issue.number}` },
    ...{ html_url: page, number: issue.number, user: view.userView(state, issue.author) },
    ...{ original_author: "", original_author_id: 0, title: issue.title, body: issue.body, ref: "" },
    ...{ assets: [], milestone: null, assignee: view.maybeUser(state, first) },
    labels: issue.labels.map((label) => view.labelView(state, repository, label)),
    assignees: view.orNull(issue.assignees.map((user) => view.userView(state, user))),
    ...{ state: issue.state, is_locked: false, comments: issue.comments.length, due_date: null },
    ...{ created_at: iso(issue.createdAt), updated_at: iso(issue.updatedAt) },
    closed_at: maybeIso(issue.closedAt),
    pull_request: pullMeta(page, issue),
    repository: {
      ...{ id: repository.id, name: repository.name, owner: repository.owner.login },
      full_name: repository.fullName,
    },
    pin_order: 0,
  };
}

function pullMeta(html_url: string, { pull }: Issue) {
  if (!pull) return null;
  const merged_at = maybeIso(pull.merged?.at ?? null);
  return { merged: pull.merged !== null, merged_at, draft: pull.draft, html_url };
}

export function commentView(state: State, comment: Comment) {
  const { issue } = comment;
  const page = `${view.htmlUrl(state, issue.repository)}/${issue.pull ? "pulls" : "issues"}/${issue.number}`;
  return {
    ...{ id: comment.id, html_url: `${page}#issuecomment-${comment.id}` },
    ...{ pull_request_url: issue.pull ? page : "", issue_url: issue.pull ? "" : page },
    ...{ user: view.userView(state, comment.author), original_author: "", original_author_id: 0 },
    ...{ body: comment.body, assets: [], created_at: iso(comment.createdAt) },
    updated_at: iso(comment.updatedAt),
  };
}

export const reactionView = (state: State, reaction: Reaction) => ({
  ...{ user: view.userView(state, reaction.user), content: reaction.content },
  created_at: iso(reaction.at),
});
