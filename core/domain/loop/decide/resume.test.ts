import { describe, expect, test } from "vitest";
import { react } from "../react.ts";
import type { Loop } from "../state.ts";
import { atCheckpoint, checkpointOf, factsOf, jobOf, leased, resolve, say } from "../testing/commands.ts";
import { drive, given, loopDoing, send, started } from "../testing/scenario.ts";

/** The timer of the present wait fires. */
function fire(loop: Loop, timer: string): Loop {
  const wanted = react(loop).timers.find((one) => one.timer === timer);
  if (!wanted) throw new Error(`timer ${timer} is not wanted`);
  return send(loop, { type: "FireTimer", key: wanted.key, timer: wanted.timer }).loop;
}

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

  test("at address it proves and pushes first what the answers to the comments speak of", () => {
    const commented = say(atCheckpoint("complete"), { failing: [], trouble: ["threads"] }, "comment");
    const proving = drive(
      commented,
      (one) => one.state === "active" && one.doing.kind === "job" && one.doing.job.kind === "verify",
    );
    expect(proving).toMatchObject({ step: "address" });
    const loop = back(proving, "runner-deadline");
    expect(jobOf(loop)).toMatchObject({ kind: "verify", purpose: "gates" });
    expect(factsOf(loop).patch?.tree).not.toBe(factsOf(loop).pushed?.tree);
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
