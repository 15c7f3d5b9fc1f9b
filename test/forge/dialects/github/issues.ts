import * as issues from "../../model/issues.ts";
import { covers, permissionOf } from "../../model/model.ts";
import { found, Refusal } from "../../model/refusal.ts";
import type { Comment, Issue, Label, User } from "../../model/types.ts";
import { idOf, maybeText, object, text, texts, timeOf } from "../../reading.ts";
import type { Call, Route } from "../../state.ts";
import { issueOf, listAnswer, repo, route, usersNamed } from "./routes.ts";
import { searchRoute } from "./search.ts";
import { commentView, issueView, reactionView } from "./view-issue.ts";
import { labelView } from "./view-repository.ts";

/** GitHub's issues, comments, labels and assignees. Pull requests are issues here, too. */

const both = "issues|pull_requests";

/** Those who cannot be assigned are left out, as GitHub does it without a word. */
function assignable(call: Call, logins: readonly string[]): User[] {
  return usersNamed(call, logins).filter((user) => covers(permissionOf(call.repository(), user), "write"));
}

/** Labels by name; what does not exist is made, as GitHub does. */
function labelsNamed(call: Call, names: readonly unknown[]): Label[] {
  return names.map((one) => {
    const name = typeof one === "string" ? one : text(object(one, "labels"), "name");
    return issues.putLabel(call.state.model, call.repository(), { name });
  });
}

/** A list of names, or an object that holds it. */
function sentLabels(call: Call): unknown[] {
  if (Array.isArray(call.json)) return call.json;
  return Array.isArray(call.body.labels) ? call.body.labels : [];
}

function matching(call: Call): Issue[] {
  const { query } = call;
  const state = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").split(",").filter(Boolean);
  const since = timeOf(call, "since");
  const [creator, assignee] = [query.get("creator"), query.get("assignee")];
  const sort = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const up = query.get("direction") === "asc";
  const has = (issue: Issue, name: string) =>
    issue.labels.some((label) => label.name.toLowerCase() === name.toLowerCase());
  return [...call.repository().issues.values()]
    .filter((issue) => state === "all" || issue.state === state)
    .filter((issue) => labels.every((name) => has(issue, name)))
    .filter((issue) => since === null || issue.updatedAt >= since)
    .filter((issue) => creator === null || issue.author.login === creator)
    .filter(({ assignees }) => assignee === null || assignees.some(({ login }) => login === assignee))
    .sort((a, b) => (a[sort] - b[sort] || a.number - b.number) * (up ? 1 : -1));
}

function commentOf(call: Call): Comment {
  return found(issues.commentOf(call.repository(), idOf(call, "comment_id")));
}

/** Words of others are changed by those with write access alone. */
function mayChange(call: Call, author: User): void {
  const may = author === call.actor() || covers(permissionOf(call.repository(), call.actor()), "write");
  if (!may && !call.token?.permissions) throw new Refusal("forbidden", "You may not change this.");
}

function change(call: Call, issue: Issue): void {
  const { state, body } = call;
  const actor = call.actor();
  issues.editIssue(state.model, actor, issue, {
    title: maybeText(body, "title"),
    body: maybeText(body, "body"),
  });
  if (body.labels !== undefined) {
    issues.setLabels(state.model, actor, issue, labelsNamed(call, sentLabels(call)));
  }
  if (body.assignees !== undefined) {
    issues.setAssignees(state.model, actor, issue, assignable(call, texts(body, "assignees")));
  }
  const wanted = maybeText(body, "state");
  if (wanted === undefined) return;
  if (wanted !== "open" && wanted !== "closed") throw new Refusal("validation", "No such state.", "state");
  issues.setState(state.model, actor, issue, wanted);
}

const issueRoutes: Route[] = [
  route(`GET ${repo}/issues`, "read", both, (call) =>
    listAnswer(call, matching(call), (issue) => issueView(call.state, issue)),
  ),
  route(`POST ${repo}/issues`, "read", "issues", (call) => {
    const pushes = covers(permissionOf(call.repository(), call.actor()), "write");
    const full = pushes || call.token?.permissions != null;
    const issue = issues.openIssue(call.state.model, call.repository(), call.actor(), {
      ...{ title: text(call.body, "title"), body: maybeText(call.body, "body") ?? "" },
      // Those without push access set neither; GitHub drops them silently.
      labels: full ? labelsNamed(call, sentLabels(call)) : [],
      assignees: full ? assignable(call, texts(call.body, "assignees")) : [],
    });
    return { status: 201, body: issueView(call.state, issue) };
  }),
  route(`GET ${repo}/issues/{issue_number}`, "read", both, (call) => ({
    ...{ status: 200, body: issueView(call.state, issueOf(call)) },
  })),
  route(`PATCH ${repo}/issues/{issue_number}`, "read", both, (call) => {
    const issue = issueOf(call);
    mayChange(call, issue.author);
    change(call, issue);
    return { status: 200, body: issueView(call.state, issue) };
  }),
  route(`GET ${repo}/issues/{issue_number}/sub_issues`, "read", "issues", (call) => {
    issueOf(call);
    return { status: 200, body: [] };
  }),
  route(`GET ${repo}/issues/{issue_number}/dependencies/blocked_by`, "read", "issues", (call) => {
    issueOf(call);
    return { status: 200, body: [] };
  }),
];

const commentRoutes: Route[] = [
  route(`GET ${repo}/issues/{issue_number}/comments`, "read", both, (call) => {
    const since = timeOf(call, "since");
    const comments = issueOf(call).comments.filter(({ updatedAt }) => since === null || updatedAt >= since);
    return listAnswer(call, comments, (comment) => commentView(call.state, comment));
  }),
  route(`POST ${repo}/issues/{issue_number}/comments`, "read", both, (call) => {
    const comment = issues.addComment(call.state.model, call.actor(), issueOf(call), text(call.body, "body"));
    return { status: 201, body: commentView(call.state, comment) };
  }),
  route(`GET ${repo}/issues/comments/{comment_id}`, "read", both, (call) => ({
    ...{ status: 200, body: commentView(call.state, commentOf(call)) },
  })),
  route(`PATCH ${repo}/issues/comments/{comment_id}`, "read", both, (call) => {
    const comment = commentOf(call);
    mayChange(call, comment.author);
    issues.editComment(call.state.model, call.actor(), comment, text(call.body, "body"));
    return { status: 200, body: commentView(call.state, comment) };
  }),
  route(`DELETE ${repo}/issues/comments/{comment_id}`, "read", both, (call) => {
    const comment = commentOf(call);
    mayChange(call, comment.author);
    issues.removeComment(call.state.model, call.actor(), comment);
    return { status: 204 };
  }),
  route(`GET ${repo}/issues/comments/{comment_id}/reactions`, "read", both, (call) => ({
    ...{ status: 200, body: commentOf(call).reactions.map((one) => reactionView(call.state, one)) },
  })),
  route(`POST ${repo}/issues/comments/{comment_id}/reactions`, "read", both, (call) => {
    const content = text(call.body, "content");
    const { reaction, fresh } = issues.react(call.state.model, call.actor(), commentOf(call), content);
    return { status: fresh ? 201 : 200, body: reactionView(call.state, reaction) };
  }),
];

function labelsAnswer(call: Call, issue: Issue) {
  const view = (label: Label) => labelView(call.state, call.repository(), label);
  return { status: 200, body: issue.labels.map(view) };
}

const labelRoutes: Route[] = [
  route(`GET ${repo}/labels`, "read", both, (call) =>
    listAnswer(call, call.repository().labels, (label) => labelView(call.state, call.repository(), label)),
  ),
  route(`GET ${repo}/labels/{name}`, "read", both, (call) => {
    const label = found(issues.labelNamed(call.repository(), call.params.name ?? ""));
    return { status: 200, body: labelView(call.state, call.repository(), label) };
  }),
  route(`POST ${repo}/labels`, "write", both, (call) => {
    const name = text(call.body, "name");
    if (issues.labelNamed(call.repository(), name)) {
      throw new Refusal("exists", "already_exists", "name");
    }
    const color = maybeText(call.body, "color") ?? "ededed";
    // With a # in front GitHub refuses it.
    if (!/^[0-9a-fA-F]{6}$/.test(color)) throw new Refusal("validation", "color is invalid", "color");
    const description = maybeText(call.body, "description") ?? "";
    const label = issues.putLabel(call.state.model, call.repository(), { name, color, description });
    return { status: 201, body: labelView(call.state, call.repository(), label) };
  }),
  route(`POST ${repo}/issues/{issue_number}/labels`, "write", both, (call) => {
    const issue = issueOf(call);
    const labels = [...issue.labels, ...labelsNamed(call, sentLabels(call))];
    issues.setLabels(call.state.model, call.actor(), issue, labels);
    return labelsAnswer(call, issue);
  }),
  route(`PUT ${repo}/issues/{issue_number}/labels`, "write", both, (call) => {
    const issue = issueOf(call);
    issues.setLabels(call.state.model, call.actor(), issue, labelsNamed(call, sentLabels(call)));
    return labelsAnswer(call, issue);
  }),
  route(`DELETE ${repo}/issues/{issue_number}/labels/{name}`, "write", both, (call) => {
    const issue = issueOf(call);
    const name = (call.params.name ?? "").toLowerCase();
    const rest = issue.labels.filter((label) => label.name.toLowerCase() !== name);
    if (rest.length === issue.labels.length) throw new Refusal("not-found", "Label does not exist");
    issues.setLabels(call.state.model, call.actor(), issue, rest);
    return labelsAnswer(call, issue);
  }),
  route(`POST ${repo}/issues/{issue_number}/assignees`, "write", both, (call) => {
    const issue = issueOf(call);
    const users = [...issue.assignees, ...assignable(call, texts(call.body, "assignees"))];
    issues.setAssignees(call.state.model, call.actor(), issue, users);
    return { status: 201, body: issueView(call.state, issue) };
  }),
  route(`DELETE ${repo}/issues/{issue_number}/assignees`, "write", both, (call) => {
    const issue = issueOf(call);
    const gone = usersNamed(call, texts(call.body, "assignees"));
    const rest = issue.assignees.filter((user) => !gone.includes(user));
    issues.setAssignees(call.state.model, call.actor(), issue, rest);
    return { status: 200, body: issueView(call.state, issue) };
  }),
];

export const issuesOfGithub: Route[] = [...issueRoutes, ...commentRoutes, ...labelRoutes, searchRoute];
