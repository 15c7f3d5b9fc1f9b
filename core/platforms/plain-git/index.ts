import type { PlainGitStore } from "../../ports/plain-git-store.ts";
import type { CiHost, CodeHost, IssueTracker } from "../../ports/platform.ts";
import type { PlatformRepository } from "../../ports/platform-repository.ts";
import { cut } from "../_shared/marker.ts";
import { unsupported } from "../_shared/unsupported.ts";
import { plainGitAccess, plainGitReading, plainGitRuns, plainGitSetup } from "./absent.ts";
import { commentCharsMax, plainGitCapabilities } from "./capabilities.ts";
import { convertPull } from "./convert.ts";

/** Who writes Tamma's own comments and replies. */
const botName = "tamma";

/**
 * A repository without a platform. Content goes through git in the runner; issues, pull requests and verdicts
 * are Tamma's own, in `store`. What such a repository has not throws `unsupported`, with the other way.
 *
 * @param urlOf address at which people see a pull request
 */
export function plainGitPlatform(
  store: PlainGitStore,
  urlOf: (number: number) => string,
): PlatformRepository {
  return {
    ...{ codeHost: codeHost(store, urlOf), issues: issueTracker(store), ci: ciHost(store) },
    ...{ runs: plainGitRuns, reading: plainGitReading, setup: plainGitSetup, gitAccess: plainGitAccess },
    capabilities: plainGitCapabilities,
  };
}

/** A longer text would not fit into its row. */
const fitting = (body: string) => cut(body, commentCharsMax);

function codeHost(store: PlainGitStore, urlOf: (number: number) => string): CodeHost {
  return {
    openPullRequest: async (request) => convertPull(await store.openPull(request), urlOf),
    setDraft: (pull, draft) => store.updatePull(pull.number, { draft }),
    upsertComment: (pull, key, body) => store.putComment(`pull:${pull.number}`, key, botName, fitting(body)),
    addLabels: (pull, labels) => store.addLabels(`pull:${pull.number}`, labels),
    submitReview: (pull, review) => store.putReview(pull.number, review),
    replyToThread: (pull, thread, key, text) =>
      store.putReply(pull.number, { key, thread, author: botName, text }),
    updatePullRequest: (pull, change) => store.updatePull(pull.number, change),
    // Nobody can be told; the dashboard shows what waits for a review.
    requestReviewers: async (_pull, logins) => ({ refused: [...logins] }),
    resolveThread: async () => {
      throw unsupported("resolveThread", "resolveThreads", "A reply says that the thread is dealt with.");
    },
    merge: async () => {
      throw unsupported("merge", "mergeMethods", "The runner merges by git.");
    },
    deleteBranch: async () => {
      throw unsupported("deleteBranch", "mergeMethods", "The runner deletes the branch by git.");
    },
    closePullRequest: (pull) => store.updatePull(pull.number, { state: "closed" }),
    recordMerge: (pull, sha) =>
      store.updatePull(pull.number, { state: "merged", draft: false, mergeSha: sha }),
  };
}

function issueTracker(store: PlainGitStore): IssueTracker {
  return {
    addLabels: (issue, labels) => store.addLabels(`issue:${issue.number}`, labels),
    removeLabels: (issue, labels) => store.removeLabels(`issue:${issue.number}`, labels),
    upsertComment: (issue, key, body) =>
      store.putComment(`issue:${issue.number}`, key, botName, fitting(body)),
    closeIssue: (issue) => store.closeIssue(issue.number),
    // Whose issue it is, Tamma's own list does not know.
    assign: async () => {},
    react: async () => {},
    createIssue: (issue) => store.createIssue({ ...issue, author: botName }),
  };
}

function ciHost(store: PlainGitStore): CiHost {
  return {
    checks: (sha) => store.listStatuses(sha),
    requiredChecks: async () => null,
    unreported: async () => [],
    reportStatus: (sha, name, { state, url }) => store.putStatus(sha, { name, state, required: true, url }),
  };
}
