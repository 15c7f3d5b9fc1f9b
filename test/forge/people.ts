import { draftTitle } from "./dialects/gitea/view-pull.ts";
import { addCheckRun, addStatus, type CheckChange, type NewStatus } from "./model/checks.ts";
import { commitFiles, type FileChanges, git, moveBranch, nobody, protectBranches } from "./model/git.ts";
import * as issues from "./model/issues.ts";
import { personOf, putUser, repositoryNamed } from "./model/model.ts";
import * as pulls from "./model/pulls.ts";
import { noticePush } from "./model/pushes.ts";
import { found, Refusal } from "./model/refusal.ts";
import * as reviews from "./model/reviews.ts";
import { beginRun, finishRun, type Outcome, startRun, workflowsAt } from "./model/runs.ts";
import type {
  CheckRun,
  Comment,
  Issue,
  MergeMethod,
  Permission,
  Pull,
  Run,
  Status,
  User,
} from "./model/types.ts";
import type { State } from "./state.ts";

/** Where something is done, and by whom: the full name of a repository and a login. */
export interface Doing {
  readonly in: string;
  readonly by: string;
}

/** What people do on the platform's own pages. Every method tells the webhooks. */
export class People {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  #of({ in: name, by }: Doing) {
    const { model } = this.#state;
    return { model, repository: repositoryNamed(model, name), actor: putUser(model, by) };
  }

  #issue(doing: Doing, number: number): Issue {
    return found(this.#of(doing).repository.issues.get(number), `There is no #${number}.`);
  }

  #pull(doing: Doing, number: number): Pull {
    return found(this.#issue(doing, number).pull, `#${number} is no pull request.`);
  }

  openIssue(doing: Doing, made: { title: string; body?: string; labels?: string[]; assignees?: string[] }) {
    const { model, repository, actor } = this.#of(doing);
    return issues.openIssue(model, repository, actor, {
      ...{ title: made.title, body: made.body ?? "" },
      labels: (made.labels ?? []).map((name) => issues.putLabel(model, repository, { name })),
      assignees: (made.assignees ?? []).map((login) => putUser(model, login)),
    });
  }

  /** Opens or closes an issue or a pull request. */
  setState(doing: Doing, number: number, state: "open" | "closed"): void {
    const { model, actor } = this.#of(doing);
    issues.setState(model, actor, this.#issue(doing, number), state);
  }

  edit(doing: Doing, number: number, change: { title?: string; body?: string }): void {
    const { model, actor } = this.#of(doing);
    issues.editIssue(model, actor, this.#issue(doing, number), change);
  }

  /** Adds and removes labels by name. */
  label(doing: Doing, number: number, change: { add?: string[]; remove?: string[] }): void {
    const { model, repository, actor } = this.#of(doing);
    const issue = this.#issue(doing, number);
    const kept = issue.labels.filter(({ name }) => !change.remove?.includes(name));
    const added = (change.add ?? []).map((name) => issues.putLabel(model, repository, { name }));
    issues.setLabels(model, actor, issue, [...kept, ...added]);
  }

  assign(doing: Doing, number: number, logins: readonly string[]): void {
    const { model, actor } = this.#of(doing);
    const users = logins.map((login) => putUser(model, login));
    issues.setAssignees(model, actor, this.#issue(doing, number), users);
  }

  comment(doing: Doing, number: number, body: string): Comment {
    const { model, actor } = this.#of(doing);
    return issues.addComment(model, actor, this.#issue(doing, number), body);
  }

  editComment(doing: Doing, comment: Comment, body: string): void {
    const { model, actor } = this.#of(doing);
    issues.editComment(model, actor, comment, body);
  }

  removeComment(doing: Doing, comment: Comment): void {
    const { model, actor } = this.#of(doing);
    issues.removeComment(model, actor, comment);
  }

  react(doing: Doing, comment: Comment, content: string): void {
    const { model, actor } = this.#of(doing);
    issues.react(model, actor, comment, content);
  }

  /** One commit on a branch, which begins at `from` (else the default branch) when it is new; its name. */
  async push(
    doing: Doing,
    branch: string,
    change: { files: FileChanges; message?: string; from?: string },
  ): Promise<string> {
    const { model, repository, actor } = this.#of(doing);
    const there = repository.refs.get(branch);
    const parent = there ?? repository.refs.get(change.from ?? repository.defaultBranch) ?? null;
    const sha = await commitFiles(repository.dir, {
      ...{ parent, files: change.files, message: change.message ?? "Change", author: personOf(actor) },
    });
    await moveBranch(repository.dir, branch, sha, there ?? nobody);
    await noticePush(model, repository, actor);
    return sha;
  }

  async deleteBranch(doing: Doing, branch: string): Promise<void> {
    const { model, repository, actor } = this.#of(doing);
    await git(repository.dir, ["update-ref", "-d", `refs/heads/${branch}`]);
    await noticePush(model, repository, actor);
  }

  openPull(doing: Doing, made: Omit<pulls.NewPull, "headRepository"> & { fork?: string }): Promise<Pull> {
    const { model, repository, actor } = this.#of(doing);
    const { fork, ...rest } = made;
    const headRepository = fork === undefined ? repository : repositoryNamed(model, fork);
    return pulls.openPull(model, repository, actor, { ...rest, headRepository });
  }

  setDraft(doing: Doing, number: number, draft: boolean): void {
    const { model, actor } = this.#of(doing);
    const pull = this.#pull(doing, number);
    if (this.#state.dialect.name === "github") return pulls.setDraft(model, actor, pull, draft);
    const title = draftTitle(pull.issue.title, draft);
    issues.editIssue(model, actor, pull.issue, { title });
  }

  /** Merges whatever the rules say, as an administrator can; the new commit of the base. */
  async merge(doing: Doing, number: number, method: MergeMethod = "merge"): Promise<string> {
    const { model, repository, actor } = this.#of(doing);
    const order = { method, title: `Merge #${number}`, message: "" };
    const sha = await pulls.mergePull(model, actor, this.#pull(doing, number), order);
    await noticePush(model, repository, actor);
    return sha;
  }

  /** A review of the head, or of `sha`, with comments at lines. */
  review(doing: Doing, number: number, made: reviews.NewReview) {
    const { model, actor } = this.#of(doing);
    return reviews.addReview(model, actor, this.#pull(doing, number), made);
  }

  dismiss(doing: Doing, review: ReturnType<People["review"]>): void {
    const { model, actor } = this.#of(doing);
    reviews.dismissReview(model, actor, review);
  }

  /** Answers the thread at this place in the pull request's list of threads, counted from 0. */
  reply(doing: Doing, number: number, thread: number, body: string) {
    const { model, actor } = this.#of(doing);
    const of = found(this.#pull(doing, number).threads[thread]);
    const review = this.#state.dialect.name === "gitea" ? of.comments[0]?.review : undefined;
    return reviews.replyTo(model, actor, of, body, review);
  }

  resolve(doing: Doing, number: number, thread: number, resolved = true): void {
    const { model, actor } = this.#of(doing);
    reviews.setResolved(model, actor, found(this.#pull(doing, number).threads[thread]), resolved);
  }

  reportStatus(doing: Doing, status: NewStatus): Status {
    const { model, repository, actor } = this.#of(doing);
    return addStatus(model, repository, actor, status);
  }

  /** Only GitHub has check runs. */
  reportCheck(doing: Doing, check: CheckChange & { sha: string; name: string }): CheckRun {
    if (this.#state.dialect.name !== "github") throw new Refusal("validation", "Gitea has statuses only.");
    const { model, repository, actor } = this.#of(doing);
    return addCheckRun(model, repository, actor, check);
  }

  /** A run that began by itself, for instance because of a push. The workflow must be in the commit. */
  async startRun(doing: Doing, run: { workflow: string; branch: string; event: string }): Promise<Run> {
    const { model, repository, actor } = this.#of(doing);
    const sha = found(repository.refs.get(run.branch), `There is no branch ${run.branch}.`);
    const folders = this.#state.dialect.name === "github" ? [".github/workflows"] : [".gitea/workflows"];
    const all = await workflowsAt(model, repository, { rev: sha, folders });
    const workflow = found(
      all.find(({ file }) => file === run.workflow),
      `No workflow ${run.workflow}.`,
    );
    return startRun(model, repository, actor, { ...run, workflow, sha, inputs: {} });
  }

  beginRun(run: Run): void {
    beginRun(this.#state.model, run);
  }

  finishRun(run: Run, outcome: Outcome): void {
    finishRun(this.#state.model, run, outcome);
  }

  /** Requires checks and approvals on a branch, and keeps pushes of others than administrators away. */
  async protect(
    name: string,
    branch: string,
    rules: { checks?: readonly string[]; approvals?: number; strict?: boolean } = {},
  ): Promise<void> {
    const repository = repositoryNamed(this.#state.model, name);
    repository.protections.set(branch, {
      ...{ branch, checks: rules.checks ?? [], approvals: rules.approvals ?? 0 },
      strict: rules.strict ?? false,
    });
    await protectBranches(repository.dir, [...repository.protections.keys()]);
  }

  /** What somebody may do from now on; "none" takes it away. */
  allow(name: string, login: string, permission: Permission): User {
    const user = putUser(this.#state.model, login);
    const { collaborators } = repositoryNamed(this.#state.model, name);
    if (permission === "none") collaborators.delete(user.login.toLowerCase());
    else collaborators.set(user.login.toLowerCase(), permission);
    return user;
  }

  archive(name: string, archived = true): void {
    repositoryNamed(this.#state.model, name).archived = archived;
  }
}
