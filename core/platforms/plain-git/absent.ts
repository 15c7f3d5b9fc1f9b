import type { CiRuns } from "../../ports/ci-runs.ts";
import type { PlatformReading } from "../../ports/platform-reading.ts";
import type { PlatformSetup } from "../../ports/platform-setup.ts";
import { unsupported } from "../_shared/unsupported.ts";

/**
 * What a bare Git remote has not, each with the way that is taken instead. A question that cannot be asked
 * must not look like one that was answered with nothing.
 */
type Absence = Parameters<typeof unsupported>[1];

/** Refuses whatever it is given. */
const absent =
  (capability: Absence, instead: string) =>
  (operation: string): (() => Promise<never>) =>
  async () => {
    throw unsupported(operation, capability, instead);
  };

const contents = absent("contents", "The runner reads branches and files by git.");
const records = absent("contents", "A loop keeps what it needs of issue and pull request itself.");
const permissions = absent("permissions", "Whoever has a token of the server may do everything.");
const reviews = absent("inlineComments", "Findings stand in the conversation, with path and line.");
const setUp = absent("setup", "There is nothing to set up: the runner looks at the branches.");
const noRuns = "The runner does the jobs, and judges each pushed commit itself.";
const runs = absent("dispatch", noRuns);

export const plainGitReading: PlatformReading = {
  me: permissions("me"),
  repository: contents("repository"),
  permissionOf: permissions("permissionOf"),
  issue: records("issue"),
  issuesWith: records("issuesWith"),
  // Nobody is told apart there, which is an answer.
  labelledBy: async () => null,
  comments: records("comments"),
  // No delivery is ever lost there.
  commentsSince: async () => null,
  closedBy: async () => null,
  pullRequest: records("pullRequest"),
  pullRequestOf: records("pullRequestOf"),
  reviews: reviews("reviews"),
  threads: reviews("threads"),
  mergeability: absent("mergeMethods", "The runner finds out by git when it merges.")("mergeability"),
  headOf: contents("headOf"),
  branchRules: contents("branchRules"),
  file: contents("file"),
  compare: contents("compare"),
};

export const plainGitRuns: CiRuns = {
  dispatch: runs("dispatch"),
  started: runs("started"),
  run: runs("run"),
  runsFor: runs("runsFor"),
  jobs: runs("jobs"),
  log: absent("logs", "The runner keeps the end of what failed as evidence.")("log"),
  cancel: absent("cancelRun", "A loop that is stopped takes its job back from the runner.")("cancel"),
  rerunFailed: absent("rerunFailed", "The runner judges the next commit.")("rerunFailed"),
};

const lost = "Nothing is delivered, so nothing is lost: the runner looks at the branches.";

export const plainGitSetup: PlatformSetup = {
  putWebhook: setUp("putWebhook"),
  webhooks: setUp("webhooks"),
  removeWebhook: setUp("removeWebhook"),
  lostDeliveries: absent("redeliver", lost)("lostDeliveries"),
  redeliver: absent("redeliver", lost)("redeliver"),
  hasLabel: setUp("hasLabel"),
  putLabel: setUp("putLabel"),
  putFileOnBranch: setUp("putFileOnBranch"),
};

/** For git, the runner's machine has what it needs by itself: its keys, its files. */
export const plainGitAccess = absent(
  "setup",
  "The runner's own ssh keys and files let its git in.",
)("gitAccess");
