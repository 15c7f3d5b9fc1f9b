import type { IssueAction } from "./events.ts";
import { emit, type Model } from "./model.ts";
import { Refusal } from "./refusal.ts";
import type { Comment, Issue, Label, Reaction, Repository, User } from "./types.ts";

export interface NewIssue {
  readonly title: string;
  readonly body?: string;
  readonly labels?: readonly Label[];
  readonly assignees?: readonly User[];
}

/** The next number of the repository, which issues and pull requests share; nobody is told yet. */
export function newIssue(model: Model, repository: Repository, actor: User, made: NewIssue): Issue {
  if (made.title.trim() === "") throw new Refusal("validation", "A title is needed.", "title");
  const issue: Issue = {
    ...{ id: model.nextId(), number: repository.nextNumber++, repository },
    ...{ title: made.title, body: made.body ?? "", state: "open", author: actor },
    ...{
      labels: [...(made.labels ?? [])],
      assignees: [...(made.assignees ?? [])],
      comments: [],
      labelled: [],
    },
    ...{ createdAt: model.now(), updatedAt: model.now(), closedAt: null, closedBy: null, pull: null },
  };
  repository.issues.set(issue.number, issue);
  return issue;
}

/** Opens an issue; its labels and assignees are told one by one afterwards, as the platforms do. */
export function openIssue(model: Model, repository: Repository, actor: User, made: NewIssue): Issue {
  const issue = newIssue(model, repository, actor, { ...made, labels: [], assignees: [] });
  issue.labels = [...(made.labels ?? [])];
  issue.assignees = [...(made.assignees ?? [])];
  tell(model, actor, issue, "opened");
  for (const label of issue.labels) tell(model, actor, issue, "labeled", { label });
  for (const assignee of issue.assignees) tell(model, actor, issue, "assigned", { assignee });
  return issue;
}

/** An event of an issue, or of the pull request that it is. */
export function tell(
  model: Model,
  actor: User,
  issue: Issue,
  action: IssueAction,
  more: { label?: Label; assignee?: User } = {},
): void {
  const around = { repository: issue.repository, actor, action, ...more };
  const { label } = more;
  if (label) issue.labelled.push({ label, by: actor, added: action === "labeled", at: model.now() });
  if (issue.pull) emit(model, { ...around, type: "pull", pull: issue.pull });
  else emit(model, { ...around, type: "issue", issue });
}

function touch(model: Model, issue: Issue): void {
  issue.updatedAt = model.now();
}

/** Changes what is given; the same again changes nothing and tells nobody. */
export function editIssue(
  model: Model,
  actor: User,
  issue: Issue,
  change: { title?: string; body?: string },
): void {
  const [title, body] = [change.title ?? issue.title, change.body ?? issue.body];
  if (title.trim() === "") throw new Refusal("validation", "A title is needed.", "title");
  if (title === issue.title && body === issue.body) return;
  [issue.title, issue.body] = [title, body];
  touch(model, issue);
  tell(model, actor, issue, "edited");
}

/** Opens or closes it. A merged pull request stays closed. @throws Refusal `validation` */
export function setState(model: Model, actor: User, issue: Issue, state: "open" | "closed"): void {
  if (issue.state === state) return;
  if (issue.pull?.merged) throw new Refusal("validation", "It is merged.", "state");
  issue.state = state;
  issue.closedAt = state === "closed" ? model.now() : null;
  issue.closedBy = state === "closed" ? actor : null;
  touch(model, issue);
  tell(model, actor, issue, state === "closed" ? "closed" : "reopened");
}

/** Makes exactly these its labels. */
export function setLabels(model: Model, actor: User, issue: Issue, labels: readonly Label[]): void {
  const gone = issue.labels.filter((label) => !labels.includes(label));
  const added = labels.filter((label, at) => !issue.labels.includes(label) && labels.indexOf(label) === at);
  if (gone.length + added.length === 0) return;
  issue.labels = [...issue.labels.filter((label) => !gone.includes(label)), ...added];
  touch(model, issue);
  for (const label of gone) tell(model, actor, issue, "unlabeled", { label });
  for (const label of added) tell(model, actor, issue, "labeled", { label });
}

/** Makes exactly these its assignees. */
export function setAssignees(model: Model, actor: User, issue: Issue, users: readonly User[]): void {
  const gone = issue.assignees.filter((user) => !users.includes(user));
  const added = users.filter((user, at) => !issue.assignees.includes(user) && users.indexOf(user) === at);
  issue.assignees = [...issue.assignees.filter((user) => !gone.includes(user)), ...added];
  if (gone.length + added.length > 0) touch(model, issue);
  for (const assignee of gone) tell(model, actor, issue, "unassigned", { assignee });
  for (const assignee of added) tell(model, actor, issue, "assigned", { assignee });
}

/** @throws Refusal `validation` for an empty text */
export function addComment(model: Model, actor: User, issue: Issue, body: string): Comment {
  if (body.trim() === "") throw new Refusal("validation", "Body cannot be blank.", "body");
  const now = model.now();
  const comment: Comment = {
    ...{ id: model.nextId(), author: actor, issue, body, createdAt: now, updatedAt: now, reactions: [] },
  };
  issue.comments.push(comment);
  touch(model, issue);
  emit(model, { type: "comment", action: "created", repository: issue.repository, actor, comment });
  return comment;
}

export function editComment(model: Model, actor: User, comment: Comment, body: string): void {
  if (body.trim() === "") throw new Refusal("validation", "Body cannot be blank.", "body");
  if (comment.body === body) return;
  comment.body = body;
  comment.updatedAt = model.now();
  touch(model, comment.issue);
  emit(model, { type: "comment", action: "edited", repository: comment.issue.repository, actor, comment });
}

export function removeComment(model: Model, actor: User, comment: Comment): void {
  const { comments, repository } = comment.issue;
  comments.splice(comments.indexOf(comment), 1);
  emit(model, { type: "comment", action: "deleted", repository, actor, comment });
}

/** Null: no comment of this id in any conversation of the repository. */
export function commentOf(repository: Repository, id: number): Comment | null {
  for (const issue of repository.issues.values()) {
    const comment = issue.comments.find((one) => one.id === id);
    if (comment) return comment;
  }
  return null;
}

/** The same reaction of the same user is there once. `fresh`: it was not there before. */
export function react(
  model: Model,
  actor: User,
  on: { readonly reactions: Reaction[] },
  content: string,
): { reaction: Reaction; fresh: boolean } {
  const there = on.reactions.find((one) => one.user === actor && one.content === content);
  if (there) return { reaction: there, fresh: false };
  const reaction = { id: model.nextId(), user: actor, content, at: model.now() };
  on.reactions.push(reaction);
  return { reaction, fresh: true };
}

/** A label of the repository by its name, in any case. */
export function labelNamed(repository: Repository, name: string): Label | null {
  return repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase()) ?? null;
}

/** Makes the label; one of this name that is there is returned as it is. */
export function putLabel(
  model: Model,
  repository: Repository,
  made: { name: string; color?: string; description?: string },
): Label {
  const there = labelNamed(repository, made.name);
  if (there) return there;
  const label = {
    ...{ id: model.nextId(), name: made.name, color: made.color ?? "ededed" },
    description: made.description ?? "",
  };
  repository.labels.push(label);
  return label;
}
