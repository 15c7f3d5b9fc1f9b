import { describe, expect, test } from "vitest";
import type { JobResult } from "../jobs.ts";
import type { Loop } from "../state.ts";
import {
  atCheckpoint,
  checkpointOf,
  decision,
  factsOf,
  jobOf,
  leased,
  outcomeOf,
  resolve,
  result,
  say,
  toCheckpoint,
} from "../testing/commands.ts";
import { person, sha } from "../testing/samples.ts";
import { drive, given, send, started } from "../testing/scenario.ts";

const world = { failing: [], trouble: ["base", "dirty"] } as const;
const merge = (loop: Loop, outcome: Extract<JobResult, { kind: "merge" }>["result"]) =>
  result(loop, { kind: "merge", result: outcome });

test("a merge that is done ends the loop with all three shas", () => {
  const loop = leased("merge");
  const { events, loop: end } = given(loop)
    .when(merge(loop, { outcome: "done", sha: sha("a") }))
    .then("JobFinished", "GatePassed", "Merged");
  expect(events[2]).toMatchObject({ sha: sha("a"), head: factsOf(loop).head, base: sha("b") });
  expect(end).toMatchObject({ state: "ended", outcome: "merged", step: "next" });
  expect(factsOf(end)).toMatchObject({ slotHeld: false, mergeTurnHeld: false });
});

describe("a base that moved", () => {
  const moved = (from: Loop) => say(leased("merge", from), world, "base moved");

  test("the patch is replayed, proven again and pushed; what was approved is carried over", () => {
    const loop = moved(started());
    expect(jobOf(loop).kind).toBe("rebase");
    const before = factsOf(loop).approvals.at(-1)?.subject;
    const end = drive(loop, (one) => one.state === "ended");
    expect(end).toMatchObject({ outcome: "merged" });
    const { approvals, head, base, branchBase, checkpoints } = factsOf(end);
    expect(approvals.at(-1)).toMatchObject({ kind: "complete", subject: head, stale: null });
    expect(head).not.toBe(before);
    expect([base, branchBase]).toEqual([sha("c"), sha("c")]);
    expect(checkpoints).toBe(factsOf(loop).checkpoints);
  });

  test("the review is carried over with it, and no model is asked again", () => {
    const loop = moved(started());
    expect(factsOf(drive(loop, (one) => one.state === "ended")).asks).toBe(factsOf(loop).asks);
  });

  test("guardian asks two persons again", () => {
    const loop = moved(started({ level: "business/guardian" }));
    const again = toCheckpoint("complete", loop);
    expect(checkpointOf(again).approvals).toEqual([]);
    expect(factsOf(again).approvals.filter((one) => one.kind === "complete" && !one.stale)).toEqual([]);
    expect(outcomeOf(again)).toBe("merged");
  });

  test("a replay that changed the text is reviewed and approved anew", () => {
    const loop = leased("rebase", moved(started()));
    const { patch } = factsOf(loop);
    if (!patch) throw new Error("no patch");
    const replayed = { ...patch, base: sha("c"), tree: sha("0") };
    const { loop: after } = given(loop)
      .when(result(loop, { kind: "rebase", result: { outcome: "done", patch: replayed, unchanged: false } }))
      .then(
        ...(["JobFinished", "PatchRebased", "AttemptStarted", "AttemptStarted"] as const),
        ...(["AttemptStarted", "AttemptStarted", "JobQueued"] as const),
      );
    const again = toCheckpoint("complete", after);
    expect(factsOf(again).asks).toBe(factsOf(loop).asks + 1);
    expect(factsOf(again).approvals.at(-1)?.stale).toContain("the head moved");
  });

  test("a conflict uses up an attempt of the merge, and twice the same goes to a person", () => {
    const fight = { failing: ["merge"], trouble: ["base"] } as const;
    const once = say(leased("merge"), fight, "base moved", "conflict");
    expect(once).toMatchObject({ state: "active", step: "merge" });
    const twice = say(leased("merge", once), fight, "base moved", "conflict");
    expect(twice).toMatchObject({ state: "escalated", card: { gate: "merge" } });
    expect(twice).toMatchObject({ card: { what: "the default branch changed the same lines: a" } });
  });

  test("a replayed patch that no runner came to prove is proven before anything is merged", () => {
    const loop = leased("rebase", moved(started()));
    const verifying = say(loop, world, "rebased");
    const key = `runner-deadline:offer:${jobOf(verifying).id}:0:0`;
    const stuck = send(verifying, { type: "FireTimer", key, timer: "runner-deadline" }).loop;
    const after = send(stuck, resolve(stuck, "retry")).loop;
    expect(jobOf(after)).toMatchObject({ kind: "verify", purpose: "gates" });
    expect(outcomeOf(after)).toBe("merged");
  });
});

test("a dirty working tree is an obstacle; put right, the loop asks for its turn again and merges", () => {
  const loop = leased("merge");
  const { loop: dirty } = given(loop)
    .when(merge(loop, { outcome: "dirty-tree", files: ["a.txt"] }))
    .then("JobFinished", "ObstacleMet");
  expect(dirty).toMatchObject({ doing: { obstacle: { obstacle: "dirty-tree" } } });
  expect(factsOf(dirty).mergeTurnHeld).toBe(false);
  const { loop: after } = given(dirty)
    .when({ type: "ClearObstacle", by: person("ann") })
    .then("ObstacleCleared", "ResumePlanned", "CallRequested");
  expect(outcomeOf(after)).toBe("merged");
});

test("nothing is cleared where nothing is in the way", () => {
  given(leased("merge"))
    .when({ type: "ClearObstacle", by: person("ann") })
    .thenRefused("no-obstacle");
});

test("a branch that is gone uses up an attempt, of the push or of the merge", () => {
  const merging = leased("merge");
  given(merging)
    .when(merge(merging, { outcome: "head-moved", head: null }))
    .then("JobFinished", "GateFailed", "RetryScheduled", "AttemptStarted", "JobQueued");
  const pushing = leased("publish");
  given(pushing)
    .when(result(pushing, { kind: "publish", result: { outcome: "head-moved", head: null } }))
    .then("JobFinished", "GateFailed", "RetryScheduled", "AttemptStarted", "JobQueued");
});

test("an open that failed is tried again", () => {
  const loop = leased("open");
  const evidence = { summary: "no", fingerprint: "x", excerpt: "", log: null };
  const { loop: after } = send(loop, result(loop, { kind: "open", result: { outcome: "failed", evidence } }));
  expect(jobOf(after).kind).toBe("open");
  expect(outcomeOf(after)).toBe("merged");
});

test("a push of another tree than the proven one fails, and the second time goes to a person", () => {
  const loop = leased("publish");
  const forged = { outcome: "done", sha: sha("d"), tree: sha("5") } as const;
  const once = send(loop, result(loop, { kind: "publish", result: forged })).loop;
  expect(factsOf(once).pushed).toBe(null);
  const again = leased("publish", once);
  const { loop: stopped } = given(again)
    .when(result(again, { kind: "publish", result: forged }))
    .then("JobFinished", "GateFailed", "Escalated");
  expect(stopped).toMatchObject({ card: { gate: "push", what: expect.stringContaining("pushed tree") } });
});

test("a replayed patch obeys the rules of every patch, and stands on the new base", () => {
  const movedBase = say(leased("merge"), { failing: [], trouble: ["base"] }, "base moved");
  const loop = leased("rebase", movedBase);
  const { patch } = factsOf(loop);
  if (!patch) throw new Error("no patch");
  const hooks = { ...patch.files[0], path: ".git/hooks/pre-push", status: "added" as const };
  const forged = { ...patch, base: sha("4"), files: [{ ...hooks, modeBefore: "000000" }] } as typeof patch;
  const { loop: after } = given(loop)
    .when(result(loop, { kind: "rebase", result: { outcome: "done", patch: forged, unchanged: true } }))
    .then("JobFinished", "PatchRefused", "GateFailed", "RetryScheduled", "AttemptStarted", "JobQueued");
  const refused = factsOf(after).attempts.merge.evidence.at(-1)?.summary;
  expect(refused).toContain("Git's own folder");
  expect(refused).toContain(`not against ${sha("c")}`);
});

test("a merge turn asks every gate once more: an approval that went stale stops it", () => {
  const complete = atCheckpoint("complete");
  const queued = send(complete, decision(complete)).loop;
  if (queued.state !== "active") throw new Error("not active");
  const stale = queued.facts.approvals.map((one) => ({ ...one, stale: "the head moved" }));
  const { loop } = given({ ...queued, facts: { ...queued.facts, approvals: stale } })
    .when({ type: "GrantMergeTurn", turn: "m1" })
    .then("MergeTurnGranted", "Escalated");
  expect(loop).toMatchObject({ card: { why: "completion is not approved for this head" } });
});
