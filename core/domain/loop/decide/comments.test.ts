import { expect, test } from "vitest";
import {
  addressRoundsMax,
  excerptCharsMax,
  openThreadsMax,
  threadsPerRoundMax,
} from "../../policy/limits.ts";
import { jobSpec } from "../job-spec.ts";
import type { Loop } from "../state.ts";
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
    .when({ type: "GrantMergeTurn", turn: "m1" })
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

/** The loop with so many open comments, each as long as the API takes one. */
function flooded(loop: Loop, comments: number, name = "flood"): Loop {
  const text = "a".repeat(60_000);
  return Array.from({ length: comments }, (_, index) => ({ ...commented(`${name}${index}`), text })).reduce(
    (now, command) => send(now, command).loop,
    loop,
  );
}

test("a flood of comments is answered in rounds, and what is too much is refused with what to do", () => {
  const full = flooded(leased("develop"), openThreadsMax);
  given(full).when(commented("more")).thenRefused("too-many-comments");
  const rounds: number[] = [];
  const end = drive(full, (loop) => {
    if (loop.state !== "active") return true;
    if (loop.doing.kind !== "job" || loop.doing.job.runner !== null) return false;
    const { job } = loop.doing;
    if (job.purpose === "address") {
      const spec = jobSpec(loop.facts, job);
      rounds.push(spec.kind === "develop" ? spec.threads.length : 0);
    }
    return false;
  });
  expect(rounds).toEqual([threadsPerRoundMax, openThreadsMax - threadsPerRoundMax]);
  expect(outcomeOf(end)).toBe("merged");
  expect(factsOf(end).threads.every((thread) => thread.reply === "done")).toBe(true);
});

test("when the rounds are used up the card quotes the open comments, and is no larger than others", () => {
  // Each comes while the change that answers the one before it is pushed.
  const talked = Array.from({ length: addressRoundsMax + 1 }).reduce<Loop>((loop, _, n) => {
    const pushing = (one: Loop) =>
      one.state === "active" && one.step === "push" && one.facts.addressRounds === n;
    return flooded(drive(loop, pushing), 1, `t${n}-`);
  }, started());
  const end = drive(talked, (loop) => loop.state !== "active");
  if (end.state !== "escalated") throw new Error(`the loop is ${end.state}`);
  expect(end.card.what).toContain(`after ${addressRoundsMax} rounds`);
  expect(end.card.excerpt).toHaveLength(excerptCharsMax);
});
