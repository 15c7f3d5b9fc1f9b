import { expect, test } from "vitest";
import { calcRepository, calcScript, edits, multiply, slow, title } from "./calc.ts";
import { openStage } from "./stage.ts";

test("the same failure twice in a row escalates at once", async () => {
  const attempts = [
    { red: [edits.red], green: [slow("alpha"), edits.cache] },
    { fix: [multiply("b * a", "// slow-alpha\n"), edits.cache] },
  ];
  const script = calcScript({ develop: { "1": { attempts } } });
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  const stuck = await stage.approveAll(loop);
  expect(stuck.word).toBe("escalated");
  const failed = (await stage.events(loop)).filter((event) => event.type === "GateFailed");
  expect(failed.map(({ payload }) => `${payload.gate} ${payload.attempt}`)).toEqual(["test 1", "test 2"]);
  expect(stuck.ask?.kind === "escalation" && stuck.ask.card.why).toContain("same failure");
});
