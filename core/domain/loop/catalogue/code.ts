import type { Patch, Receipt, Verdict } from "../evidence.ts";
import { blob, commit, type Entries, hash } from "./entry.ts";

const patch: Patch = {
  ...{ base: commit("b"), tree: commit("7"), diff: blob },
  files: [
    {
      ...{ path: "src/round.ts", status: "modified", modeBefore: "100644", modeAfter: "100644" },
      ...{ binary: false, added: 3, removed: 1 },
    },
  ],
  commits: [{ message: "Round half up", paths: ["src/round.ts"] }],
};
const receipt: Receipt = {
  ...{ kind: "build", base: commit("b"), tree: commit("7") },
  ...{ commands: [{ argv: ["npm", "run", "build"], exitCode: 0, ms: 2_150 }], tests: [], testFiles: [] },
  ...{ tools: { node: "24.1.0" }, protection: { kind: "bubblewrap", promises: [], gaps: [] }, log: blob },
};
const passed: Verdict = { gate: "build", outcome: "passed", receipts: [receipt], evidence: null };
const evidence = {
  ...{ summary: "2 tests fail", fingerprint: "round.test.ts:12", excerpt: "expected 3, got 2", log: blob },
};

/** Events of branch, patch, gates and merge. */
export const codeEntries = {
  BranchCreated: {
    says: "The branch is on the remote, with one empty commit on top of the base.",
    example: {
      ...{ type: "BranchCreated", branch: "tamma/7-round-half-up", base: commit("b"), head: commit("1") },
    },
  },
  PullRequestOpened: {
    says: "The draft pull request is open.",
    example: { type: "PullRequestOpened", id: "12", number: 12, url: "http://localhost:8080/app/pulls/12" },
  },
  PullRequestReady: {
    says: "The pull request left draft.",
    example: { type: "PullRequestReady" },
  },
  RedRejected: {
    says: "The agent's tests were refused: they passed at once, or failed for a wrong reason.",
    example: { type: "RedRejected", reason: "test/round.test.ts passes before the change" },
  },
  PatchProposed: {
    says: "There is work on the code, as a patch; nothing of it is published yet.",
    example: {
      ...{ type: "PatchProposed", patch, summary: "halves round up", testFiles: ["test/round.test.ts"] },
    },
  },
  PatchRefused: {
    says: "The patch broke a rule of the control plane and was never run.",
    example: { type: "PatchRefused", reasons: ["../etc/passwd leaves the repository"] },
  },
  ChangeMeasured: {
    says: "A clean checkout arrived at this tree and measured its risk.",
    example: {
      ...{ type: "ChangeMeasured", tree: commit("7"), scan: [], absentScanners: ["npm audit"] },
      signatures: [
        {
          ...{ path: "src/round.ts", name: "round", change: "changed", breaking: true },
          detail: "signature of `round()` changed: parameter `mode` added",
        },
      ],
      ...{ unproven: false, lockedTests: [{ path: "test/round.test.ts", sha256: hash("c") }] },
    },
  },
  TestsWeakened: {
    says: "Tests or the rules around them became weaker, and a person has to agree.",
    example: {
      ...{ type: "TestsWeakened", tree: commit("7") },
      items: [{ path: "test/round.test.ts", what: "a test is skipped" }],
    },
  },
  CodePushed: {
    says: "The proven tree is on the branch.",
    example: { type: "CodePushed", sha: commit("d"), tree: commit("7"), before: commit("1") },
  },
  HeadMoved: {
    says: "Somebody else moved the branch.",
    example: { type: "HeadMoved", from: commit("d"), to: commit("e") },
  },
  BaseMoved: {
    says: "The default branch moved on, and the patch has to be replayed on it.",
    example: { type: "BaseMoved", from: commit("b"), to: commit("c") },
  },
  PatchRebased: {
    says: "The patch was replayed on the new base.",
    example: { type: "PatchRebased", patch: { ...patch, base: commit("c") }, unchanged: true },
  },
  AttemptStarted: {
    says: "An attempt of a gate began; it is on record before the work is queued.",
    example: { type: "AttemptStarted", gate: "build", n: 1 },
  },
  GatePassed: {
    says: "A gate is green for a tree or a commit, with its receipts.",
    example: { type: "GatePassed", verdict: passed, subject: commit("7") },
  },
  GateFailed: {
    says: "A gate did not open, with the evidence.",
    example: { type: "GateFailed", gate: "test", attempt: 1, evidence },
  },
  RetryScheduled: {
    says: "The gate is tried again.",
    example: { type: "RetryScheduled", gate: "test", reason: "2 tests fail" },
  },
  WorkReopened: {
    says: "A person sent finished work back, and the next job has to mend it.",
    example: { type: "WorkReopened", reason: "negative halves are wrong" },
  },
  ChecksReported: {
    says: "The platform, or a runner in its place, said how the checks of a commit stand.",
    example: {
      ...{ type: "ChecksReported", sha: commit("d") },
      checks: [{ name: "tamma/ci", state: "passed", required: true, url: null }],
    },
  },
  ReviewAnswered: {
    says: "The model reviewed the diff of a commit.",
    example: {
      ...{ type: "ReviewAnswered", sha: commit("d") },
      review: {
        summary: "Correct for positive numbers.",
        findings: [
          {
            ...{ path: "src/round.ts", line: 3, severity: "blocking", title: "Negative halves" },
            ...{ detail: "-2.5 becomes -2", suggestion: "round the absolute value" },
          },
        ],
      },
    },
  },
  ReviewSubmitted: {
    says: "The review is on the pull request.",
    example: { type: "ReviewSubmitted", sha: commit("d") },
  },
  AddressRoundStarted: {
    says: "A round of answering open comments began.",
    example: { type: "AddressRoundStarted", n: 1, threads: ["t1"] },
  },
  MergeTurnGranted: {
    says: "It is this loop's turn to merge; one loop of a repository merges at a time.",
    example: { type: "MergeTurnGranted", turn: "plain-git/app/7#1~m1" },
  },
  MergeQueued: {
    says: "The platform took the head into its merge queue and merges it in its own time.",
    example: { type: "MergeQueued", head: commit("d") },
  },
  Merged: {
    says: "The pull request is merged, and the loop has ended.",
    example: { type: "Merged", sha: commit("a"), head: commit("d"), base: commit("b") },
  },
} satisfies Partial<Entries>;
