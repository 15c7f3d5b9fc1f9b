import type { Capabilities } from "../../domain/platform/capabilities.ts";
import type { Features } from "./version.ts";

/**
 * Gitea names no limit for comments. They are kept below what people read, and below what a proxy takes for
 * a form.
 */
export const commentCharsMax = 65_000;
/**
 * The words of a review lie in a column of 65,535 bytes on MySQL (Gitea's `models/issues/review.go`), and a
 * UTF-16 unit takes at most three bytes.
 */
export const reviewCharsMax = 21_000;

/** What Gitea can do in one version. Facts that depend on it are in `version.ts`, with their sources. */
export function capabilitiesOf(version: string, can: Features, pageSizeMax: number): Capabilities {
  return {
    ...{ platform: "gitea", version, draft: "title-prefix" },
    mergeMethods: ["merge", "squash", "rebase"],
    // `head_commit_id` and `merge_when_checks_succeed` of the merge.
    ...{ headGuard: true, mergeQueue: false, autoMerge: true },
    ...{ inlineComments: "batch", resolveThreads: can.resolveThreads, requestChanges: true },
    // "approve your own pull is not allowed" (routers/api/v1/repo/pull_review.go).
    ...{ selfApproval: false, suggestions: false, reactions: true },
    dispatch: can.runDetails ? "run-id" : can.dispatch ? "correlate" : "none",
    ...{ logs: can.runs, cancelRun: can.cancelRun, rerunFailed: can.rerunFailed },
    ...{ verdicts: "statuses", requiredChecks: true },
    // The API shows no deliveries; tokens for runs are proposed (go-gitea/gitea#39052) and in no release.
    ...{ redeliver: false, oidc: false },
    ...{ contents: true, permissions: true, setup: true },
    ...{ commentCharsMax, pageSizeMax },
  };
}
