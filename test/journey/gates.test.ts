import { expect, test } from "vitest";
import { calcRepository, calcScript, edits, title } from "./calc.ts";
import { openStage } from "./stage.ts";

test("tests that pass at once are refused, and the next attempt is merged", async () => {
  const attempts = [
    { red: [edits.redTooEasy], green: [edits.green] },
    { red: [edits.red], green: [edits.green] },
  ];
  const script = calcScript({ develop: { "1": { attempts } } });
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  expect((await stage.approveAll(loop)).word).toBe("merged");
  const events = await stage.events(loop);
  expect(events.map(({ type }) => type)).toContain("RedRejected");
  const failed = events.filter(({ type }) => type === "GateFailed");
  expect(failed.map(({ payload }) => `${payload.gate} ${payload.attempt}`)).toEqual(["implement 1"]);
});
