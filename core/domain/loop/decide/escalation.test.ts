import { describe, expect, test } from "vitest";
import { react } from "../react.ts";
import type { Loop } from "../state.ts";
import {
  atCheckpoint,
  checkpointOf,
  commented,
  factsOf,
  jobOf,
  leased,
  outcomeOf,
  resolve,
  say,
  toCheckpoint,
} from "../testing/commands.ts";
import { person } from "../testing/samples.ts";
import { drive, given, loopAt, loopDoing, send, started } from "../testing/scenario.ts";
import type { LoopSettings } from "../work.ts";

const buildFails = { failing: ["build"], trouble: [] } as const;

function escalated(changes: Partial<LoopSettings> = {}): Loop {
  return say(say(started(changes), buildFails, "build old"), buildFails, "build old");
}

/** The timer of the present wait fires. */
function fire(loop: Loop, timer: string): Loop {
  const wanted = react(loop).timers.find((one) => one.timer === timer);
  if (!wanted) throw new Error(`timer ${timer} is not wanted`);
  return send(loop, { type: "FireTimer", key: wanted.key, timer: wanted.timer }).loop;
}

test("the card says what failed, why, what was tried, what it cost and what can be done", () => {
  const loop = escalated();
  expect(loop).toMatchObject({
    state: "escalated",
    card: {
      ...{ escalation: "local/calc/7#1~e1", step: "build", gate: "build", what: "build fails with old" },
      ...{ why: "the same failure twice in a row (old)", excerpt: "old", costMicroUsd: 0 },
      attempts: [
        { n: 1, summary: "build fails with old", fingerprint: "old" },
        { n: 2, summary: "build fails with old", fingerprint: "old" },
      ],
    },
  });
});

test("before there is a pull request nobody can take over", () => {
  const planFails = { failing: ["plan"], trouble: [] } as const;
  const loop = say(say(started(), planFails, "survey old"), planFails, "survey old");
  expect(loop).toMatchObject({ card: { gate: "plan", choices: ["retry", "split", "abandon"] } });
  given(loop).when(resolve(loop, "take-over")).thenRefused("choice-not-offered");
  expect(outcomeOf(loop)).toBe("merged");
});

test("an escalated loop takes no decision, answer or lease until it is resolved", () => {
  const loop = escalated();
  given(loop)
    .when({ type: "ClearObstacle", by: person("ann") })
    .thenRefused("loop-escalated");
  given(loop).when({ type: "LeaseJob", job: "j", runner: "r" }).thenRefused("job-not-open");
  given(loop).when({ type: "GrantMergeTurn" }).thenRefused("loop-escalated");
});

test("a comment on an escalated loop is kept and answered after the retry", () => {
  const loop = escalated();
  const noted = given(loop).when(commented("t1")).then("ThreadOpened");
  const end = drive(send(noted.loop, resolve(noted.loop, "retry")).loop, (one) => one.state === "ended");
  expect(factsOf(end).threads).toMatchObject([{ id: "t1", reply: "done" }]);
});

test("an escalation is resolved once, and only the present one", () => {
  const loop = escalated();
  const retry = resolve(loop, "retry");
  const after = send(loop, retry).loop;
  given(after).when(retry).thenRefused("no-such-escalation");
  given(loop)
    .when({ ...retry, escalation: "local/calc/7#1~e9" })
    .thenRefused("no-such-escalation");
});

test("a retry without words adds none", () => {
  const { loop } = given(escalated())
    .when(resolve(escalated(), "retry"))
    .then("EscalationResolved", "ResumePlanned", "StepEntered", "AttemptStarted", "JobQueued");
  expect(factsOf(loop).instructions).toEqual([]);
});

test("split ends the loop and opens one issue for each title", () => {
  const loop = escalated();
  given(loop)
    .when(resolve(loop, "split", " \n "))
    .thenRefused("no-titles");
  const { loop: end } = given(loop)
    .when(resolve(loop, "split", "Round halves\n\n  Round money "))
    .then("EscalationResolved", "LoopAbandoned");
  expect(end).toMatchObject({ state: "ended", outcome: "abandoned" });
  expect(react(end).effects).toContainEqual({
    ...{ kind: "create-issues", key: "create-issues", titles: ["Round halves", "Round money"] },
  });
});

test("abandon ends the loop, with or without a reason", () => {
  const loop = escalated();
  const { loop: end } = given(loop)
    .when(resolve(loop, "abandon", "not worth it"))
    .then("EscalationResolved", "LoopAbandoned");
  expect(end).toMatchObject({ outcome: "abandoned", reason: "not worth it" });
  expect(react(end).effects.map((one) => one.kind)).not.toContain("create-issues");
  expect(send(loop, resolve(loop, "abandon")).loop).toMatchObject({
    reason: "abandoned after an escalation",
  });
});

describe("the slot", () => {
  test("is kept by default", () => {
    const loop = escalated();
    expect(factsOf(loop).slotHeld).toBe(true);
    expect(react(loop).effects.map((one) => one.kind)).not.toContain("release-slot");
  });

  test("is given back where the repository wants that, and asked for again when a person acts", () => {
    const loop = escalated({ onEscalation: "release" });
    expect(react(loop).effects).toContainEqual({
      ...{ kind: "release-slot", key: "release-slot:e1", reason: "escalated" },
    });
    const waiting = given(loop)
      .when(resolve(loop, "retry"))
      .then("EscalationResolved", "ResumePlanned", "CallRequested");
    const granted = given(waiting.loop)
      .when({ type: "GrantSlot", claim: "claim-2" })
      .then("SlotGranted", "StepEntered", "AttemptStarted", "JobQueued");
    expect(factsOf(granted.loop)).toMatchObject({ slotHeld: true, claim: "claim-2" });
    expect(outcomeOf(granted.loop)).toBe("merged");
  });

  test("that nobody waits for is refused", () => {
    given(loopAt("implement")).when({ type: "GrantSlot", claim: "x" }).thenRefused("call-not-open");
  });

  test("a second escalation without a slot gives none back on record", () => {
    const loop = escalated({ onEscalation: "release" });
    const waiting = send(loop, resolve(loop, "take-over")).loop;
    const expiring = react(waiting).timers.find((one) => one.timer === "expire-wait");
    given(waiting)
      .when({ type: "FireTimer", key: expiring?.key ?? "", timer: "expire-wait" })
      .then("Escalated");
  });
});

/** A wait of this step expires, a person retries: the loop goes on there and nowhere else. */
describe("a retry goes on where the loop stood", () => {
  const back = (loop: Loop, timer = "expire-wait") => {
    const stopped = fire(loop, timer);
    expect(stopped.state).toBe("escalated");
    return send(stopped, resolve(stopped, "retry")).loop;
  };

  test("at assign it claims again", () => {
    const loop = back(atCheckpoint("assign", { confirmAssign: true }));
    expect(loop).toMatchObject({ step: "assign", doing: { kind: "call", call: "claim" } });
  });

  test("at plan it asks for the plan, or surveys first", () => {
    const asking = { failing: [], trouble: ["questions"] } as const;
    expect(back(say(started(), asking, "questions"))).toMatchObject({
      doing: { kind: "model", task: "plan" },
    });
    expect(jobOf(back(loopDoing("plan", "job"), "runner-deadline")).kind).toBe("survey");
  });

  test("at design it asks for options again", () => {
    expect(back(atCheckpoint("design"))).toMatchObject({ doing: { kind: "model", task: "design" } });
  });

  test("at open it opens the branch, or the pull request when the branch is there", () => {
    expect(jobOf(back(loopDoing("open", "job"), "runner-deadline")).kind).toBe("open");
    const calling = loopDoing("open", "call");
    const key = `call:open-pull-request:${factsOf(calling).calls}`;
    const effect = { mainLine: true, effect: "open-pull-request", reason: "422" };
    const stopped = given(calling)
      .when({ type: "ReportEffectFailed", key, ...effect })
      .then("EffectSkipped", "Escalated");
    const loop = send(stopped.loop, resolve(stopped.loop, "retry")).loop;
    expect(loop).toMatchObject({ step: "open", doing: { call: "open-pull-request" } });
  });

  test("at implement it works, and where only the proof was missing it proves", () => {
    expect(jobOf(back(loopDoing("implement", "job"), "runner-deadline"))).toMatchObject({ kind: "develop" });
    const proving = drive(
      started(),
      (one) => one.state === "active" && one.doing.kind === "job" && one.doing.job.kind === "verify",
    );
    expect(jobOf(back(proving, "runner-deadline"))).toMatchObject({ kind: "verify", purpose: "gates" });
  });

  test("at push it pushes, or asks about the weakened tests again", () => {
    const publishing = drive(leased("verify"), (one) => one.state === "active" && one.step === "push");
    expect(jobOf(back(publishing, "runner-deadline")).kind).toBe("publish");
    const weakened = say(started(), { failing: [], trouble: ["weakened"] }, "weakened");
    expect(checkpointOf(back(weakened)).kind).toBe("tests");
  });

  test("after a failed scan it works on the code", () => {
    const scan = { failing: ["scan"], trouble: [] } as const;
    const stopped = say(say(started(), scan, "scan old"), scan, "scan old");
    expect(jobOf(send(stopped, resolve(stopped, "retry")).loop)).toMatchObject({ purpose: "fix" });
  });

  test("at ci it asks for the checks again, unless they failed", () => {
    const waiting = loopDoing("ci", "checks", { checks: "platform" });
    expect(back(waiting, "checks-deadline")).toMatchObject({ step: "ci", doing: { kind: "checks" } });
    const ci = { failing: ["ci"], trouble: [] } as const;
    const stopped = say(say(started(), ci, "ci old"), ci, "ci old");
    expect(jobOf(send(stopped, resolve(stopped, "retry")).loop)).toMatchObject({ purpose: "fix" });
    expect(jobOf(back(loopDoing("ci", "job"), "runner-deadline")).purpose).toBe("ci");
  });

  test("at review it asks for the review, posts the one it has, or mends what blocks", () => {
    const model = loopDoing("review", "model");
    expect(back(model, "total-time")).toMatchObject({ doing: { kind: "model", task: "review" } });
    const posting = loopDoing("review", "call");
    expect(back(posting, "total-time")).toMatchObject({ doing: { kind: "call", call: "submit-review" } });
    const blocking = { failing: ["review"], trouble: [] } as const;
    let stopped: Loop = started();
    for (let n = 0; n < 4; n += 1) stopped = say(stopped, blocking, "blocking", "submit-review");
    expect(stopped).toMatchObject({ state: "escalated", card: { gate: "review" } });
    expect(jobOf(send(stopped, resolve(stopped, "retry")).loop)).toMatchObject({ purpose: "fix" });
  });

  test("at address it answers the comments, at complete it asks the person", () => {
    const commentedOn = say(loopDoing("ci", "job"), { failing: [], trouble: ["threads"] }, "comment");
    const addressing = drive(commentedOn, (one) => one.state === "active" && one.step === "address");
    expect(jobOf(back(addressing, "runner-deadline"))).toMatchObject({ purpose: "address" });
    expect(checkpointOf(back(atCheckpoint("complete"))).kind).toBe("complete");
  });

  test("at merge it merges", () => {
    const queued = drive(started(), (one) => one.state === "active" && one.step === "merge");
    expect(back(queued, "total-time")).toMatchObject({
      step: "merge",
      doing: { call: "request-merge-turn" },
    });
  });
});

test("comments that are still open after three rounds go to a person; his retry gives three more", () => {
  const threads = { failing: [], trouble: ["threads"] } as const;
  let loop = say(loopDoing("ci", "job"), threads, "comment");
  for (let round = 1; round <= 3; round += 1) {
    loop = leased("develop", loop, "address");
    expect(factsOf(loop).addressRounds).toBe(round);
    const { pushed, patch } = factsOf(loop);
    if (!patch || !pushed) throw new Error("nothing was pushed");
    const { id: job, fence } = jobOf(loop);
    const done = { outcome: "done" as const, patch, summary: "", rejections: [], testFiles: [], replies: [] };
    const report = { kind: "develop" as const, result: done };
    loop = send(loop, { type: "ReportJobResult", job, fence, result: report }).loop;
  }
  expect(loop).toMatchObject({ state: "escalated", step: "address" });
  const again = send(loop, resolve(loop, "retry")).loop;
  expect(factsOf(again).addressRounds).toBe(1);
  expect(toCheckpoint("complete", again).state).toBe("active");
});
