import { commit, type Entries, loop, mia } from "./entry.ts";

const checkpoint = `${loop}~c2`;

/** Events of decisions, comments and escalations. */
export const peopleEntries = {
  PolicyDecided: {
    says: "Policy said who has to decide at a checkpoint, and why.",
    example: {
      ...{ type: "PolicyDecided", checkpoint: "complete", needed: true, persons: 1, notRequester: false },
      ...{ reserved: ["deletion"], reasons: ["dev/consultant needs one person at complete"] },
    },
  },
  CheckpointOpened: {
    says: "The loop waits for a person; the decision will be bound to the subject that is shown.",
    example: {
      ...{ type: "CheckpointOpened", checkpoint, kind: "complete", subject: commit("d"), persons: 1 },
      ...{ notRequester: false, reserved: [], question: "Merge this pull request?" },
    },
  },
  ApprovalGiven: {
    says: "One person said yes to exactly this subject.",
    example: {
      ...{ type: "ApprovalGiven", checkpoint, kind: "complete", subject: commit("d"), option: null },
      ...{ by: mia, via: "dashboard" },
    },
  },
  CheckpointPassed: {
    says: "As many persons as policy wants said yes, and the loop goes on.",
    example: { type: "CheckpointPassed", checkpoint, kind: "complete" },
  },
  CheckpointRejected: {
    says: "A person said no, with a reason.",
    example: {
      ...{ type: "CheckpointRejected", checkpoint, kind: "complete", by: mia },
      reason: "negative halves are wrong",
    },
  },
  ChangeRequested: {
    says: "A person wants it otherwise, and the loop works on with the words.",
    example: {
      ...{ type: "ChangeRequested", checkpoint, kind: "complete", text: "say it in the changelog", by: mia },
    },
  },
  ApprovalExpired: {
    says: "An approval no longer counts, because what it was bound to moved.",
    example: {
      ...{ type: "ApprovalExpired", kind: "complete", subject: commit("d") },
      reason: `the head moved to ${commit("e")}`,
    },
  },
  ApprovalCarriedOver: {
    says: "The loop's own rebase left the change as it was, so the approval holds for the new head too.",
    example: { type: "ApprovalCarriedOver", kind: "complete", from: commit("d"), to: commit("e") },
  },
  ThreadOpened: {
    says: "A person commented on the pull request, or the review found something to answer.",
    example: {
      ...{ type: "ThreadOpened", thread: "t1", author: "mia", person: true, path: "src/round.ts", line: 3 },
      text: "Why not to even?",
    },
  },
  ThreadAnswered: {
    says: "A thread got a change or a reasoned reply.",
    example: { type: "ThreadAnswered", thread: "t1", reply: "Invoices round half up; see the issue." },
  },
  Reminded: {
    says: "A person was reminded that the loop waits.",
    example: { type: "Reminded", about: "design", n: 1 },
  },
  Escalated: {
    says: "The loop was handed to a person, with everything needed to take over.",
    example: {
      type: "Escalated",
      card: {
        ...{ escalation: `${loop}~e1`, step: "test", gate: "test", what: "2 tests fail" },
        ...{ why: "the same failure twice in a row (round.test.ts:12)", excerpt: "expected 3, got 2" },
        attempts: [
          { n: 1, summary: "2 tests fail", fingerprint: "round.test.ts:12" },
          { n: 2, summary: "2 tests fail", fingerprint: "round.test.ts:12" },
        ],
        ...{ costMicroUsd: 412_000, choices: ["retry", "take-over", "split", "abandon"] },
      },
    },
  },
  EscalationResolved: {
    says: "A person decided how an escalated loop goes on.",
    example: {
      ...{ type: "EscalationResolved", escalation: `${loop}~e1`, choice: "retry", by: mia },
      hint: "look at negative numbers",
    },
  },
  ObstacleMet: {
    says: "Something in the world has to be put right by a person before the loop can go on.",
    example: {
      ...{ type: "ObstacleMet", obstacle: "dirty-tree", what: "uncommitted changes: a.txt" },
      todo: "commit or stash them, then `tamma retry`",
    },
  },
  ObstacleCleared: {
    says: "What was in the way is gone.",
    example: { type: "ObstacleCleared", obstacle: "dirty-tree", by: mia, at: 1_764_000_000_000 },
  },
} satisfies Partial<Entries>;
