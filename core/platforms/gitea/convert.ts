import type { z } from "zod";
import type { Instant } from "../../domain/ids.ts";
import type { Check } from "../../domain/loop/evidence.ts";
import type { MergeMethod } from "../../domain/platform/capabilities.ts";
import type { BranchRules } from "../../domain/platform/setup-facts.ts";
import type { PlatformUser } from "../../domain/platform/webhook.ts";
import type { CiJob, CiRun } from "../../ports/ci-runs.ts";
import type { PullRequestRef } from "../../ports/platform.ts";
import type {
  CommentNow,
  Permission,
  PullRequestNow,
  RepositoryNow,
  ReviewNow,
} from "../../ports/platform-reading.ts";
import type { WebhookSetting } from "../../ports/platform-setup.ts";
import { isDraftTitle } from "../_shared/gitea-like/draft-title.ts";
import { keyIn, withoutMarker } from "../_shared/marker.ts";
import { entryOf } from "../_shared/webhook-reading.ts";
import type * as shapes from "./shapes.ts";

export type Pull = z.infer<typeof shapes.pullRequest>;
type Written = { id: string; user: PlatformUser; body: string; created_at: Instant };

export function refOf({ id, number, html_url: url }: Pull): PullRequestRef {
  return { id, number, url };
}

export function pullRequestOf(pull: Pull): PullRequestNow {
  return {
    ...refOf(pull),
    ...{ title: pull.title, body: pull.body, state: pull.merged ? "merged" : pull.state },
    ...{ draft: isDraft(pull), branch: headBranchOf(pull), head: pull.head.sha, base: pull.base.ref },
    ...{ fork: isFork(pull), author: pull.user, labels: pull.labels.map(({ name }) => name) },
    mergeSha: pull.merged ? pull.merge_commit_sha || null : null,
    // Whoever is gone, and whoever is not told, is the same ghost.
    mergedBy: pull.merged && Number(pull.merged_by.id) > 0 ? pull.merged_by : null,
  };
}

/** Its head lies in another repository, or in one that is gone. */
export function isFork({ head, base }: Pull): boolean {
  return !head.repo || head.repo.id !== base.repo?.id;
}

/** Once the branch is gone, `ref` is `refs/pull/N/head`, and only the label still has its name. */
export function headBranchOf({ head }: Pull): string {
  return head.ref.startsWith("refs/pull/") ? head.label || head.ref : head.ref;
}

export function isDraft({ draft, title }: Pull): boolean {
  return draft ?? isDraftTitle(title);
}

export function repositoryOf(repository: z.infer<typeof shapes.repository>): RepositoryNow {
  return {
    ...{ id: repository.id, name: repository.full_name, url: repository.html_url },
    ...{ cloneUrl: repository.clone_url, defaultBranch: repository.default_branch },
    ...{ empty: repository.empty, archived: repository.archived },
    ...{ mergeMethods: mergeMethodsOf(repository), permission: ownPermission(repository) },
  };
}

function mergeMethodsOf(repository: z.infer<typeof shapes.repository>): MergeMethod[] {
  const allowed: [MergeMethod, boolean][] = [
    ["merge", repository.allow_merge_commits],
    ["squash", repository.allow_squash_merge],
    ["rebase", repository.allow_rebase],
  ];
  const methods = allowed.filter(([, yes]) => yes).map(([method]) => method);
  const preferred = methods.filter((method) => method === repository.default_merge_style);
  return [...preferred, ...methods.filter((method) => !preferred.includes(method))];
}

function ownPermission({ permissions }: z.infer<typeof shapes.repository>): Permission {
  if (permissions?.admin) return "admin";
  if (permissions?.push) return "write";
  return permissions?.pull ? "read" : "none";
}

const permissions: Readonly<Record<string, Permission>> = {
  ...{ owner: "admin", admin: "admin", write: "write", read: "read", none: "none" },
};

/** What is not known counts as nothing. */
export function permissionOf(word: string): Permission {
  return entryOf(permissions, word) ?? "none";
}

/** @param me only what we wrote ourselves has a key: others may copy one */
export function commentOf({ id, user, body, created_at: at }: Written, me: PlatformUser): CommentNow {
  return { id, author: user, body: withoutMarker(body), at, key: ownKey(user, body, me) };
}

export function ownKey(author: PlatformUser, body: string, me: PlatformUser): string | null {
  return author.id === me.id ? keyIn(body) : null;
}

const verdicts: Readonly<Record<string, ReviewNow["verdict"]>> = {
  ...{ APPROVED: "approved", REQUEST_CHANGES: "changes-requested", COMMENT: "commented" },
};

/** Null for what is none yet: a review that waits to be sent, and a wish for one. */
export function reviewOf(review: z.infer<typeof shapes.review>, me: PlatformUser): ReviewNow | null {
  const verdict = entryOf(verdicts, review.state);
  if (verdict === undefined) return null;
  const { id, user: author, body, submitted_at: at } = review;
  return {
    ...{ id, author, verdict: review.dismissed ? "dismissed" : verdict, sha: review.commit_id || null },
    ...{ body: withoutMarker(body), at, key: ownKey(author, body, me) },
  };
}

/**
 * Gitea counts a warning and what was skipped as success (`modules/commitstatus`). A state that nobody knows
 * yet is no verdict.
 */
const checkStates: Readonly<Record<string, Check["state"]>> = {
  ...{ pending: "pending", success: "passed", warning: "passed", skipped: "passed" },
  ...{ error: "failed", failure: "failed" },
};

/**
 * Each context once; the newest, which has the greatest id, wins.
 *
 * @param isRequired by the name of the context
 */
export function checksOf(
  statuses: readonly z.infer<typeof shapes.status>[],
  isRequired: (name: string) => boolean,
): Check[] {
  const newest = new Map<string, z.infer<typeof shapes.status>>();
  for (const status of statuses) {
    const known = newest.get(status.context);
    if (!known || known.id < status.id) newest.set(status.context, status);
  }
  return [...newest.values()].map(({ context: name, status, target_url: url }) => ({
    ...{ name, state: entryOf(checkStates, status) ?? "pending", required: isRequired(name) },
    url: url || null,
  }));
}

export function stateWordOf(state: Check["state"]): string {
  return { pending: "pending", passed: "success", failed: "failure" }[state];
}

/** Source: Gitea's `services/convert/action.go`. Everything before the end that is not running waits. */
function runStateOf({ status, conclusion }: { status: string; conclusion: string }): CiRun["state"] {
  if (status === "in_progress") return "running";
  if (status !== "completed") return "waiting";
  if (conclusion === "success" || conclusion === "skipped") return "passed";
  return conclusion === "cancelled" ? "cancelled" : "failed";
}

export function runOf(run: z.infer<typeof shapes.run>): CiRun {
  const startedAt = run.started_at ?? 0;
  return {
    ...{ id: run.id, url: run.html_url, sha: run.head_sha, branch: run.head_branch },
    // A run that has not begun has a time long ago: Go's or Unix' zero.
    ...{ state: runStateOf(run), startedAt: startedAt > 0 ? startedAt : null },
  };
}

export function jobOf(job: z.infer<typeof shapes.job>): CiJob {
  return { id: job.id, name: job.name, state: runStateOf(job) };
}

export function webhookOf({ id, config: url, active }: z.infer<typeof shapes.hook>): WebhookSetting {
  return { id, url, active };
}

/** Everybody is shown how many approvals a branch takes, and whether he may merge into it himself. */
export function rulesOf(branch: z.infer<typeof shapes.branch>): BranchRules {
  return {
    protected: branch.protected,
    approvals: branch.required_approvals ?? (branch.protected ? null : 0),
    mayMerge: branch.user_can_merge ?? null,
  };
}
