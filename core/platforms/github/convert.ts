import type { z } from "zod";
import type { Check } from "../../domain/loop/evidence.ts";
import type { MergeMethod } from "../../domain/platform/capabilities.ts";
import type { PlatformUser } from "../../domain/platform/webhook.ts";
import type { CiRun } from "../../ports/ci-runs.ts";
import type { PullRequestRef } from "../../ports/platform.ts";
import type {
  CommentNow,
  Mergeability,
  Permission,
  PullRequestNow,
  RepositoryNow,
  ReviewNow,
} from "../../ports/platform-reading.ts";
import { keyIn, withoutMarker } from "../_shared/marker.ts";
import { entryOf } from "../_shared/webhook-reading.ts";
import type * as shapes from "./shapes.ts";

type Pull = z.infer<typeof shapes.pullRequest>;
type Repository = z.infer<typeof shapes.repository>;
type Comment = z.infer<typeof shapes.comment>;

export function refOf({ id, number, html_url: url }: Pull): PullRequestRef {
  return { id, number, url };
}

export function pullRequestOf(pull: Pull): PullRequestNow {
  const merged = isMerged(pull);
  return {
    ...refOf(pull),
    ...{ title: pull.title, body: pull.body, draft: pull.draft ?? false },
    state: merged ? "merged" : pull.state,
    ...{ branch: pull.head.ref, head: pull.head.sha, base: pull.base.ref, fork: isFork(pull) },
    ...{ author: pull.user, labels: pull.labels },
    // Of an open one it names a trial merge.
    mergeSha: merged ? (pull.merge_commit_sha ?? null) : null,
    mergedBy: (merged ? pull.merged_by : null) ?? null,
  };
}

export function isMerged(pull: Pull): boolean {
  return pull.merged ?? (pull.merged_at ?? null) !== null;
}

/** Its head lies in another repository, or in one that is gone. */
export function isFork({ head, base }: Pull): boolean {
  return head.repo === null || head.repo.id !== base.repo?.id;
}

export function repositoryOf(repository: Repository, empty: boolean): RepositoryNow {
  const { permissions } = repository;
  return {
    ...{ id: repository.id, name: repository.full_name, url: repository.html_url },
    ...{ cloneUrl: repository.clone_url, defaultBranch: repository.default_branch, empty },
    archived: repository.archived ?? false,
    mergeMethods: mergeMethodsOf(repository),
    permission: permissions?.admin
      ? "admin"
      : permissions?.push
        ? "write"
        : permissions?.pull === false
          ? "none"
          : "read",
  };
}

/** GitHub's own default is the merge commit; who may not push is not shown what is allowed. */
export function mergeMethodsOf(repository: Repository): MergeMethod[] {
  const allowed: [MergeMethod, boolean | undefined][] = [
    ["merge", repository.allow_merge_commit],
    ["squash", repository.allow_squash_merge],
    ["rebase", repository.allow_rebase_merge],
  ];
  return allowed.filter(([, yes]) => yes !== false).map(([method]) => method);
}

/** @param me only what we wrote ourselves has a key: others may copy one */
export function commentOf({ id, user, body, created_at: at }: Comment, me: PlatformUser): CommentNow {
  const key = user.id === me.id ? keyIn(body) : null;
  return { id, author: user, body: withoutMarker(body), at, key };
}

const verdicts: Readonly<Record<string, ReviewNow["verdict"]>> = {
  ...{ APPROVED: "approved", CHANGES_REQUESTED: "changes-requested" },
  ...{ COMMENTED: "commented", DISMISSED: "dismissed" },
};

/** Null: not submitted yet, so it is nobody's verdict. */
export function reviewOf(review: z.infer<typeof shapes.review>, me: PlatformUser): ReviewNow | null {
  const verdict = entryOf(verdicts, review.state.toUpperCase());
  if (!verdict) return null;
  const { id, user, body, commit_id, submitted_at } = review;
  const key = user.id === me.id ? keyIn(body) : null;
  return {
    ...{ id, author: user, verdict, sha: commit_id ?? null, body: withoutMarker(body) },
    ...{ at: submitted_at ?? 0, key },
  };
}

/**
 * `unstable` and `has_hooks` can be merged. Source: GitHub Docs, GraphQL enum `MergeStateStatus`, whose names
 * the REST API has in lower case.
 */
export function mergeabilityOf(pull: Pull): Mergeability {
  const state = pull.mergeable_state ?? "unknown";
  if (isMerged(pull)) return { state: "blocked", why: "it is merged already" };
  if (pull.state === "closed") return { state: "blocked", why: "it is closed" };
  if (pull.mergeable === false || state === "dirty") return { state: "conflict", why: null };
  if (pull.draft || state === "draft") return { state: "draft", why: null };
  if (typeof pull.mergeable !== "boolean" || state === "unknown") return { state: "checking", why: null };
  if (state === "behind") return { state: "behind", why: null };
  if (state === "blocked") {
    return { state: "blocked", why: "a review, a check or a rule of the branch is missing" };
  }
  return { state: "ready", why: null };
}

const roles: Readonly<Record<string, Permission>> = {
  ...{ admin: "admin", maintain: "write", write: "write", triage: "read", read: "read", none: "none" },
};

/**
 * Roles that an organization made itself have names of their own; `permission` then has the role that they
 * were made from. Source: GitHub Docs, "Get repository permissions for a user".
 */
export function permissionOf({ permission, role_name }: z.infer<typeof shapes.permission>): Permission {
  return entryOf(roles, role_name ?? "") ?? entryOf(roles, permission) ?? "none";
}

/** Whatever GitHub itself lets pass where a check is required; everything else that is over has failed. */
const passing = ["success", "neutral", "skipped"];

/** A verdict before it is known which ones are required. `at`: the newest of one name wins. */
export interface Verdict {
  name: string;
  state: Check["state"];
  url: string | null;
  at: number;
  id: string;
}

export function verdictOfRun(run: z.infer<typeof shapes.checkRun>): Verdict {
  const over = run.status === "completed";
  return {
    ...{ name: run.name, url: run.html_url ?? run.details_url ?? null, id: run.id },
    state: !over ? "pending" : passing.includes(run.conclusion ?? "") ? "passed" : "failed",
    // One that waits in the queue did not start, and is the newest all the same.
    at: run.started_at ?? (over ? (run.completed_at ?? 0) : Number.MAX_SAFE_INTEGER),
  };
}

export function verdictOfStatus(status: z.infer<typeof shapes.status>): Verdict {
  const { id, context: name, target_url, created_at: at } = status;
  const state = status.state === "success" ? "passed" : status.state === "pending" ? "pending" : "failed";
  return { id, name, state, url: target_url ?? null, at };
}

export const statusStates = { pending: "pending", passed: "success", failed: "failure" } as const;

type Phase = { status: string | null; conclusion: string | null };

/** `action_required`: the run waits until somebody allows it, as the first one of a stranger does. */
export function runStateOf({ status, conclusion }: Phase): CiRun["state"] {
  if (status === "in_progress") return "running";
  if (status !== "completed" || conclusion === "action_required") return "waiting";
  if (passing.includes(conclusion ?? "")) return "passed";
  return conclusion === "cancelled" ? "cancelled" : "failed";
}

export function runOf(run: z.infer<typeof shapes.workflowRun>): CiRun {
  const state = runStateOf(run);
  return {
    ...{ id: run.id, url: run.html_url, sha: run.head_sha, branch: run.head_branch ?? "", state },
    startedAt: state === "waiting" ? null : (run.run_started_at ?? run.created_at),
  };
}
