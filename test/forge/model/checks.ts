import { emit, type Model } from "./model.ts";
import type { CheckRun, Conclusion, Pull, Repository, Status, StatusState, User } from "./types.ts";

export interface NewStatus {
  readonly sha: string;
  readonly context: string;
  readonly state: StatusState;
  readonly description?: string;
  readonly url?: string | null;
}

export function addStatus(model: Model, repository: Repository, creator: User, made: NewStatus): Status {
  const status: Status = {
    ...{ id: model.nextId(), sha: made.sha, context: made.context, state: made.state },
    ...{ description: made.description ?? "", url: made.url ?? null, creator, at: model.now() },
  };
  repository.statuses.push(status);
  emit(model, { type: "status", repository, actor: creator, status });
  return status;
}

/** The newest of each context, the newest first. */
export function statusesOf(repository: Repository, sha: string): Status[] {
  const newest = new Map<string, Status>();
  for (const status of repository.statuses) {
    if (status.sha !== sha) continue;
    newest.delete(status.context);
    newest.set(status.context, status);
  }
  return [...newest.values()].reverse();
}

/** One word for all: the worst of them; "pending" when there is none. */
export function combined(statuses: readonly { state: StatusState }[]): StatusState {
  const has = (state: StatusState) => statuses.some((one) => one.state === state);
  if (has("error") || has("failure")) return "failure";
  return has("pending") || statuses.length === 0 ? "pending" : "success";
}

export interface CheckChange {
  readonly status?: CheckRun["status"];
  readonly conclusion?: Conclusion | null;
  readonly url?: string | null;
  readonly title?: string | null;
  readonly summary?: string | null;
  readonly externalId?: string;
}

export function addCheckRun(
  model: Model,
  repository: Repository,
  actor: User,
  made: CheckChange & { sha: string; name: string },
): CheckRun {
  const check: CheckRun = {
    ...{ id: model.nextId(), sha: made.sha, name: made.name, status: "queued", conclusion: null },
    ...{ url: null, externalId: "", title: null, summary: null },
    ...{ startedAt: model.now(), completedAt: null },
  };
  repository.checkRuns.push(check);
  emit(model, { type: "check-run", action: "created", repository, actor, check });
  changeCheckRun(model, repository, actor, check, made);
  return check;
}

export function changeCheckRun(
  model: Model,
  repository: Repository,
  actor: User,
  check: CheckRun,
  change: CheckChange,
): void {
  const conclusion = change.conclusion ?? check.conclusion;
  const status = change.conclusion ? "completed" : (change.status ?? check.status);
  const over = status === "completed" && check.status !== "completed";
  Object.assign(check, {
    ...{ status, conclusion, url: change.url ?? check.url },
    ...{ title: change.title ?? check.title, summary: change.summary ?? check.summary },
    externalId: change.externalId ?? check.externalId,
    completedAt: over ? model.now() : check.completedAt,
  });
  if (over) emit(model, { type: "check-run", action: "completed", repository, actor, check });
}

const goodEnds: readonly (string | null)[] = ["success", "neutral", "skipped", "warning"];

/** Names of required checks that have not passed on the head. */
export function missingChecks(pull: Pull): string[] {
  const { repository } = pull.issue;
  const required = repository.protections.get(pull.baseBranch)?.checks ?? [];
  return required.filter((name) => verdictOn(repository, pull.headSha, name) !== "passed");
}

/** What a check of this name says of a commit, whichever way it was reported. */
export function verdictOn(repository: Repository, sha: string, name: string): "passed" | "failed" | "open" {
  const status = statusesOf(repository, sha).find(({ context }) => context === name);
  const check = repository.checkRuns.findLast((one) => one.sha === sha && one.name === name);
  const ends = [
    ...(status ? [status.state === "pending" ? null : goodEnds.includes(status.state)] : []),
    ...(check ? [check.status === "completed" ? goodEnds.includes(check.conclusion) : null] : []),
  ];
  if (ends.includes(false)) return "failed";
  return ends.length === 0 || ends.includes(null) ? "open" : "passed";
}
