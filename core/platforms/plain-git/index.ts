import type { PlainGitStore } from "../../ports/plain-git-store.ts";
import type { CiHost, CodeHost, IssueTracker, Platform } from "../../ports/platform.ts";
import { convertPull, numberOf } from "./convert.ts";

/** Who writes Tamma's own comments and replies. */
const botName = "tamma";

/**
 * A repository without a platform. Content goes through git in the runner; issues, pull requests and verdicts
 * are Tamma's own, in `store`.
 *
 * @param urlOf address at which people see a pull request
 */
export function plainGitPlatform(store: PlainGitStore, urlOf: (number: number) => string): Platform {
  return { codeHost: codeHost(store, urlOf), issues: issueTracker(store), ci: ciHost(store) };
}

function codeHost(store: PlainGitStore, urlOf: (number: number) => string): CodeHost {
  return {
    openPullRequest: async (request) => convertPull(await store.openPull(request), urlOf),
    setDraft: (pull, draft) => store.updatePull(pull.number, { draft }),
    upsertComment: (pull, key, body) => store.putComment(`pull:${pull.number}`, key, botName, body),
    addLabels: (pull, labels) => store.addLabels(`pull:${pull.number}`, labels),
    submitReview: (pull, review) => store.putReview(pull.number, review),
    replyToThread: (pull, thread, key, text) =>
      store.putReply(pull.number, { key, thread, author: botName, text }),
    closePullRequest: (pull) => store.updatePull(pull.number, { state: "closed" }),
    recordMerge: (pull, sha) =>
      store.updatePull(pull.number, { state: "merged", draft: false, mergeSha: sha }),
  };
}

function issueTracker(store: PlainGitStore): IssueTracker {
  return {
    addLabels: (issue, labels) => store.addLabels(`issue:${numberOf(issue)}`, labels),
    removeLabels: (issue, labels) => store.removeLabels(`issue:${numberOf(issue)}`, labels),
    upsertComment: (issue, key, body) => store.putComment(`issue:${numberOf(issue)}`, key, botName, body),
    closeIssue: (issue) => store.closeIssue(numberOf(issue)),
    createIssue: (issue) => store.createIssue({ ...issue, author: botName }),
  };
}

function ciHost(store: PlainGitStore): CiHost {
  return {
    checks: (sha) => store.listStatuses(sha),
    reportStatus: (sha, name, state, url) => store.putStatus(sha, { name, state, required: true, url }),
  };
}
