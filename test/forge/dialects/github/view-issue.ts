import type { Comment, Issue, Reaction } from "../../model/types.ts";
import { iso, maybeIso } from "../../reading.ts";
import type { State } from "../../state.ts";
import * as view from "./view-repository.ts";

/** How GitHub writes issues and their comments. */

export function issueView(state: State, issue: Issue) {
  const { repository } = issue;
  const url = `${view.repositoryUrl(state, repository)}/issues/${issue.number}`;
  const kind = issue.pull ? "pull" : "issues";
  const [first = null] = issue.assignees;
  return {
    ...{ id: issue.id, node_id: view.nodeId(issue.pull ? "PR" : "I", issue.id), url, number: issue.number },
    ...{ repository_url: view.repositoryUrl(state, repository), labels_url: `${url}/labels{/name}` },
    ...{ comments_url: `${url}/comments`, events_url: `${url}/events` },
    html_url: `${view.htmlUrl(state, repository)}/${kind}/${issue.number}`,
    ...{ state: issue.state, state_reason: issue.state === "closed" ? "completed" : null },
    ...{ title: issue.title, body: issue.body || null, user: view.userView(state, issue.author) },
    labels: issue.labels.map((label) => view.labelView(state, repository, label)),
    assignee: view.maybeUser(state, first),
    assignees: issue.assignees.map((user) => view.userView(state, user)),
    ...{ milestone: null, locked: false, active_lock_reason: null, comments: issue.comments.length },
    ...{ closed_at: maybeIso(issue.closedAt), created_at: iso(issue.createdAt) },
    ...{ updated_at: iso(issue.updatedAt), closed_by: view.maybeUser(state, issue.closedBy) },
    author_association: view.association(repository, issue.author),
    ...(issue.pull ? { pull_request: pullLinks(state, issue), draft: issue.pull.draft } : {}),
  };
}

function pullLinks(state: State, issue: Issue) {
  const html = `${view.htmlUrl(state, issue.repository)}/pull/${issue.number}`;
  return {
    ...{ url: `${view.repositoryUrl(state, issue.repository)}/pulls/${issue.number}`, html_url: html },
    ...{ diff_url: `${html}.diff`, patch_url: `${html}.patch` },
    merged_at: maybeIso(issue.pull?.merged?.at ?? null),
  };
}

export function commentView(state: State, comment: Comment) {
  const { issue } = comment;
  const base = view.repositoryUrl(state, issue.repository);
  const url = `${base}/issues/comments/${comment.id}`;
  const page = `${view.htmlUrl(state, issue.repository)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
  return {
    ...{ id: comment.id, node_id: view.nodeId("IC", comment.id), url, body: comment.body },
    ...{ html_url: `${page}#issuecomment-${comment.id}`, issue_url: `${base}/issues/${issue.number}` },
    ...{ user: view.userView(state, comment.author), created_at: iso(comment.createdAt) },
    updated_at: iso(comment.updatedAt),
    author_association: view.association(issue.repository, comment.author),
    ...{ performed_via_github_app: null, reactions: view.reactionRollup(url, comment.reactions) },
  };
}

export const reactionView = (state: State, reaction: Reaction) => ({
  ...{ id: reaction.id, node_id: view.nodeId("REA", reaction.id), content: reaction.content },
  ...{ user: view.userView(state, reaction.user), created_at: iso(reaction.at) },
});
