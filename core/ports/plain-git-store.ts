import type { Check } from "../domain/loop/evidence.ts";
import type { Finding } from "../domain/loop/proposal.ts";

/** Where a comment stands: on an issue or in a pull request's conversation. */
export type CommentTarget = `issue:${number}` | `pull:${number}`;

export interface PullRow {
  number: number;
  branch: string;
  base: string;
  title: string;
  body: string;
  draft: boolean;
  state: "open" | "closed" | "merged";
  mergeSha: string | null;
}

export type PullChange = Partial<Pick<PullRow, "title" | "body" | "draft" | "state" | "mergeSha">>;

/**
 * What Git itself does not keep: issues, pull requests, comments, verdicts. Tamma keeps them in the
 * repository's coordinator. Everything with a key happens once per key.
 */
export interface PlainGitStore {
  addLabels(target: CommentTarget, labels: readonly string[]): Promise<void>;
  removeLabels(target: CommentTarget, labels: readonly string[]): Promise<void>;
  putComment(target: CommentTarget, key: string, author: string, body: string): Promise<void>;
  /** Closes the issue; a closed one stays as it is. */
  closeIssue(number: number): Promise<void>;
  createIssue(issue: {
    key: string;
    title: string;
    body: string;
    labels: readonly string[];
    author: string;
  }): Promise<number>;
  /** Opens a pull request for the branch, or returns the open one. */
  openPull(pull: Pick<PullRow, "branch" | "base" | "title" | "body" | "draft">): Promise<PullRow>;
  /** Changes what is given. A merged pull request stays as it is. */
  updatePull(number: number, change: PullChange): Promise<void>;
  putReview(
    number: number,
    review: { key: string; sha: string; summary: string; findings: readonly Finding[] },
  ): Promise<void>;
  putReply(
    number: number,
    reply: { key: string; thread: string; author: string; text: string },
  ): Promise<void>;
  putStatus(sha: string, status: Check): Promise<void>;
  listStatuses(sha: string): Promise<Check[]>;
}
