import { expect, test } from "vitest";
import { calcRepository, calcScript, edits, git, slow, title } from "./calc.ts";
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

test("four different failures escalate with a card; retry with a hint ends merged", async () => {
  const names = ["alpha", "beta", "gamma", "delta"];
  const [first, ...rest] = names.map(slow) as [ReturnType<typeof slow>, ...ReturnType<typeof slow>[]];
  const script = develops([
    { red: [edits.red], green: [first, edits.cache] },
    ...rest.map((edit) => ({ fix: [edit, edits.cache] })),
    { fix: [edits.green] },
  ]);
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  const stuck = await stage.approveAll(loop);

  expect(stuck.word).toBe("escalated");
  expect(await failedGates(stage, loop)).toEqual(["test 1", "test 2", "test 3", "test 4"]);
  if (stuck.ask?.kind !== "escalation") throw new Error("no escalation is open");
  const { card } = stuck.ask;
  expect(card).toMatchObject({ gate: "test", choices: ["retry", "take-over", "split", "abandon"] });
  expect(card.attempts.map((attempt) => attempt.n)).toEqual([1, 2, 3, 4]);
  expect(card.excerpt).toContain("slow-delta");

  const path = `/api/v1/loops/${encodeURIComponent(loop)}/escalations/${encodeURIComponent(card.escalation)}`;
  await stage.call("POST", path, { choice: "retry", text: "leave the comment out" });
  const end = await stage.approveAll(loop);
  expect(end.word, JSON.stringify(end.ask)).toBe("merged");
});
