import { describe, expect, test } from "vitest";
import { react } from "../react.ts";
import type { Loop } from "../state.ts";
import {
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
  given(loop).when({ type: "GrantMergeTurn", turn: "m1" }).thenRefused("loop-escalated");
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

  test("that comes when a person has the loop again is refused, so that the next one gets it", () => {
    const waiting = send(escalated({ onEscalation: "release" }), resolve(escalated(), "retry")).loop;
    const away = send(waiting, { type: "EscalateLoop", by: person("ann"), reason: "let me look" }).loop;
    for (const loop of [away, escalated({ onEscalation: "release" })])
      given(loop).when({ type: "GrantSlot", claim: "claim-2" }).thenRefused("slot-not-wanted");
    // One that it has it keeps, however often it is told of it.
    given(escalated()).when({ type: "GrantSlot", claim: "claim-1" }).thenRefused("loop-escalated");
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
