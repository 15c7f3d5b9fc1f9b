import { describe, expect, test } from "vitest";
import { jobSpec } from "../job-spec.ts";
import type { JobResult } from "../jobs.ts";
import type { Loop } from "../state.ts";
import {
  atCheckpoint,
  checkpointOf,
  decision,
  factsOf,
  foreignPush,
  jobOf,
  leased,
  outcomeOf,
  resolve,
  result,
  say,
  toCheckpoint,
} from "../testing/commands.ts";
import { patch, person, sha, verifyResult } from "../testing/samples.ts";
import { drive, given, loopDoing, send, started } from "../testing/scenario.ts";

const theirs = sha("e");
const scanFails = { failing: ["scan"], trouble: [] } as const;

/** What a clean checkout of somebody's head shows. */
function seen(loop: Loop, fail: Parameters<typeof verifyResult>[1] = null, more: object = {}) {
  const tree = sha("7");
  const report = verifyResult(tree, fail, { patch: patch(tree), unproven: true, ...more });
  return result(loop, { kind: "verify", result: report });
}

describe("a push in normal work", () => {
  const developing = () => leased("develop");

  test("drops the job in flight and proves the new head", () => {
    const { loop } = given(developing())
      .when(foreignPush(developing(), theirs))
      .then("HeadMoved", "JobDropped", "AttemptStarted", "AttemptStarted", "AttemptStarted", "JobQueued");
    expect(jobSpec(factsOf(loop), jobOf(loop))).toMatchObject({ kind: "verify", head: theirs, patch: null });
  });

  test("becomes the loop's own work, leaves draft, and is shown as not proven", () => {
    const loop = leased("verify", send(developing(), foreignPush(developing(), theirs)).loop);
    const { loop: after, events } = send(loop, seen(loop));
    expect(events.at(-1)).toMatchObject({ type: "CallRequested", call: "mark-ready" });
    expect(factsOf(after)).toMatchObject({ pushed: { sha: theirs, tree: sha("7") }, headMoved: false });
    const complete = toCheckpoint("complete", after);
    expect(checkpointOf(complete)).toMatchObject({ subject: theirs, reserved: ["unproven-tests"] });
    given(complete)
      .when(decision(complete, { via: "--yes" }))
      .thenRefused("not-yours-to-decide");
    expect(outcomeOf(complete)).toBe("merged");
  });

  test("is never pre-approved, not even in autopilot", () => {
    const settings = { level: "dev/autopilot", preApproved: ["design", "complete"] } as const;
    const pre = leased("develop", started({ ...settings, preApproved: ["design", "complete"] }));
    const loop = leased("verify", send(pre, foreignPush(pre, theirs)).loop);
    expect(checkpointOf(toCheckpoint("complete", send(loop, seen(loop)).loop)).kind).toBe("complete");
  });

  test("that breaks the build goes to the agent, on top of what the person pushed", () => {
    const loop = leased("verify", send(developing(), foreignPush(developing(), theirs)).loop);
    const after = send(loop, seen(loop, { gate: "build", fingerprint: "x" })).loop;
    expect(jobSpec(factsOf(after), jobOf(after))).toMatchObject({ mode: "fix", patch: { tree: sha("7") } });
    const publishing = leased("publish", after);
    expect(jobSpec(factsOf(publishing), jobOf(publishing))).toMatchObject({ expectedHead: theirs });
    expect(outcomeOf(publishing)).toBe("merged");
  });

  test("is not undone when the runner that should prove it is lost: it is proven, not worked over", () => {
    let loop = send(developing(), foreignPush(developing(), theirs)).loop;
    for (let n = 0; n < 3; n += 1) {
      loop = leased("verify", loop);
      const { id: job, fence } = jobOf(loop);
      loop = send(loop, { type: "ExpireLease", job, fence }).loop;
    }
    expect(jobOf(loop)).toMatchObject({ kind: "verify", purpose: "take-over" });
  });

  test("without its patch, or with another tree, is not believed", () => {
    const loop = leased("verify", send(developing(), foreignPush(developing(), theirs)).loop);
    for (const wrong of [null, patch(sha("5"))]) {
      const after = send(loop, seen(loop, null, { patch: wrong })).loop;
      expect(factsOf(after).failure?.evidence.fingerprint).toBe("tree-mismatch");
      expect(jobOf(after)).toMatchObject({ kind: "verify", purpose: "take-over" });
    }
  });

  test("that weakens tests waits for a person, and then there is nothing to commit", () => {
    const loop = leased("verify", send(developing(), foreignPush(developing(), theirs)).loop);
    const weakened = [{ path: "test/a.test.ts", what: "a test is skipped" }];
    const asked = send(loop, seen(loop, null, { weakened })).loop;
    expect(checkpointOf(asked).kind).toBe("tests");
    expect(send(asked, decision(asked)).loop).toMatchObject({ step: "push" });
  });

  test("of a head that is known, or to another branch, changes nothing", () => {
    const loop = developing();
    given(loop)
      .when(foreignPush(loop, factsOf(loop).head ?? ""))
      .then();
    given(loop).when({ type: "ReportHead", branch: "main", head: theirs }).then();
    given(started()).when({ type: "ReportHead", branch: "main", head: theirs }).then();
    const end = drive(loop, (one) => one.state === "ended");
    given(end).when(foreignPush(end, theirs)).then();
  });

  test("before the pull request is open is proven right after it is", () => {
    const loop = loopDoing("open", "call");
    const moved = given(loop).when(foreignPush(loop, theirs)).then("HeadMoved", "CallRequested");
    const opened = { type: "ReportPullRequestOpened", id: "1", number: 1, url: "/1" } as const;
    const { loop: after } = send(moved.loop, opened);
    expect(jobOf(after)).toMatchObject({ kind: "verify", purpose: "take-over" });
  });

  test("while the loop itself pushes is found out by the lease of its push", () => {
    const publishing = leased("publish");
    given(publishing).when(foreignPush(publishing, theirs)).then();
    const moved: JobResult = { kind: "publish", result: { outcome: "head-moved", head: theirs } };
    given(publishing)
      .when(result(publishing, moved))
      .then(
        ...(["JobFinished", "HeadMoved", "AttemptStarted", "AttemptStarted"] as const),
        ...(["AttemptStarted", "AttemptStarted", "JobQueued"] as const),
      );
  });

  test("gives up a replay that was not pushed: the new head stands on the branch's base", () => {
    const world = { failing: [], trouble: ["base"] } as const;
    const rebased = say(say(leased("merge"), world, "base moved"), world, "rebased");
    const moved = send(rebased, foreignPush(rebased, theirs)).loop;
    expect(jobSpec(factsOf(moved), jobOf(moved))).toMatchObject({ base: sha("b"), head: theirs });
  });
});

describe("a push at completion", () => {
  test("makes the approval stale, and the new head is asked about", () => {
    const complete = atCheckpoint("complete", { level: "business/guardian" });
    const first = send(complete, decision(complete)).loop;
    const { loop } = given(first)
      .when(foreignPush(first, theirs))
      .then(
        ...(["HeadMoved", "ApprovalExpired", "AttemptStarted", "AttemptStarted"] as const),
        ...(["AttemptStarted", "AttemptStarted", "JobQueued"] as const),
      );
    expect(factsOf(loop).approvals.at(-1)?.stale).toBe(`the head moved to ${theirs}`);
    given(loop)
      .when(decision(complete, { by: person("bob") }))
      .thenRefused("already-decided");
    const again = toCheckpoint("complete", loop);
    expect(checkpointOf(again).approvals).toEqual([]);
    expect(checkpointOf(again).subject).not.toBe(checkpointOf(complete).subject);
  });

  test("during the merge is found out by the merge, and nothing is merged", () => {
    const merging = leased("merge");
    given(merging).when(foreignPush(merging, theirs)).then();
    const moved: JobResult = { kind: "merge", result: { outcome: "head-moved", head: theirs } };
    const { loop } = given(merging)
      .when(result(merging, moved))
      .then(
        ...(["JobFinished", "HeadMoved", "ApprovalExpired", "AttemptStarted", "AttemptStarted"] as const),
        ...(["AttemptStarted", "AttemptStarted", "JobQueued"] as const),
      );
    const again = toCheckpoint("complete", loop);
    expect(checkpointOf(again).subject).toBe(factsOf(again).head);
  });
});

describe("a push after an escalation", () => {
  const escalated = () => {
    const once = say(started(), scanFails, "scan old");
    return say(once, scanFails, "scan old");
  };

  test("is noted, and a retry begins with proving it", () => {
    const loop = escalated();
    expect(loop.state).toBe("escalated");
    const moved = given(loop).when(foreignPush(loop, theirs)).then("HeadMoved");
    const after = send(moved.loop, resolve(moved.loop, "retry")).loop;
    expect(jobOf(after)).toMatchObject({ kind: "verify", purpose: "take-over" });
  });

  test("take over: the loop waits for the person's push and goes on with it", () => {
    const loop = escalated();
    const waiting = given(loop).when(resolve(loop, "take-over")).then("EscalationResolved", "ObstacleMet");
    expect(waiting.loop).toMatchObject({ doing: { obstacle: { obstacle: "take-over" } } });
    const { loop: after } = given(waiting.loop)
      .when(foreignPush(waiting.loop, theirs))
      .then(
        ...(["HeadMoved", "ObstacleCleared", "ResumePlanned"] as const),
        ...(["AttemptStarted", "AttemptStarted", "AttemptStarted", "AttemptStarted", "JobQueued"] as const),
      );
    expect(outcomeOf(after)).toBe("merged");
  });

  test("take over and say that it is done, without a push: the head is proven as it is", () => {
    const waiting = send(escalated(), resolve(escalated(), "take-over")).loop;
    const after = send(waiting, { type: "ClearObstacle", by: person("ann") }).loop;
    expect(jobOf(after)).toMatchObject({ kind: "verify", purpose: "take-over" });
  });

  test("what was mended after a push is not lost when the loop escalates once more", () => {
    const developing = leased("develop");
    const loop = leased("verify", send(developing, foreignPush(developing, theirs)).loop);
    const mending = send(loop, seen(loop, { gate: "build", fingerprint: "x" })).loop;
    const stopped = say(mending, { failing: ["build"], trouble: [] }, "build old");
    const twice = say(stopped, { failing: ["build"], trouble: [] }, "build old");
    expect(twice.state).toBe("escalated");
    const after = send(twice, resolve(twice, "retry")).loop;
    expect(jobOf(after)).toMatchObject({ kind: "develop", purpose: "fix" });
    expect(jobSpec(factsOf(after), jobOf(after))).toMatchObject({
      patch: { tree: factsOf(twice).patch?.tree },
    });
  });

  test("while a slot is waited for does not jump the queue", () => {
    const once = say(started({ onEscalation: "release" }), scanFails, "scan old");
    const loop = say(once, scanFails, "scan old");
    const waiting = send(loop, resolve(loop, "retry")).loop;
    expect(waiting).toMatchObject({ doing: { kind: "call", call: "request-slot" } });
    const moved = given(waiting).when(foreignPush(waiting, theirs)).then("HeadMoved");
    const granted = send(moved.loop, { type: "GrantSlot", claim: "claim-9" }).loop;
    expect(jobOf(granted)).toMatchObject({ kind: "verify", purpose: "take-over" });
  });
});
