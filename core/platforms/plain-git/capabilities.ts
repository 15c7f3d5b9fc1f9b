import type { Capabilities } from "../../domain/platform/capabilities.ts";

/** A row of an object takes 2 MB, and a character at most six bytes in JSON. */
export const commentCharsMax = 300_000;

/**
 * What a bare Git remote can do with Tamma's own issues and pull requests beside it. Bodies lie in rows of an
 * object, and lists are read as a whole.
 */
export const plainGitCapabilities: Capabilities = {
  ...{ platform: "plain-git", version: null, draft: "flag" },
  // The runner merges and pushes by git, with a lease.
  ...{ mergeMethods: [], headGuard: true, mergeQueue: false, autoMerge: false },
  // People decide in the dashboard and the command line; findings stand in the conversation.
  ...{ inlineComments: "none", resolveThreads: false, requestChanges: false, selfApproval: false },
  ...{ suggestions: false, reactions: false },
  ...{ dispatch: "none", logs: false, cancelRun: false, rerunFailed: false },
  ...{ verdicts: "statuses", requiredChecks: false, redeliver: false, oidc: false },
  ...{ contents: false, permissions: false, setup: false },
  ...{ commentCharsMax, pageSizeMax: Number.MAX_SAFE_INTEGER },
};
