import { expect, test } from "vitest";
import { initialLoop } from "../evolve.ts";
import { react } from "../react.ts";
import { atCheckpoint, commented, decision, factsOf } from "../testing/commands.ts";
import { person, startLoop } from "../testing/samples.ts";
import { drive, given, loopAt, send, started } from "../testing/scenario.ts";

test("a start claims the issue", () => {
  given(initialLoop).when(startLoop()).then("LoopStarted", "StepEntered", "CallRequested");
});

test("a loop starts once", () => {
  given(started()).when(startLoop()).thenRefused("already-started");
  const ended = drive(started(), (loop) => loop.state === "ended");
  given(ended).when(startLoop()).thenRefused("already-started");
});

test("guardian refuses to start where fewer than three persons can sign in, and says why", () => {
  const alone = startLoop({ level: "business/guardian", membersMin: 2 });
  const refusal = given(initialLoop).when(alone).thenRefused("level-impossible");
  expect(refusal.message).toContain("two persons besides the requester");
});

test("the other levels start on a server with one person", () => {
  for (const level of ["dev/autopilot", "dev/consultant", "business/advisor"] as const)
    given(initialLoop)
      .when(startLoop({ level, membersMin: 1 }))
      .then("LoopStarted", "StepEntered", "CallRequested");
});

test("a claimed issue is surveyed at once when nobody asked to confirm", () => {
  given(started())
    .when({ type: "ReportClaimed" })
    .then("WorkItemClaimed", "PolicyDecided", "StepEntered", "AttemptStarted", "JobQueued");
});

test("an interactive start waits for `continue` or more context", () => {
  given(started({ confirmAssign: true }))
    .when({ type: "ReportClaimed" })
    .then("WorkItemClaimed", "PolicyDecided", "CheckpointOpened");
});

test("`continue` at assign begins the survey", () => {
  const loop = atCheckpoint("assign", { confirmAssign: true });
  given(loop)
    .when(decision(loop))
    .then("ApprovalGiven", "CheckpointPassed", "StepEntered", "AttemptStarted", "JobQueued");
});

test("context added at assign is kept for the model, and the loop goes on", () => {
  const loop = atCheckpoint("assign", { confirmAssign: true });
  const after = given(loop)
    .when(decision(loop, { decision: "change", text: "only for money" }))
    .then("ChangeRequested", "ContextAdded", "StepEntered", "AttemptStarted", "JobQueued");
  expect(factsOf(after.loop).instructions).toEqual(["only for money"]);
});

test("a no at assign ends the loop as rejected", () => {
  const loop = atCheckpoint("assign", { confirmAssign: true });
  const no = decision(loop, { decision: "reject", text: "not now" });
  const { loop: end } = given(loop).when(no).then("CheckpointRejected", "LoopRejected");
  expect(end).toMatchObject({ state: "ended", outcome: "rejected", reason: "not now" });
});

test("a late or doubled answer to the claim changes nothing", () => {
  given(loopAt("plan")).when({ type: "ReportClaimed" }).thenRefused("call-not-open");
});

test("nothing but a start is accepted by a loop that has not started", () => {
  given(initialLoop).when({ type: "ReportClaimed" }).thenRefused("loop-not-started");
  given(initialLoop).when({ type: "CancelLoop", by: person(), reason: "" }).thenRefused("loop-not-started");
  given(initialLoop).when(commented("t1")).thenRefused("loop-not-started");
  expect(react(initialLoop)).toEqual({ effects: [], timers: [] });
});

test("a loop that ended takes no more orders, and says how it ended", () => {
  const ended = drive(started(), (loop) => loop.state === "ended");
  const refusal = given(ended)
    .when({ type: "CancelLoop", by: person(), reason: "" })
    .thenRefused("loop-ended");
  expect(refusal.message).toContain("merged");
  given(ended).when({ type: "ReportClaimed" }).thenRefused("loop-ended");
});

test("time never runs backwards in the facts: the newest event's time is kept", () => {
  const loop = started();
  const later = send(loop, { type: "ReportClaimed" }).loop;
  expect(factsOf(later).now).toBeGreaterThan(factsOf(loop).now);
});
