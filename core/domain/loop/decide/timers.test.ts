import { describe, expect, test } from "vitest";
import { noticeComment } from "../../projections/comments.ts";
import type { TimerName } from "../effects.ts";
import { react } from "../react.ts";
import type { Active, Loop } from "../state.ts";
import { atCheckpoint, decision, factsOf, leased, outcomeOf, resolve, say } from "../testing/commands.ts";
import { given, loopDoing, send, started } from "../testing/scenario.ts";

const day = 24 * 60 * 60_000;

const wanted = (loop: Loop, timer: TimerName) => react(loop).timers.find((one) => one.timer === timer);
const fire = (loop: Loop, timer: TimerName) => ({
  ...{ type: "FireTimer" as const, key: wanted(loop, timer)?.key ?? "", timer },
});

describe("waiting for a person", () => {
  test("he is reminded daily, and after three days the wait becomes an escalation", () => {
    let loop = atCheckpoint("design");
    const since = loop.state === "active" && loop.doing.kind === "checkpoint" ? loop.doing.since : 0;
    for (const n of [1, 2]) {
      expect(wanted(loop, "remind")?.due).toBe(since + n * day);
      loop = given(loop).when(fire(loop, "remind")).then("Reminded").loop;
    }
    expect(wanted(loop, "remind")).toBeUndefined();
    expect(wanted(loop, "expire-wait")?.due).toBe(since + 3 * day);
    given(loop).when(fire(loop, "expire-wait")).then("Escalated");
  });

  test("an escalation is reminded of as well, and parks the loop after a week with its branch kept", () => {
    const designed = atCheckpoint("complete");
    const escalated = send(designed, fire(designed, "expire-wait")).loop;
    const since = escalated.state === "escalated" ? escalated.since : 0;
    expect(wanted(escalated, "expire-wait")?.due).toBe(since + 7 * day);
    const reminded = given(escalated).when(fire(escalated, "remind")).then("Reminded").loop;
    const { loop } = given(reminded).when(fire(reminded, "expire-wait")).then("LoopAbandoned");
    expect(loop).toMatchObject({ outcome: "abandoned", reason: "nobody resolved the escalation" });
    expect(factsOf(loop).branch).not.toBeNull();
  });

  test("reminders of one wait say nothing about the next", () => {
    const loop = atCheckpoint("design");
    const reminded = send(loop, fire(loop, "remind")).loop;
    const next = send(reminded, decision(reminded, { decision: "change", text: "other" })).loop;
    const again = send(next, { type: "ReportDesign", n: factsOf(next).asks, design: designOf(loop) }).loop;
    expect(factsOf(again).reminders).toBe(0);
    given(again).when(fire(loop, "remind")).then();
  });
});

function designOf(loop: Loop) {
  const { design } = factsOf(loop);
  if (!design) throw new Error("no design");
  return design;
}

test("a timer that the present state does not want changes nothing", () => {
  const loop = atCheckpoint("design");
  given(loop).when({ type: "FireTimer", key: "expire:99", timer: "expire-wait" }).then();
  given(leased("develop")).when(fire(loop, "remind")).then();
});

test("a lease's timer is the host's business: it knows the heartbeats", () => {
  const loop = leased("develop");
  expect(wanted(loop, "lease")?.due).toBe(factsOf(loop).now + 30_000);
  given(loop).when(fire(loop, "lease")).then();
});

test("without a runner for an hour a person is told, and the open job is dropped", () => {
  const loop = loopDoing("plan", "job");
  expect(wanted(loop, "runner-deadline")?.due).toBe(factsOf(loop).now + 60 * 60_000);
  given(loop).when(fire(loop, "runner-deadline")).then("JobDropped", "Escalated");
});

test("a job that waits for its provider has its hour from then on", () => {
  const loop = say(leased("develop"), { failing: [], trouble: ["provider"] }, "provider transient");
  const job = loop.state === "active" && loop.doing.kind === "job" ? loop.doing.job : null;
  expect(wanted(loop, "runner-deadline")?.due).toBe((job?.notBefore ?? 0) + 60 * 60_000);
});

test("checks that never report go to a person after half a day", () => {
  const loop = loopDoing("ci", "checks", { checks: "platform" });
  expect(wanted(loop, "checks-deadline")?.due).toBe(factsOf(loop).now + day / 2);
  const { loop: after } = given(loop).when(fire(loop, "checks-deadline")).then("Escalated");
  expect(after).toMatchObject({ card: { gate: "ci", what: "the checks never reported" } });
});

test("checks are asked for again ever more seldom, under a new key each time", () => {
  const minute = 60_000;
  let loop = loopDoing("ci", "checks", { checks: "platform" });
  const since = factsOf(loop).now;
  const keys = new Set<string>();
  const after: number[] = [];
  for (let n = 0; n < 7; n += 1) {
    for (const { kind, key } of react(loop).effects) if (kind === "ask-checks") keys.add(key);
    after.push(((wanted(loop, "checks-again")?.due ?? 0) - since) / minute);
    loop = given(loop).when(fire(loop, "checks-again")).then("ChecksAskedAgain").loop;
  }
  expect(after).toEqual([1, 3, 8, 18, 48, 78, 108]);
  expect(keys.size).toBe(7);
  expect(wanted(loop, "checks-deadline")?.due).toBe(since + day / 2);
});

test("when no check has begun people are told once a commit why that may be; the wait goes on", () => {
  const loop = loopDoing("ci", "checks", { checks: "platform", merges: "platform" });
  const sha = factsOf(loop).head ?? "";
  const told = (one: Loop) => react(one).effects.filter(({ kind }) => kind === "notice");
  expect(wanted(loop, "checks-silent")?.due).toBe(factsOf(loop).now + 10 * 60_000);
  expect(told(loop)).toEqual([]);
  const { loop: silent } = given(loop).when(fire(loop, "checks-silent")).then("ChecksSilent");
  expect(told(silent)).toEqual([{ kind: "notice", key: `notice:checks:${sha}`, notice: "checks" }]);
  expect(wanted(silent, "checks-silent")).toBeUndefined();
  expect(noticeComment(silent as Active, "/l")).toContain(`No check has started on \`${sha.slice(0, 12)}\``);
  const checks = [{ name: "unit", state: "passed" as const, required: true, url: null }];
  const { loop: green } = send(silent, { type: "ReportChecks", sha, checks });
  expect(green).toMatchObject({ step: "review" });
  expect(told(green)).toEqual([]);
});

test("as soon as a check has begun nobody is told that none has", () => {
  const loop = loopDoing("ci", "checks", { checks: "platform" });
  const checks = [{ name: "unit", state: "pending" as const, required: true, url: null }];
  const begun = send(loop, { type: "ReportChecks", sha: factsOf(loop).head ?? "", checks }).loop;
  expect(wanted(begun, "checks-silent")).toBeUndefined();
  const none = send(loop, { type: "ReportChecks", sha: factsOf(loop).head ?? "", checks: [] }).loop;
  expect(wanted(none, "checks-silent")).toBeDefined();
});

test("a loop of two weeks goes to a person; one that lies there already is given up", () => {
  const loop = leased("develop");
  expect(wanted(loop, "total-time")?.due).toBe(factsOf(loop).startedAt + 14 * day);
  const stopped = given(loop).when(fire(loop, "total-time")).then("JobDropped", "Escalated");
  expect(outcomeOf(send(stopped.loop, resolve(stopped.loop, "retry")).loop)).toBe("merged");
  given(stopped.loop).when(fire(stopped.loop, "total-time")).then("LoopAbandoned");
});

test("an ended loop wants no timer but those of turns that are still open", () => {
  const ended = send(started(), {
    ...{ type: "CancelLoop", by: decision(atCheckpoint("design")).by, reason: "" },
  }).loop;
  expect(react(ended).timers).toEqual([]);
});

describe("effects that failed for good", () => {
  const failure = { effect: "claim", reason: "403" };

  test("beside the main line the loop goes on without them", () => {
    const loop = leased("develop");
    const skipped = { type: "ReportEffectFailed" as const, key: "sticky:x", mainLine: false, ...failure };
    given(loop).when(skipped).then("EffectSkipped");
  });

  test("on the main line a person has to know", () => {
    const loop = started();
    const { loop: after } = given(loop)
      .when({ type: "ReportEffectFailed", key: "call:claim:1", mainLine: true, ...failure })
      .then("EffectSkipped", "Escalated");
    expect(after).toMatchObject({ card: { what: "claim could not be done", why: "403" } });
  });

  test("of an older call say nothing about the present one", () => {
    const loop = loopDoing("open", "call");
    given(loop)
      .when({ type: "ReportEffectFailed", key: "call:claim:1", mainLine: true, ...failure })
      .then();
  });

  test("checks that cannot be asked go to a person too", () => {
    const loop = loopDoing("ci", "checks", { checks: "platform" });
    const key = react(loop).effects.find((one) => one.kind === "ask-checks")?.key ?? "";
    given(loop)
      .when({ type: "ReportEffectFailed", key, mainLine: true, ...failure })
      .then("EffectSkipped", "Escalated");
  });

  test("are noted on an escalated or ended loop", () => {
    const loop = started();
    const key = "call:claim:1";
    const stopped = send(loop, { type: "ReportEffectFailed", key, mainLine: true, ...failure }).loop;
    given(stopped)
      .when({ type: "ReportEffectFailed", key: "sticky:y", mainLine: false, ...failure })
      .then("EffectSkipped");
    given(stopped)
      .when({ type: "ReportEffectFailed", key, mainLine: true, ...failure })
      .then("EffectSkipped");
  });
});
