/** What a forge holds, in no platform's words. Everything here changes in place. Times are milliseconds. */

export type Permission = "none" | "read" | "write" | "admin";
export type MergeMethod = "merge" | "squash" | "rebase";

export interface User {
  readonly id: number;
  readonly login: string;
  readonly bot: boolean;
  readonly createdAt: number;
}

export interface Token {
  readonly value: string;
  readonly user: User;
  /** The platform's own names; what each allows is the dialect's business. */
  readonly scopes: readonly string[];
  /** Ids of the repositories it is limited to; null: all that its user sees. */
  readonly repositories: ReadonlySet<number> | null;
  /** Of an installation of an app, by name; null for a person's token. */
  readonly permissions: Readonly<Record<string, string>> | null;
  readonly expiresAt: number | null;
  readonly installation: number | null;
}

export interface Label {
  readonly id: number;
  name: string;
  color: string;
  description: string;
}

export interface Reaction {
  readonly id: number;
  readonly user: User;
  readonly content: string;
  readonly at: number;
}

export interface Comment {
  readonly id: number;
  readonly author: User;
  readonly issue: Issue;
  body: string;
  readonly createdAt: number;
  updatedAt: number;
  readonly reactions: Reaction[];
}

/** An issue, or the part of a pull request that it shares with issues. */
export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly repository: Repository;
  title: string;
  body: string;
  state: "open" | "closed";
  readonly author: User;
  labels: Label[];
  assignees: User[];
  readonly comments: Comment[];
  /** Every label that came or went, in order. */
  readonly labelled: { label: Label; by: User; added: boolean; at: number }[];
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  closedBy: User | null;
  pull: Pull | null;
}

export interface ChangedFile {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: "added" | "removed" | "modified" | "renamed";
  readonly additions: number;
  readonly deletions: number;
  /** Of the new content; of the old one when it is removed. */
  readonly blob: string;
  /** From the first `@@`; empty for a binary one. */
  readonly patch: string;
}

export interface Pull {
  readonly issue: Issue;
  readonly id: number;
  draft: boolean;
  readonly headBranch: string;
  /** Null: the fork is gone. */
  headRepository: Repository | null;
  headSha: string;
  baseBranch: string;
  baseSha: string;
  mergeBase: string;
  files: ChangedFile[];
  commits: number;
  /** Null until somebody looked and git has answered. */
  mergeable: boolean | null;
  /** How often it was looked at since a side moved. */
  looks: number;
  merged: { sha: string; by: User; at: number } | null;
  reviewers: User[];
  readonly reviews: Review[];
  readonly threads: Thread[];
}

export type Verdict = "pending" | "commented" | "approved" | "changes-requested" | "dismissed";

export interface Review {
  readonly id: number;
  readonly author: User;
  readonly pull: Pull;
  body: string;
  verdict: Verdict;
  /** What it said before it was dismissed; else the verdict. */
  was: Verdict;
  readonly sha: string;
  submittedAt: number;
}

export interface Thread {
  readonly id: number;
  readonly pull: Pull;
  readonly path: string;
  /** Line in the new file, or in the old one on the left side; null: the file as a whole. */
  readonly line: number | null;
  readonly startLine: number | null;
  readonly side: "LEFT" | "RIGHT";
  readonly sha: string;
  readonly hunk: string;
  outdated: boolean;
  resolvedBy: User | null;
  readonly comments: ReviewComment[];
}

export interface ReviewComment {
  readonly id: number;
  readonly author: User;
  readonly thread: Thread;
  readonly review: Review;
  body: string;
  readonly createdAt: number;
  updatedAt: number;
  readonly reactions: Reaction[];
}

/** The last two only on Gitea. */
export type StatusState = "pending" | "success" | "failure" | "error" | "warning" | "skipped";

export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: StatusState;
  readonly description: string;
  readonly url: string | null;
  readonly creator: User;
  readonly at: number;
}

/** As GitHub has them. `conclusion` is null until it is completed. */
export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | null;
  url: string | null;
  externalId: string;
  title: string | null;
  summary: string | null;
  readonly startedAt: number;
  completedAt: number | null;
}

export type Conclusion =
  | ("success" | "failure" | "neutral" | "cancelled")
  | ("skipped" | "timed_out" | "action_required");

export interface Workflow {
  readonly id: number;
  readonly path: string;
  readonly file: string;
}

export interface Job {
  readonly id: number;
  readonly run: Run;
  readonly name: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | null;
  startedAt: number | null;
  completedAt: number | null;
  /** Null while there is none. */
  log: string | null;
}

export interface Run {
  readonly id: number;
  readonly number: number;
  attempt: number;
  readonly repository: Repository;
  readonly workflow: Workflow;
  /** What the workflow calls it (`run-name`), else the workflow's file. */
  readonly title: string;
  readonly branch: string;
  readonly sha: string;
  readonly event: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly actor: User;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | null;
  readonly createdAt: number;
  startedAt: number | null;
  updatedAt: number;
  jobs: Job[];
}

export interface Protection {
  readonly branch: string;
  readonly checks: readonly string[];
  /** The head must hold the newest commit of the base. */
  readonly strict: boolean;
  readonly approvals: number;
}

export interface Hook {
  readonly id: number;
  /** Null: the hook of an app. */
  readonly repository: Repository | null;
  url: string;
  secret: string;
  events: string[];
  active: boolean;
  readonly createdAt: number;
  updatedAt: number;
  readonly deliveries: Delivery[];
}

/** One attempt. `guid` is the same for every attempt at the same news. */
export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly repository: number | null;
  readonly body: string;
  readonly redelivery: boolean;
  readonly at: number;
  durationMs: number;
  /** What the receiver answered; null while it is on its way. */
  statusCode: number | null;
  status: string;
}

export interface Repository {
  readonly id: number;
  readonly owner: User;
  readonly name: string;
  readonly fullName: string;
  readonly dir: string;
  readonly createdAt: number;
  private: boolean;
  archived: boolean;
  defaultBranch: string;
  mergeMethods: MergeMethod[];
  readonly fork: Repository | null;
  readonly collaborators: Map<string, Permission>;
  readonly protections: Map<string, Protection>;
  readonly labels: Label[];
  readonly issues: Map<number, Issue>;
  readonly statuses: Status[];
  readonly checkRuns: CheckRun[];
  readonly workflows: Workflow[];
  readonly runs: Run[];
  readonly hooks: Hook[];
  /** Branches as they were noticed last. */
  refs: Map<string, string>;
  nextNumber: number;
  pushedAt: number;
}
