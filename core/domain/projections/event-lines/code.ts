import { type Lines, short } from "./lines.ts";

export const codeLines = {
  BranchCreated: ({ branch, base }) => `branch ${branch} at ${short(base)}`,
  PullRequestOpened: ({ number, url }) => `draft pull request #${number} ${url}`,
  PullRequestReady: () => "the pull request left draft",
  RedRejected: ({ reason }) => `tests refused: ${reason}`,
  PatchProposed: ({ patch, summary }) => `${patch.files.length} files changed: ${summary}`,
  PatchRefused: ({ reasons }) => `the patch was refused: ${reasons.join("; ")}`,
  ChangeMeasured: ({ tree, signatures, scan }) => {
    const breaking = signatures.filter((one) => one.breaking).length;
    return `measured tree ${short(tree)}: ${breaking} breaking, ${scan.length} findings`;
  },
  TestsWeakened: ({ items }) =>
    `rules became weaker: ${items.map((item) => `${item.path}: ${item.what}`).join("; ")}`,
  CodePushed: ({ sha, before }) => `pushed ${short(sha)} over ${short(before)}`,
  HeadMoved: ({ from, to }) => `somebody moved the branch from ${short(from)} to ${short(to)}`,
  BaseMoved: ({ from, to }) => `the default branch moved from ${short(from)} to ${short(to)}`,
  PatchRebased: ({ patch, unchanged }) =>
    `replayed on ${short(patch.base)}${unchanged ? ", the change is the same" : ""}`,
  WorkReopened: ({ reason }) => `back to work: ${reason}`,
  AttemptStarted: ({ gate, n }) => `${gate}: attempt ${n}`,
  GatePassed: ({ verdict, subject }) => `${verdict.gate} passed for ${short(subject)}`,
  GateFailed: ({ gate, attempt, evidence }) => `${gate} failed (attempt ${attempt}): ${evidence.summary}`,
  RetryScheduled: ({ gate, reason }) => `${gate} is tried again: ${reason}`,
  ChecksReported: ({ sha, checks }) =>
    `checks on ${short(sha)}: ${checks.map((check) => `${check.name} ${check.state}`).join(", ") || "none"}`,
  ReviewAnswered: ({ review }) => `review: ${review.summary} (${review.findings.length} findings)`,
  ReviewSubmitted: ({ sha }) => `the review of ${short(sha)} is on the pull request`,
  AddressRoundStarted: ({ n, threads }) => `round ${n}: answering ${threads.length} comments`,
  MergeTurnGranted: () => "it is this loop's turn to merge",
  MergeQueued: ({ head }) => `${short(head)} stands in the platform's merge queue`,
  Merged: ({ sha, base }) => `merged as ${short(sha)} onto ${short(base)}`,
} satisfies Partial<Lines>;
