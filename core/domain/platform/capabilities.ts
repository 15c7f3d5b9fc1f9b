/**
 * What one platform can do, in one version and with one token, as data: policy, pages and the loop ask here
 * instead of asking which platform it is. Resolved when a connection is checked.
 */
export interface Capabilities {
  readonly platform: "plain-git" | "github" | "gitea";
  /** As the server words it; null where it has none, as GitHub's own. */
  readonly version: string | null;
  /**
   * How a pull request is kept from being merged: a flag of its own, a prefix of its title, or not at all.
   */
  readonly draft: "flag" | "title-prefix" | "none";
  /** Methods that one merge may choose between; empty: Tamma's runner merges by git. */
  readonly mergeMethods: readonly MergeMethod[];
  /** A merge can name the head that was approved, and is refused when it is another. */
  readonly headGuard: boolean;
  /** A merge may be queued and done later. */
  readonly mergeQueue: boolean;
  /** The platform can be told to merge as soon as its own rules allow. */
  readonly autoMerge: boolean;
  /** Comments at lines: all of a review in one request, or one by one, or none. */
  readonly inlineComments: "batch" | "single" | "none";
  /** A thread can be marked as resolved through the API. */
  readonly resolveThreads: boolean;
  readonly requestChanges: boolean;
  /** An author may approve what is his own. */
  readonly selfApproval: boolean;
  /** A comment can propose lines that a person takes over by a click. */
  readonly suggestions: boolean;
  readonly reactions: boolean;
  /** A workflow can be started: with the run's id in the answer, with the run to be found, or not. */
  readonly dispatch: "run-id" | "correlate" | "none";
  readonly logs: boolean;
  readonly cancelRun: boolean;
  readonly rerunFailed: boolean;
  /** Where verdicts on a commit stand. */
  readonly verdicts: "checks-and-statuses" | "statuses";
  /** Which checks a branch requires can be asked. */
  readonly requiredChecks: boolean;
  /** Deliveries that failed can be asked for again. */
  readonly redeliver: boolean;
  /** CI runs can prove who they are by a token that the platform signs (OpenID Connect). */
  readonly oidc: boolean;
  /** The repository, its branches and files can be read without git. */
  readonly contents: boolean;
  /** Who somebody is, and what he may do, is told. */
  readonly permissions: boolean;
  /** There are webhooks, labels and files to be set up, by which people reach Tamma from there. */
  readonly setup: boolean;
  /** Characters of a comment. */
  readonly commentCharsMax: number;
  /** Items of one page of a list. */
  readonly pageSizeMax: number;
}

export type MergeMethod = "merge" | "squash" | "rebase";
