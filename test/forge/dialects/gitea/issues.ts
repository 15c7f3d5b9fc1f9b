import * as issues from "../../model/issues.ts";
import { covers, permissionOf } from "../../model/model.ts";
import { found, Refusal } from "../../model/refusal.ts";
import type { Comment, Issue, Label, User } from "../../model/types.ts";
import { idOf, iso, maybeFlag, maybeList, maybeText, text, texts, timeOf } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { issueOf, listAnswer, repo, route, userNamed } from "./routes.ts";
import { commentView, issueView, reactionView } from "./view-issue.ts";
import { labelView, userView } from "./view-repository.ts";

/** Gitea's issues, comments and labels. Labels are named by their ids. */

const area = "issue";

/** Ids, or names; unknown ids are passed over, unknown names are not. */
export function labelsOf(call: Call): Label[] {
  const { labels } = call.repository();
  return (maybeList(call.body, "labels") ?? []).flatMap((one) => {
    if (typeof one === "number") return labels.find(({ id }) => id === one) ?? [];
    if (typeof one !== "string") throw new Refusal("validation", "a label must be an integer or a string");
    const label = issues.labelNamed(call.repository(), one);
    if (!label) throw new Refusal("validation", `label does not exist [name: ${one}]`);
    return label;
  });
}

/** Somebody who cannot be assigned fails the whole request. */
export function assigneesOf(call: Call): User[] {
  return texts(call.body, "assignees").map((login) => {
    const user = userNamed(call, login);
    if (covers(permissionOf(call.repository(), user), "write")) return user;
    throw new Refusal("validation", `user ${login} cannot be assigned to this issue`);
  });
}

function matching(call: Call): Issue[] {
  const { query } = call;
  const state = query.get("state") ?? "open";
  const type = query.get("type");
  const labels = (query.get("labels") ?? "").split(",").filter(Boolean);
  const [since, word] = [timeOf(call, "since"), query.get("q")?.toLowerCase() ?? null];
  const [creator, assignee] = [query.get("created_by"), query.get("assigned_by")];
  return [...call.repository().issues.values()]
    .filter((issue) => state === "all" || issue.state === state)
    .filter(({ pull }) => !type || (type === "pulls") === (pull !== null))
    .filter((issue) => labels.every((name) => issue.labels.some((label) => label.name === name)))
    .filter(({ updatedAt }) => since === null || updatedAt >= since)
    .filter((issue) => word === null || `${issue.title} ${issue.body}`.toLowerCase().includes(word))
    .filter((issue) => creator === null || issue.author.login === creator)
    .filter(({ assignees }) => assignee === null || assignees.some(({ login }) => login === assignee))
    .sort((a, b) => b.createdAt - a.createdAt || b.number - a.number);
}

const writes = (call: Call): boolean => covers(permissionOf(call.repository(), call.actor()), "write");

export function mayChange(call: Call, author: User): void {
  if (author === call.actor() || writes(call)) return;
  throw new Refusal("forbidden", "user should have permission to change this");
}

function open(call: Call): Answer {
  const may = writes(call);
  const issue = issues.openIssue(call.state.model, call.repository(), call.actor(), {
    ...{ title: text(call.body, "title"), body: maybeText(call.body, "body") ?? "" },
    ...{ labels: may ? labelsOf(call) : [], assignees: may ? assigneesOf(call) : [] },
  });
  if (maybeFlag(call.body, "closed")) issues.setState(call.state.model, call.actor(), issue, "closed");
  return { status: 201, body: issueView(call.state, issue) };
}

/** What issues and pull requests have in common to be changed. */
export function changeIssue(call: Call, issue: Issue): void {
  const [actor, { state, body }] = [call.actor(), call];
  mayChange(call, issue.author);
  issues.editIssue(state.model, actor, issue, {
    title: maybeText(body, "title"),
    body: maybeText(body, "body"),
  });
  if (body.assignees !== undefined && body.assignees !== null) {
    issues.setAssignees(state.model, actor, issue, assigneesOf(call));
  }
  const wanted = maybeText(body, "state");
  if (wanted !== "open" && wanted !== "closed") return;
  if (issue.pull?.merged && wanted === "open") {
    throw new Refusal("precondition", "cannot change state of this pull request, it was already merged");
  }
  if (!issue.pull?.merged) issues.setState(state.model, actor, issue, wanted);
}

const commentOf = (call: Call): Comment =>
  found(issues.commentOf(call.repository(), idOf(call, "id")), "The target couldn't be found.");

/** All at once: this list has no pages. */
function comments(call: Call): Answer {
  const [since, before] = [timeOf(call, "since"), timeOf(call, "before")];
  const all = issueOf(call)
    .comments.filter(({ updatedAt }) => since === null || updatedAt >= since)
    .filter(({ updatedAt }) => before === null || updatedAt <= before);
  const headers = { "x-total-count": String(all.length) };
  return { status: 200, headers, body: all.map((comment) => commentView(call.state, comment)) };
}

const issueRoutes: Route[] = [
  route(`GET ${repo}/issues`, "read", area, (call) =>
    listAnswer(call, matching(call), (issue) => issueView(call.state, issue)),
  ),
  route(`POST ${repo}/issues`, "read", area, open),
  route(`GET ${repo}/issues/{index}`, "read", area, (call) => ({
    ...{ status: 200, body: issueView(call.state, issueOf(call)) },
  })),
  route(`PATCH ${repo}/issues/{index}`, "read", area, (call) => {
    const issue = issueOf(call);
    changeIssue(call, issue);
    return { status: 201, body: issueView(call.state, issue) };
  }),
  route(`GET ${repo}/issues/{index}/dependencies`, "read", area, (call) => {
    issueOf(call);
    return { status: 200, body: [] };
  }),
  route(`GET ${repo}/assignees`, "read", area, (call) => {
    const users = [...call.state.model.users.values()];
    const may = users.filter((user) => covers(permissionOf(call.repository(), user), "write"));
    return { status: 200, body: may.map((user) => userView(call.state, user)) };
  }),
];

/** Comments and labels by their times; of the many other kinds nobody here asks. */
function timeline(call: Call): object[] {
  const issue = issueOf(call);
  const said = issue.comments.map((comment) => ({
    ...{ at: comment.createdAt, view: { ...commentView(call.state, comment), type: "comment" } },
  }));
  const labelled = issue.labelled.map((change, index) => ({
    ...{ at: change.at, view: labelledView(call, issue, change, index) },
  }));
  return [...said, ...labelled, ...closedEntries(call, issue)]
    .sort((a, b) => a.at - b.at)
    .map(({ view }) => view);
}

/** The simulation keeps the last closing alone. */
function closedEntries(call: Call, issue: Issue): { at: number; view: object }[] {
  const { closedAt, closedBy } = issue;
  if (closedAt === null || closedBy === null) return [];
  const times = { created_at: iso(closedAt), updated_at: iso(closedAt) };
  const view = { id: issue.id * 1_000 + 999, type: "close", body: "", user: userView(call.state, closedBy) };
  return [{ at: closedAt, view: { ...view, ...times } }];
}

/** Of all conversations, the oldest first. */
function allComments(call: Call): Comment[] {
  const [since, before] = [timeOf(call, "since"), timeOf(call, "before")];
  return [...call.repository().issues.values()]
    .flatMap(({ comments }) => comments)
    .filter(({ updatedAt }) => since === null || updatedAt >= since)
    .filter(({ updatedAt }) => before === null || updatedAt <= before)
    .sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
}

function labelledView(call: Call, issue: Issue, change: Issue["labelled"][number], index: number): object {
  const { state } = call;
  return {
    ...{ id: issue.id * 1_000 + index, type: "label", body: change.added ? "1" : "" },
    ...{ user: userView(state, change.by), label: labelView(state, call.repository(), change.label) },
    ...{ created_at: iso(change.at), updated_at: iso(change.at) },
  };
}

const commentRoutes: Route[] = [
  route(`GET ${repo}/issues/{index}/comments`, "read", area, comments),
  route(`POST ${repo}/issues/{index}/comments`, "read", area, (call) => {
    const body = text(call.body, "body");
    const comment = issues.addComment(call.state.model, call.actor(), issueOf(call), body);
    return { status: 201, body: commentView(call.state, comment) };
  }),
  route(`GET ${repo}/issues/{index}/timeline`, "read", area, (call) =>
    listAnswer(call, timeline(call), (entry) => entry),
  ),
  route(`GET ${repo}/issues/comments`, "read", area, (call) =>
    listAnswer(call, allComments(call), (comment) => commentView(call.state, comment)),
  ),
  route(`GET ${repo}/issues/comments/{id}`, "read", area, (call) => ({
    ...{ status: 200, body: commentView(call.state, commentOf(call)) },
  })),
  route(`PATCH ${repo}/issues/comments/{id}`, "read", area, (call) => {
    const comment = commentOf(call);
    mayChange(call, comment.author);
    issues.editComment(call.state.model, call.actor(), comment, text(call.body, "body"));
    return { status: 200, body: commentView(call.state, comment) };
  }),
  route(`DELETE ${repo}/issues/comments/{id}`, "read", area, (call) => {
    const comment = commentOf(call);
    mayChange(call, comment.author);
    issues.removeComment(call.state.model, call.actor(), comment);
    return { status: 204 };
  }),
  route(`GET ${repo}/issues/comments/{id}/reactions`, "read", area, (call) => ({
    ...{ status: 200, body: commentOf(call).reactions.map((one) => reactionView(call.state, one)) },
  })),
  route(`POST ${repo}/issues/comments/{id}/reactions`, "read", area, (call) => {
    const content = text(call.body, "content");
    const { reaction, fresh } = issues.react(call.state.model, call.actor(), commentOf(call), content);
    return { status: fresh ? 201 : 200, body: reactionView(call.state, reaction) };
  }),
];

function labelsAnswer(call: Call, issue: Issue): Answer {
  const view = (label: Label) => labelView(call.state, call.repository(), label);
  return { status: 200, body: issue.labels.map(view) };
}

function createLabel(call: Call): Answer {
  const color = text(call.body, "color");
  if (!/^#?[0-9a-fA-F]{6}$/.test(color)) throw new Refusal("validation", "bad colour code", "color");
  // A second label of the same name is a label of its own in Gitea.
  const label: Label = {
    ...{ id: call.state.model.nextId(), name: text(call.body, "name"), color: color.replace("#", "") },
    description: maybeText(call.body, "description") ?? "",
  };
  call.repository().labels.push(label);
  return { status: 201, body: labelView(call.state, call.repository(), label) };
}

const labelRoutes: Route[] = [
  route(`GET ${repo}/labels`, "read", area, (call) =>
    listAnswer(call, call.repository().labels, (label) => labelView(call.state, call.repository(), label)),
  ),
  route(`POST ${repo}/labels`, "write", area, createLabel),
  route("GET /orgs/{org}/labels", "user", "organization", () => {
    throw new Refusal("not-found", "Every owner is a person here.");
  }),
  route(`GET ${repo}/issues/{index}/labels`, "read", area, (call) => labelsAnswer(call, issueOf(call))),
  route(`POST ${repo}/issues/{index}/labels`, "write", area, (call) => {
    const issue = issueOf(call);
    issues.setLabels(call.state.model, call.actor(), issue, [...issue.labels, ...labelsOf(call)]);
    return labelsAnswer(call, issue);
  }),
  route(`PUT ${repo}/issues/{index}/labels`, "write", area, (call) => {
    const issue = issueOf(call);
    issues.setLabels(call.state.model, call.actor(), issue, labelsOf(call));
    return labelsAnswer(call, issue);
  }),
  route(`DELETE ${repo}/issues/{index}/labels/{id}`, "write", area, (call) => {
    const issue = issueOf(call);
    const id = Number(call.params.id);
    const known = call.repository().labels.some((label) => label.id === id);
    if (!known) throw new Refusal("validation", `label does not exist [label_id: ${call.params.id}]`);
    const rest = issue.labels.filter((label) => label.id !== id);
    issues.setLabels(call.state.model, call.actor(), issue, rest);
    return { status: 204 };
  }),
];

export const issuesOfGitea: Route[] = [...issueRoutes, ...commentRoutes, ...labelRoutes];
