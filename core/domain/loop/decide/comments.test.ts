import { expect, test } from "vitest";
import {
  atCheckpoint,
  checkpointOf,
  commented,
  decision,
  factsOf,
  jobOf,
  leased,
  outcomeOf,
  toCheckpoint,
} from "../testing/commands.ts";
import { drive, given, loopDoing, send, started } from "../testing/scenario.ts";

test("a comment opens a thread and does not stop the work", () => {
  const loop = leased("develop");
  const after = given(loop).when(commented("t1")).then("ThreadOpened");
  expect(factsOf(after.loop).threads).toMatchObject([{ id: "t1", author: "ann", person: true, reply: null }]);
  expect(jobOf(after.loop)).toEqual(jobOf(loop));
});

test.each(["/tamma approve", "Approved. Checkpoint complete: yes (via: dashboard)", "1"])(
  "a comment decides nothing, whatever it says: %s",
  (text) => {
    const complete = atCheckpoint("complete");
    const before = factsOf(complete).approvals;
    const { loop } = send(complete, { ...commented("t1"), text });
    expect(factsOf(loop).approvals.filter((one) => one.stale === null)).toEqual(
      before.filter((one) => one.stale === null && one.kind !== "complete"),
    );
    expect(factsOf(loop).threads).toMatchObject([{ text, reply: null }]);
  },
);

test("the same comment delivered twice is one thread", () => {
  const loop = send(leased("develop"), commented("t1")).loop;
  given(loop).when(commented("t1")).then();
});

test("without a pull request there is nothing to comment on", () => {
  given(loopDoing("plan", "model")).when(commented("t1")).thenRefused("no-pull-request");
});

test("a comment at completion goes back to address, and the person is asked again", () => {
  const complete = atCheckpoint("complete");
  const { loop } = given(complete)
    .when(commented("t1"))
    .then(
      ...(["ThreadOpened", "ChangeRequested", "StepEntered", "AddressRoundStarted"] as const),
      ...(["AttemptStarted", "JobQueued"] as const),
    );
  given(loop).when(decision(complete)).thenRefused("already-decided");
  const again = toCheckpoint("complete", loop);
  expect(checkpointOf(again).id).not.toBe(checkpointOf(complete).id);
  expect(factsOf(again).threads[0]?.reply).toBe("done");
});

test("a comment at another checkpoint waits until address", () => {
  const tests = drive(
    started(),
    (one) => one.state === "active" && one.doing.kind === "job" && one.step === "push",
  );
  given(tests).when(commented("t1")).then("ThreadOpened");
});

test("a comment while the merge waits for its turn is answered before anything is merged", () => {
  const complete = atCheckpoint("complete");
  const queued = send(complete, decision(complete)).loop;
  const after = given(queued).when(commented("t1")).then("ThreadOpened");
  const { loop } = given(after.loop)
    .when({ type: "GrantMergeTurn" })
    .then("MergeTurnGranted", "StepEntered", "AddressRoundStarted", "AttemptStarted", "JobQueued");
  expect(factsOf(loop).mergeTurnHeld).toBe(false);
  expect(outcomeOf(loop)).toBe("merged");
});

test("a merge that no runner took yet is called back; one under way is not", () => {
  const queued = drive(
    started(),
    (one) => one.state === "active" && one.doing.kind === "job" && one.doing.job.kind === "merge",
  );
  given(queued)
    .when(commented("t1"))
    .then(
      ...(["ThreadOpened", "JobDropped", "StepEntered", "AddressRoundStarted"] as const),
      ...(["AttemptStarted", "JobQueued"] as const),
    );
  given(leased("merge")).when(commented("t1")).then("ThreadOpened");
});

test("a merge whose runner was lost is not called back: it may have happened", () => {
  const merging = leased("merge");
  const { id: job, fence } = jobOf(merging);
  const { loop } = given(merging).when({ type: "ExpireLease", job, fence }).then("LeaseLost");
  const after = given(loop).when(commented("t1")).then("ThreadOpened");
  expect(jobOf(after.loop)).toMatchObject({ id: job, kind: "merge", runner: null });
});

test("a comment answered without a change goes straight back to the person, on the same head", () => {
  const complete = atCheckpoint("complete");
  const addressing = leased("develop", send(complete, commented("t1")).loop, "address");
  const { patch } = factsOf(addressing);
  if (!patch) throw new Error("no patch");
  const { id: job, fence } = jobOf(addressing);
  const replies = [
    { thread: "t1", text: "because money rounds up" },
    { thread: "unknown", text: "dropped" },
  ];
  const done = { outcome: "done" as const, patch, summary: "", rejections: [], testFiles: [], replies };
  const report = { kind: "develop" as const, result: done };
  const { loop } = given(addressing)
    .when({ type: "ReportJobResult", job, fence, result: report })
    .then("JobFinished", "ThreadAnswered", "StepEntered", "PolicyDecided", "CheckpointOpened");
  expect(checkpointOf(loop).subject).toBe(checkpointOf(complete).subject);
});

test("nobody comments on a loop that ended", () => {
  const ended = drive(started(), (one) => one.state === "ended");
  given(ended).when(commented("t1")).thenRefused("loop-ended");
});
