import type { Instant, Sha } from "../domain/ids.ts";
import type { Check } from "../domain/loop/evidence.ts";
import type { Finding } from "../domain/loop/proposal.ts";
import type { MergeMethod } from "../domain/platform/capabilities.ts";
import type { MergeOutcome } from "../domain/platform/merging.ts";
import type { CiRuns } from "./ci-runs.ts";

/**
 * Why a platform did not do it, by what the caller should do: `transient` and `rate-limited` again later,
 * `conflict` and `head-moved` look again and decide again, the rest needs a person or another way.
 */
export type PlatformErrorKind =
  | "auth"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "head-moved"
  | "not-mergeable"
  | "validation"
  | "rate-limited"
  | "unsupported"
  | "transient";

export class PlatformError extends Error {
  readonly kind: PlatformErrorKind;
  readonly operation: string;
  /** When to try again; null when the platform said nothing. */
  readonly retryAt: Instant | null;

  constructor(
    error: { kind: PlatformErrorKind; operation: string; message: string; retryAt?: Instant | null },
    options?: ErrorOptions,
  ) {
    super(`${error.operation}: ${error.message}`, options);
    this.name = "PlatformError";
    this.kind = error.kind;
    this.operation = error.operation;
    this.retryAt = error.retryAt ?? null;
  }
}

/** A pull request as the platform names it. `id` is never reused; `number` is what people see. */
export interface PullRequestRef {
  readonly id: string;
  readonly number: number;
  readonly url: string;
}

export interface NewPullRequest {
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly draft: boolean;
}

export interface MergeRequest {
  readonly method: MergeMethod;
  /** Nothing but this head of the pull request is merged. */
  readonly head: Sha;
  /** And only while the branch that it goes into is at this commit. */
  readonly base: Sha;
  /** It was answered as `queued` before: one that left the queue unmerged is refused, and not put back. */
  readonly queued: boolean;
  readonly title: string;
  readonly message: string;
}

/**
 * Pull requests, their reviews and threads. Every call may be repeated: the second one finds what the first
 * one did.
 */
export interface CodeHost {
  /** Opens a pull request, or returns the open one whose head is `branch`. */
  openPullRequest(request: NewPullRequest): Promise<PullRequestRef>;
  /** Setting what is set already changes nothing. */
  setDraft(pullRequest: PullRequestRef, draft: boolean): Promise<void>;
  /**
   * One comment per `key` in the pull request's conversation: posted the first time, replaced later. The key
   * is written into the comment where the platform has no place of its own for it.
   */
  upsertComment(pullRequest: PullRequestRef, key: string, body: string): Promise<void>;
  addLabels(pullRequest: PullRequestRef, labels: readonly string[]): Promise<void>;
  /** One review with its findings at lines of `sha`; a review with this key is posted once. */
  submitReview(
    pullRequest: PullRequestRef,
    review: { key: string; sha: Sha; summary: string; findings: readonly Finding[] },
  ): Promise<void>;
  /** Answers a thread; a reply with this key is posted once. */
  replyToThread(pullRequest: PullRequestRef, thread: string, key: string, text: string): Promise<void>;
  /** Changes what is given. */
  updatePullRequest(pullRequest: PullRequestRef, change: { title?: string; body?: string }): Promise<void>;
  /** Asks these people for a review; whoever cannot be asked is left out and answered. */
  requestReviewers(pullRequest: PullRequestRef, logins: readonly string[]): Promise<{ refused: string[] }>;
  /** @throws PlatformError `unsupported` where the platform cannot do it through its API. */
  resolveThread(pullRequest: PullRequestRef, thread: string): Promise<void>;
  /**
   * Merges if the head is still `head` and the branch that it goes into still at `base`; otherwise answers
   * why not, and nothing is changed. A merged one is answered as merged, whoever did it. Platforms guard the
   * head themselves; the base is looked at right before, so a commit that comes in between is merged with.
   *
   * @throws PlatformError `conflict` and `transient` when it has to be asked again, `unsupported` where the
   * runner merges by git
   */
  merge(pullRequest: PullRequestRef, how: MergeRequest): Promise<MergeOutcome>;
  /** Deletes a branch if it is at `head`; one that is gone stays so. @throws PlatformError `head-moved` */
  deleteBranch(branch: string, head: Sha): Promise<void>;
  /** Closes without merging. A closed or merged one stays as it is. */
  closePullRequest(pullRequest: PullRequestRef): Promise<void>;
  /** The runner merged `sha` into the base branch by git itself: the pull request is shown as merged. */
  recordMerge(pullRequest: PullRequestRef, sha: Sha): Promise<void>;
}

/** An issue as the platform names it. `id` is never reused; `number` is what people see. */
export interface IssueRef {
  readonly id: string;
  readonly number: number;
}

/** Issues. Every call may be repeated. */
export interface IssueTracker {
  addLabels(issue: IssueRef, labels: readonly string[]): Promise<void>;
  removeLabels(issue: Pick<IssueRef, "number">, labels: readonly string[]): Promise<void>;
  /** One comment per `key` in the conversation of this number: posted the first time, replaced later. */
  upsertComment(on: Pick<IssueRef, "number">, key: string, body: string): Promise<void>;
  /** Closes the issue; a closed one stays as it is. */
  closeIssue(issue: IssueRef): Promise<void>;
  /** Adds to whoever is assigned already. */
  assign(issue: IssueRef, logins: readonly string[]): Promise<void>;
  /** A sign under a comment that it was seen. Platforms without reactions: nothing happens. */
  react(comment: string, reaction: "eyes" | "+1" | "-1"): Promise<void>;
  /** Opens an issue once per `key` and returns its number. */
  createIssue(issue: {
    key: string;
    title: string;
    body: string;
    labels: readonly string[];
  }): Promise<number>;
}

/** A verdict of ours: `words` say why, and may be empty; `url` is where people see more. */
export interface OwnVerdict {
  readonly state: Check["state"];
  readonly words: string;
  readonly url: string | null;
}

/** Verdicts on commits. */
export interface CiHost {
  /** All verdicts on `sha`, each name once; empty when nobody reported one. */
  checks(sha: Sha): Promise<Check[]>;
  /** Names of the checks without which nothing is merged into `branch`; null where it cannot be asked. */
  requiredChecks(branch: string): Promise<string[] | null>;
  /**
   * Which required checks of the default branch are not among these verdicts of a commit, by name, or by
   * pattern where the platform takes patterns; empty too where it cannot be asked.
   */
  unreported(checks: readonly Check[]): Promise<string[]>;
  /**
   * Reports our own verdict under `name`; a later one replaces it. `words` are shown beside it where the
   * platform has room for them, 140 characters at most: the rest of a longer text is left out.
   */
  reportStatus(sha: Sha, name: string, verdict: OwnVerdict): Promise<void>;
}

/** What a loop does on a platform. */
export interface Platform {
  readonly codeHost: CodeHost;
  readonly issues: IssueTracker;
  readonly ci: CiHost;
  /** The platform's own CI; null for one that has none. */
  readonly runs: CiRuns | null;
}
