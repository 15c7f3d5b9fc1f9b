import { expect, test } from "vitest";
import { calcRepository, calcScript, edits, title } from "./calc.ts";
import { openStage } from "./stage.ts";

test("a weakened test needs a person's yes, which nobody can give ahead", async () => {
  const weak = {
    path: "test/calc.test.js",
    old: 'test("adds", () => {',
    new: 'test.skip("adds", () => {',
  };
  const attempts = [{ red: [edits.red], green: [edits.green, weak] }];
  const script = calcScript({ develop: { "1": { attempts } } });
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  await stage.decide(loop, "approve");
  const asked = await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  if (asked.ask?.kind !== "checkpoint") throw new Error("no checkpoint is open");
  expect(asked.ask.checkpoint).toMatchObject({ kind: "tests", reserved: ["weakened-tests"] });
  await expect(stage.decide(loop, "approve", { via: "--yes" })).rejects.toThrow(/403/);
  expect((await stage.approveAll(loop)).word).toBe("merged");
});
