import { describe, expect, test } from "vitest";
import { react } from "../react.ts";
import type { Loop } from "../state.ts";
import {
  atCheckpoint,
  commented,
  factsOf,
  foreignPush,
  jobOf,
  leased,
  outcomeOf,
  resolve,
  say,
} from "../testing/commands.ts";
import { person, sha } from "../testing/samples.ts";
import { drive, given, loopDoing, send, started } from "../testing/scenario.ts";

const hosted = { checks: "platform", merges: "platform" } as const;
const by = person("ann");
const pause = { type: "PauseLoop", by } as const;
const resume = { type: "ClearObstacle", by } as const;
const take = { type: "EscalateLoop", by, reason: "I know this code" } as const;
const doingOf = (loop: Loop) => (loop.state === "active" ? loop.doing : null);
const callOf = (loop: Loop) => {
  const doing = doingOf(loop);
  return doing?.kind === "call" ? doing.call : null;
};

describe("a paused loop", () => {
  test("drops its job, wants nothing of anybody, and keeps its attempts", () => {
    const working = say(started(), { failing: ["build"], trouble: [] }, "build old");
    const developing = leased("develop", working);
    const { loop } = given(developing).when(pause).then("JobDropped", "ObstacleMet");
    expect(doingOf(loop)).toMatchObject({ kind: "obstacle", obstacle: { obstacle: "paused" } });
    expect(react(loop).effects.map(({ kind }) => kind)).not.toContain("offer-job");
    given(loop).when(pause).then();
    const again = given(loop).when(resume).then("ObstacleCleared", "JobQueued").loop;
    expect(jobOf(again)).toMatchObject({ kind: "develop", purpose: "fix" });
    expect(factsOf(again).attempts).toEqual(factsOf(developing).attempts);
    expect(outcomeOf(again)).toBe("merged");
  });

  test.each([
    ["a model", () => loopDoing("design", "model"), "ModelAsked"],
    ["a call", () => loopDoing("open", "call"), "CallRequested"],
    ["checks", () => loopDoing("ci", "checks", hosted), "ChecksAwaited"],
  ] as const)("asks %s once more when it goes on", (_what, at, event) => {
    const { loop } = given(at()).when(pause).then("ObstacleMet");
    const { loop: on } = given(loop).when(resume).then("ObstacleCleared", event);
    expect(outcomeOf(on)).toBe("merged");
  });

  test("asks for the merge turn and all gates anew", () => {
    const queued = drive(started(), (one) => {
      const doing = doingOf(one);
      return doing?.kind === "job" && doing.job.kind === "merge";
    });
    const { loop } = given(queued).when(pause).then("JobDropped", "ObstacleMet");
    expect(factsOf(loop).mergeTurnHeld).toBe(false);
    expect(callOf(send(loop, resume).loop)).toBe("request-merge-turn");
    const talked = send(loop, commented("t1")).loop;
    expect(send(talked, resume).loop).toMatchObject({ step: "address" });
  });

  test("stays paused when somebody pushes, and verifies that head when it goes on", () => {
    const { loop } = given(leased("develop")).when(pause).then("JobDropped", "ObstacleMet");
    const pushed = given(loop)
      .when(foreignPush(loop, sha("e")))
      .then("HeadMoved").loop;
    expect(doingOf(pushed)).toMatchObject({ obstacle: { obstacle: "paused" } });
    expect(jobOf(send(pushed, resume).loop)).toMatchObject({ kind: "verify", purpose: "take-over" });
  });

  test("is handed to a person when nobody lets it go on", () => {
    const { loop } = given(leased("develop")).when(pause).then("JobDropped", "ObstacleMet");
    const timer = react(loop).timers.find((one) => one.timer === "expire-wait");
    given(loop)
      .when({ type: "FireTimer", key: timer?.key ?? "", timer: "expire-wait" })
      .then("Escalated");
  });
});

describe("a job that no run of the CI does", () => {
  const queued = drive(started(), (one) => {
    const doing = doingOf(one);
    return doing?.kind === "job" && doing.job.kind === "develop";
  });
  const none = { type: "ReportNoRun", why: "the run was cancelled", todo: "`tamma retry`" } as const;

  test("waits for a person, who is told why and what to do, and is begun again as the same attempt", () => {
    const { loop } = given(queued)
      .when({ ...none, job: jobOf(queued).id })
      .then("JobDropped", "ObstacleMet");
    expect(doingOf(loop)).toMatchObject({
      obstacle: { obstacle: "runner", what: none.why, todo: none.todo },
    });
    expect(react(loop).effects.map(({ kind }) => kind)).toContain("notice");
    const again = given(loop).when(resume).then("ObstacleCleared", "JobQueued").loop;
    const { id, kind, purpose } = jobOf(queued);
    expect(jobOf(again)).toMatchObject({ kind, purpose });
    expect(jobOf(again).id).not.toBe(id);
    expect(factsOf(again).attempts).toEqual(factsOf(queued).attempts);
    expect(outcomeOf(again)).toBe("merged");
  });

  test("goes on where somebody has taken it meanwhile, or the loop is at another", () => {
    const taken = leased("develop");
    given(taken)
      .when({ ...none, job: jobOf(taken).id })
      .then();
    given(queued)
      .when({ ...none, job: `${jobOf(queued).id}0` })
      .then();
    given(atCheckpoint("design"))
      .when({ ...none, job: jobOf(queued).id })
      .then();
  });
});

test("what waits for a person or for a slot is not paused: nothing runs there", () => {
  given(atCheckpoint("design")).when(pause).thenRefused("waits-for-a-person");
  const broken = { failing: ["build"], trouble: [] } as const;
  const away = say(started({ onEscalation: "release" }), broken, "build old", "build old");
  const waits = send(away, resolve(away, "retry")).loop;
  expect(callOf(waits)).toBe("request-slot");
  given(waits).when(pause).thenRefused("waits-for-a-slot");
  given(away).when(pause).thenRefused("loop-escalated");
});

test("a loop that a person takes is escalated with his reason, and goes on by a retry", () => {
  for (const loop of [leased("develop"), atCheckpoint("complete"), loopDoing("ci", "checks", hosted)]) {
    const { loop: taken } = send(loop, take);
    expect(taken).toMatchObject({
      ...{ state: "escalated" },
      card: { what: "ann wants to take it", why: "I know this code", gate: null },
    });
    expect(outcomeOf(send(taken, resolve(taken, "retry")).loop)).toBe("merged");
  }
});

test("a merge that may have happened is neither paused nor taken", () => {
  const asked = drive(started(hosted), (one) => callOf(one) === "merge");
  const lost = leased("merge");
  const { id: job, fence } = jobOf(lost);
  const open = send(lost, { type: "ExpireLease", job, fence }).loop;
  for (const loop of [asked, lost, open])
    for (const order of [pause, take]) given(loop).when(order).thenRefused("merge-under-way");
});
