import type { z } from "zod";
import type { Capabilities } from "../../domain/platform/capabilities.ts";
import { pageSize } from "./client.ts";
import { commentCharsMax } from "./comments.ts";
import { mergeMethodsOf } from "./convert.ts";
import type * as shapes from "./shapes.ts";

/**
 * What GitHub can do here.
 *
 * @param version of an Enterprise Server, from `x-github-enterprise-version`; null for GitHub's own
 * @param mergeQueue whether the default branch has one
 */
export function githubCapabilities(
  repository: z.infer<typeof shapes.repository>,
  version: string | null,
  mergeQueue: boolean,
): Capabilities {
  return {
    platform: "github",
    version,
    draft: "flag",
    mergeMethods: mergeMethodsOf(repository),
    headGuard: true,
    mergeQueue,
    autoMerge: repository.allow_auto_merge === true,
    inlineComments: "batch",
    resolveThreads: true,
    requestChanges: true,
    selfApproval: false,
    suggestions: true,
    reactions: true,
    // Servers are behind: they are asked for the id all the same, and the run is found without it.
    dispatch: version === null ? "run-id" : "correlate",
    logs: true,
    cancelRun: true,
    rerunFailed: true,
    verdicts: "checks-and-statuses",
    requiredChecks: true,
    redeliver: true,
    oidc: true,
    contents: true,
    permissions: true,
    setup: true,
    commentCharsMax,
    pageSizeMax: pageSize,
  };
}
