import type { Instant, Sha } from "../domain/ids.ts";
import type { IssueSnapshot } from "../domain/loop/work.ts";
import type { MergeMethod } from "../domain/platform/capabilities.ts";
import type { BranchRules } from "../domain/platform/setup-facts.ts";
import type { PlatformUser } from "../domain/platform/webhook.ts";
import type { PullRequestRef } from "./platform.ts";

/** What somebody may do in a repository, the least first. */
export type Permission = "none" | "read" | "write" | "admin";

/** A repository as it is now. */
export interface RepositoryNow {
  /** The platform's own id, as text; it stays when the repository is renamed. */
  readonly id: string;
  /** `owner/name` */
  readonly name: string;
  readonly url: string;
  /** For git over HTTP. */
  readonly cloneUrl: string;
  readonly defaultBranch: string;
  /** Empty repositories have no commit to begin from. */
  readonly empty: boolean;
  readonly archived: boolean;
  /** Those that the repository's settings allow, its default first. */
  readonly mergeMethods: readonly MergeMethod[];
  /** What the connection's token may do here. */
  readonly permission: Permission;
}

/** An issue with its newest comments, as it is now. */
export interface IssueNow extends IssueSnapshot {
  readonly open: boolean;
}

/** A pull request as it is now. */
export interface PullRequestNow extends PullRequestRef {
  readonly title: string;
  readonly body: string;
  readonly state: "open" | "closed" | "merged";
  readonly draft: boolean;
  readonly branch: string;
  readonly head: Sha;
  readonly base: string;
  /** Its head lies in another repository, or in one that is gone: read only. */
  readonly fork: boolean;
  readonly author: PlatformUser;
  readonly labels: readonly string[];
  /** Null while it is not merged. */
  readonly mergeSha: Sha | null;
  /** Null while it is not merged, and where the platform does not tell. */
  readonly mergedBy: PlatformUser | null;
}

/**
 * Whether it could be merged now. `checking`: the platform has not found out yet, ask again; `blocked`: a
 * rule of the platform is not met (`why` in its words, as far as it tells).
 */
export interface Mergeability {
  readonly state: "ready" | "conflict" | "blocked" | "behind" | "draft" | "checking";
  readonly why: string | null;
}

export interface CommentNow {
  readonly id: string;
  readonly author: PlatformUser;
  readonly body: string;
  readonly at: Instant;
  /** The key with which Tamma wrote it; null when it did not. */
  readonly key: string | null;
}

/** A comment, and the conversation in which it stands. */
export interface PlacedComment {
  readonly on: "issue" | "pull-request";
  readonly number: number;
  readonly comment: CommentNow;
}

export interface ReviewNow {
  readonly id: string;
  readonly author: PlatformUser;
  readonly verdict: "approved" | "changes-requested" | "commented" | "dismissed";
  /** The commit that was looked at; null where the platform does not say. */
  readonly sha: Sha | null;
  readonly body: string;
  readonly at: Instant;
  readonly key: string | null;
}

/** Comments of a review that belong together. Its first one names it. */
export interface ThreadNow {
  readonly id: string;
  readonly path: string;
  /** Line in the new file; null: the file as a whole, or lines that are gone. */
  readonly line: number | null;
  /** Null where the platform does not tell. */
  readonly resolved: boolean | null;
  readonly comments: readonly CommentNow[];
}

/**
 * What Tamma looks up in one repository. Nothing here changes anything. Every method throws `PlatformError`
 * and nothing else; null: the platform does not know it, or does not show it to this token.
 */
export interface PlatformReading {
  /** Who the token is. */
  me(): Promise<PlatformUser>;
  repository(): Promise<RepositoryNow>;
  /** What the user of this login may do; "none" for somebody who is not known. */
  permissionOf(login: string): Promise<Permission>;
  /**
   * The issue with its newest comments. `mayWrite` of each author is looked up once per author. Null too
   * for a pull request, though platforms count them along.
   */
  issue(number: number): Promise<IssueNow | null>;
  /** Open issues with this label, the oldest first. */
  issuesWith(label: string): Promise<{ number: number; title: string }[]>;
  /** Who put this label there last, and when; null where it is not there, or the platform does not tell. */
  labelledBy(number: number, label: string): Promise<(PlatformUser & { readonly at: Instant }) | null>;
  /** The conversation of an issue or a pull request since `since` (null: all of it), the oldest first. */
  comments(number: number, since: Instant | null): Promise<CommentNow[]>;
  /**
   * Comments in all conversations since `since`, the oldest first; of very many only the oldest. Null where
   * deliveries that were lost are asked for again instead.
   */
  commentsSince(since: Instant): Promise<PlacedComment[] | null>;
  /** Who closed the issue or pull request last; null where it is open, or the platform does not tell. */
  closedBy(number: number): Promise<PlatformUser | null>;
  pullRequest(number: number): Promise<PullRequestNow | null>;
  /** The newest one with this head branch of the repository itself, whatever its state. */
  pullRequestOf(branch: string): Promise<PullRequestNow | null>;
  reviews(pullRequest: number): Promise<ReviewNow[]>;
  threads(pullRequest: number): Promise<ThreadNow[]>;
  mergeability(pullRequest: number): Promise<Mergeability>;
  /** Null: no such branch. */
  headOf(branch: string): Promise<Sha | null>;
  /** What protects a branch; null: no such branch. */
  branchRules(branch: string): Promise<BranchRules | null>;
  /** UTF-8 text of a file at a branch, tag or commit. @throws PlatformError `validation` for one too big. */
  file(path: string, ref: string): Promise<string | null>;
  /** How many commits `head` has that `base` has not, and the other way round. */
  compare(base: string, head: string): Promise<{ ahead: number; behind: number }>;
}
