import { person, sha } from "@tamma/core/domain/loop/testing/samples.ts";
import type { LoopHistories } from "./history.ts";
import { decide, leaseAnd } from "./telling.ts";

/** Loops that were merged. */
export const mergedHistories: LoopHistories = {
  "merged-at-once": {
    says: "everything is right the first time",
    tell: (told) => told.pays(12_000).toEnd(),
  },
  "merged-with-the-platforms-checks": {
    says: "context is added at the start, and the platform itself checks the commit",
    settings: { checks: "platform", confirmAssign: true },
    tell: (told) => {
      told.untilDoing("assign", "checkpoint");
      decide(told, "change", { text: "money is in cents" });
      told.untilDoing("design", "checkpoint");
      decide(told, "approve", { via: "comment" });
      told.say({ failing: ["ci"] }, "checks failed").untilDoing("complete", "checkpoint");
      decide(told, "approve", { via: "--yes" });
      told.toEnd();
    },
  },
  "merged-by-the-platform": {
    says: "the platform refuses once, tells of a base that moved, and merges from its queue",
    settings: { checks: "platform", merges: "platform" },
    tell: (told) => {
      told.say({ failing: ["merge"] }, "merge blocked old").say({ trouble: ["base"] }, "base moved");
      told.say({ trouble: ["queue"] }, "queued").toEnd();
    },
  },
  "merged-after-retries": {
    says: "several gates fail with new failures, and the next attempt is better",
    tell: (told) => {
      told.say({ failing: ["plan"] }, "survey old", "garbage old");
      told.say({ failing: ["design"] }, "garbage old");
      told.untilDoing("open", "leased").say({ failing: ["push"] }, "open old");
      rejectedRed(told);
      told.say({ failing: ["build", "test"] }, "build old", "test old");
      told
        .say({ failing: ["push"] }, "publish old")
        .say({ failing: ["review"] }, "blocking")
        .toEnd();
    },
  },
  "merged-after-a-hint": {
    says: "the agent fails twice the same way, a person gives a hint, and it goes through",
    settings: { onEscalation: "release" },
    tell: (told) => {
      told.say({ failing: ["implement"] }, "develop old", "develop old");
      told.say({}, "retry").toEnd();
    },
  },
  "merged-after-a-take-over": {
    says: "a person takes over, pushes, and the loop goes on with that head",
    tell: (told) => {
      told.say({ failing: ["build"] }, "build old", "build old");
      told
        .say({}, "take-over")
        .say({ trouble: ["head"] }, "foreign push")
        .toEnd();
    },
  },
  "merged-after-a-rebase": {
    says: "the default branch moves; the rebase changes nothing, so the approval is carried over",
    tell: (told) => told.say({ trouble: ["base"] }, "base moved").toEnd(),
  },
  "merged-after-a-stale-approval": {
    says: "somebody pushes after the approval, which no longer counts; it is asked again",
    tell: (told) => {
      told
        .untilDoing("merge", "call")
        .say({ trouble: ["head"] }, "foreign push")
        .toEnd();
    },
  },
  "merged-after-a-no-at-completion": {
    says: "a person rejects the finished work with a reason, and approves it later",
    tell: (told) => {
      told.untilDoing("complete", "checkpoint");
      decide(told, "reject", { text: "negative numbers round the wrong way" });
      told.toEnd();
    },
  },
  "merged-after-comments": {
    says: "a comment on the pull request is answered, and the working tree had to be cleaned",
    tell: (told) => {
      told.untilDoing("ci", "leased");
      const place = { path: "src/round.ts", line: 3, text: "why not even?" };
      told.send({ type: "CommentOnPullRequest", thread: "t1", author: person("ann"), ...place });
      told.say({ trouble: ["dirty"] }, "dirty").toEnd();
    },
  },
  "merged-by-two-persons": {
    says: "guardian: plan and opening are looked at, and two persons approve the completion",
    settings: { level: "business/guardian" },
    tell: (told) => told.toEnd(),
  },
  "merged-without-a-person": {
    says: "autopilot: the requester approved design and completion ahead",
    settings: { level: "dev/autopilot", preApproved: ["design", "complete"], mergeMethod: "squash" },
    tell: (told) => told.toEnd(),
  },
};

/** The agent's tests passed at once, so they proved nothing; then the agent gave up. */
function rejectedRed(told: Parameters<typeof leaseAnd>[0]): void {
  const evidence = { summary: "no failing test", fingerprint: "red", excerpt: "", log: null };
  leaseAnd(told, "implement", {
    kind: "develop",
    result: { outcome: "failed", evidence, rejections: ["the new test passes without the change"] },
  });
  // A patch of something else than was surveyed is refused before it runs.
  leaseAnd(told, "implement", {
    kind: "develop",
    result: {
      ...{ outcome: "done", summary: "did it", rejections: [], testFiles: [], replies: [] },
      patch: {
        ...{ base: sha("b"), tree: sha("9"), files: [], commits: [] },
        diff: { sha256: "a".repeat(64), size: 0, mediaType: "text/x-diff" },
      },
    },
  });
}
