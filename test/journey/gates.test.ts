import { expect, test } from "vitest";
import { calcRepository, calcScript, edits, git, title } from "./calc.ts";
import { openStage, type Stage } from "./stage.ts";

const develops = (
  attempts: NonNullable<ReturnType<typeof calcScript>["issues"][0]["develop"]["1"]>["attempts"],
) => calcScript({ develop: { "1": { attempts } } });

async function types(stage: Stage, loop: string): Promise<string[]> {
  return (await stage.events(loop)).map((event) => event.type);
}

async function failedGates(stage: Stage, loop: string): Promise<string[]> {
  const failed = (await stage.events(loop)).filter((event) => event.type === "GateFailed");
  return failed.map((event) => `${event.payload.gate} ${event.payload.attempt}`);
}

test("tests that pass at once are refused, and the next attempt is merged", async () => {
  const script = develops([
    { red: [edits.redTooEasy], green: [edits.green] },
    { red: [edits.red], green: [edits.green] },
  ]);
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  expect((await stage.approveAll(loop)).word).toBe("merged");
  expect(await types(stage, loop)).toContain("RedRejected");
  expect(await failedGates(stage, loop)).toEqual(["implement 1"]);
});

test("a failed build goes back to work once and passes", async () => {
  const script = develops([{ red: [edits.red], green: [edits.greenWithVar] }, { fix: [edits.green] }]);
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  expect((await stage.approveAll(loop)).word).toBe("merged");
  expect(await failedGates(stage, loop)).toEqual(["build 1"]);
  expect(git(stage.repository, "show", "main:src/calc.js")).not.toContain("var");
});
