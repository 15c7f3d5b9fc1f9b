import { expect, test } from "vitest";
import { react } from "./react.ts";
import type { Loop } from "./state.ts";
import { atCheckpoint, commented, decision, factsOf, foreignPush, leased, say } from "./testing/commands.ts";
import { person, sha } from "./testing/samples.ts";
import { drive, loopDoing, send, started } from "./testing/scenario.ts";

const hosted = { checks: "platform", merges: "platform" } as const;

const statusOf = (loop: Loop) =>
  react(loop).effects.find((effect) => effect.kind === "report-status" && effect.check === "tamma");
const saidOf = (loop: Loop) => {
  const status = statusOf(loop);
  return status?.kind === "report-status" ? [status.sha, status.state, status.words] : null;
};

test("there is no status before the pull request, and none on plain Git", () => {
  expect(saidOf(atCheckpoint("design", hosted))).toBeNull();
  expect(saidOf(drive(started(), (loop) => loop.state === "ended"))).toBeNull();
  expect(saidOf(leased("develop", started(hosted)))).toEqual([sha("1"), "pending", "is at work"]);
});

test("a status is pending while a person is asked, and passed from the approval of this head on", () => {
  const complete = atCheckpoint("complete", hosted);
  const { head } = factsOf(complete);
  expect(saidOf(complete)).toEqual([head, "pending", "waits for a person: Merge this pull request?"]);
  const approved = send(complete, decision(complete)).loop;
  expect(saidOf(approved)).toEqual([head, "passed", "approved"]);
  const merged = drive(approved, (loop) => loop.state === "ended");
  expect(saidOf(merged)).toEqual([head, "passed", "merged"]);
});

test("an escalation and every other end are failures that say why", () => {
  const broken = say(started(hosted), { failing: ["build"], trouble: [] }, "build old", "build old");
  expect(saidOf(broken)).toEqual([sha("1"), "failed", "escalated: build fails with old"]);
  const cancelled = send(broken, { type: "CancelLoop", by: person("ann"), reason: "wrong issue" }).loop;
  expect(saidOf(cancelled)).toEqual([sha("1"), "failed", "cancelled: wrong issue"]);
});

test("the same words at work are said once, and again after others were said", () => {
  const keys: (string | undefined)[] = [];
  const look = (loop: Loop) => {
    const key = statusOf(loop)?.key;
    if (key !== keys.at(-1)) keys.push(key);
  };
  const end = (from: Loop) =>
    drive(from, (loop) => {
      look(loop);
      return loop.state === "ended";
    });
  // A comment after the approval: back to work and, answered without a change, approved once more.
  const approved = drive(started(hosted), (loop) => {
    look(loop);
    return loop.state === "active" && loop.step === "merge";
  });
  const talked = send(loopDoing("merge", "call", hosted), commented("t1")).loop;
  expect(statusOf(talked)?.key).toBe(statusOf(approved)?.key);
  end(approved);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBeLessThan(8);
});

test("that a loop works is reported when it still does after half a minute, all else at once", () => {
  const working = leased("develop", started(hosted));
  const { wordsAt = 0 } = factsOf(working);
  expect(statusOf(working)).toMatchObject({ words: "is at work", notBefore: wordsAt + 30_000 });
  const complete = atCheckpoint("complete", hosted);
  const merged = drive(complete, (loop) => loop.state === "ended");
  const cancelled = send(complete, { type: "CancelLoop", by: person("ann"), reason: "wrong" }).loop;
  for (const loop of [complete, merged, cancelled]) expect(statusOf(loop)).not.toHaveProperty("notBefore");
});

test("somebody's push takes the word back: the new head is at work", () => {
  const loop = atCheckpoint("complete", hosted);
  const pushed = send(loop, foreignPush(loop, sha("e"))).loop;
  expect(saidOf(pushed)).toEqual([sha("e"), "pending", "is at work"]);
});
