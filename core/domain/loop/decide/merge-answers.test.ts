import { describe, expect, test } from "vitest";
import type { MergeOutcome, MergeRefusal } from "../../platform/merging.ts";
import { react } from "../react.ts";
import type { Loop } from "../state.ts";
import { commented, factsOf, foreignPush, leased, outcomeOf, say } from "../testing/commands.ts";
import { person, sha } from "../testing/samples.ts";
import { drive, given, send, started } from "../testing/scenario.ts";

const hosted = { checks: "platform", merges: "platform" } as const;
const callOf = (loop: Loop) => (loop.state === "active" && loop.doing.kind === "call" ? loop.doing : null);
const merging = () => drive(started(hosted), (loop) => callOf(loop)?.call === "merge");
const answer = (loop: Loop, outcome: MergeOutcome, n = callOf(loop)?.n ?? 0) => ({
  ...({ type: "ReportMerge", n, outcome } as const),
});
const refusal = (loop: Loop, why: MergeRefusal) => answer(loop, { state: "refused", refusal: why });
const kinds = (loop: Loop) => react(loop).effects.map(({ kind }) => kind);

describe("a platform that merges", () => {
  test("is asked only in turn, and no runner gets the merge", () => {
    const loop = merging();
    expect(factsOf(loop).mergeTurnHeld).toBe(true);
    expect(kinds(loop)).toContain("call");
    expect(kinds(loop)).not.toContain("offer-job");
  });

  test("has merged: the loop ends, its branch is deleted, and nothing is recorded by hand", () => {
    const loop = merging();
    const merged = answer(loop, { state: "merged", sha: sha("a") });
    const { loop: end, events } = given(loop).when(merged).then("GatePassed", "Merged");
    expect(events[1]).toMatchObject({ sha: sha("a"), head: factsOf(loop).head, base: factsOf(loop).base });
    expect(kinds(end)).toEqual(expect.arrayContaining(["delete-branch", "close-issue"]));
    expect(kinds(end)).not.toContain("record-merge");
    const byRunner = kinds(drive(started(), (one) => one.state === "ended"));
    expect(byRunner).toContain("record-merge");
    expect(byRunner).not.toContain("delete-branch");
  });

  test("a head that moved is verified; what was approved counts no more", () => {
    const loop = merging();
    const { loop: after } = given(loop)
      .when(refusal(loop, { why: "head-moved", head: sha("e") }))
      .then(
        ...(["HeadMoved", "ApprovalExpired", "AttemptStarted", "AttemptStarted"] as const),
        ...(["AttemptStarted", "AttemptStarted", "JobQueued"] as const),
      );
    expect(factsOf(after)).toMatchObject({ head: sha("e"), headMoved: true });
    given(loop)
      .when(refusal(loop, { why: "head-moved", head: null }))
      .then("GateFailed", "RetryScheduled", "AttemptStarted", "CallRequested");
  });

  test("a base that moved is rebased on, and the approval of an unchanged change is carried over", () => {
    const loop = merging();
    const { loop: after } = given(loop)
      .when(refusal(loop, { why: "base-moved", base: sha("c") }))
      .then("BaseMoved", "JobQueued");
    const end = drive(after, (one) => one.state !== "active");
    expect(end).toMatchObject({ outcome: "merged", facts: { base: sha("c"), checkpoints: 2 } });
  });

  test("a conflict and a rule that is not met fail the gate in the platform's words", () => {
    const loop = merging();
    for (const why of ["conflict", "blocked"] as const) {
      const words = "Required status check is expected";
      const once = send(loop, refusal(loop, { why, words })).loop;
      expect(factsOf(once).failure?.evidence).toMatchObject({ excerpt: words });
      expect(callOf(once)?.n).toBeGreaterThan(callOf(loop)?.n ?? 0);
      const twice = send(once, refusal(once, { why, words })).loop;
      expect(twice).toMatchObject({ state: "escalated", card: { gate: "merge", step: "merge" } });
    }
  });

  test("a queue is waited for under the same call, however often it says so", () => {
    const loop = merging();
    const queued = answer(loop, { state: "queued" });
    const { loop: waits } = given(loop).when(queued).then("MergeQueued");
    expect(callOf(waits)).toMatchObject({ queued: true, n: callOf(loop)?.n });
    expect(react(waits).effects.find(({ kind }) => kind === "call")).toEqual(
      react(loop).effects.find(({ kind }) => kind === "call"),
    );
    given(waits).when(queued).then();
    // Asked anew after it left the queue, it begins without a place there.
    const left = send(waits, refusal(waits, { why: "blocked", words: "it left the queue" })).loop;
    expect(callOf(left)?.queued).toBeUndefined();
    expect(outcomeOf(waits)).toBe("merged");
  });

  test("an answer to an older wish changes nothing", () => {
    const loop = say(started(hosted), { failing: ["merge"], trouble: [] }, "conflict");
    const now = drive(loop, (one) => callOf(one)?.call === "merge");
    const old = (callOf(now)?.n ?? 0) - 1;
    given(now)
      .when(answer(now, { state: "merged", sha: sha("a") }, old))
      .thenRefused("call-not-open");
    given(leased("merge"))
      .when(answer(now, { state: "merged", sha: sha("a") }))
      .thenRefused("call-not-open");
  });

  test("a comment or a push that comes while it merges waits for the platform's answer", () => {
    const loop = merging();
    const talked = given(loop).when(commented("t1")).then("ThreadOpened").loop;
    expect(callOf(talked)).toEqual(callOf(loop));
    given(loop)
      .when(foreignPush(loop, sha("e")))
      .then();
    // If it did not merge, the comment is answered before it is asked again.
    const back = send(talked, refusal(talked, { why: "blocked", words: "no" })).loop;
    expect(back).toMatchObject({ step: "address", doing: { kind: "job" } });
  });

  test("a cancelled loop takes no answer any more", () => {
    const loop = merging();
    const cancelled = send(loop, { type: "CancelLoop", by: person("ann"), reason: "" }).loop;
    given(cancelled)
      .when(answer(loop, { state: "merged", sha: sha("a") }))
      .thenRefused("loop-ended");
  });
});
