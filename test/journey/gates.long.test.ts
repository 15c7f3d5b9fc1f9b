import { expect, test } from "vitest";
import { calcRepository, calcScript, edits, git, multiply, slow, title } from "./calc.ts";
import { openStage, type Stage } from "./stage.ts";

async function failedGates(stage: Stage, loop: string): Promise<string[]> {
  const failed = (await stage.events(loop)).filter((event) => event.type === "GateFailed");
  return failed.map(({ payload }) => `${payload.gate} ${payload.attempt}`);
}

test("a failed build goes back to work once and passes", async () => {
  const attempts = [{ red: [edits.red], green: [edits.greenWithVar] }, { fix: [edits.green] }];
  const script = calcScript({ develop: { "1": { attempts } } });
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  expect((await stage.approveAll(loop)).word).toBe("merged");
  expect(await failedGates(stage, loop)).toEqual(["build 1"]);
  expect(git(stage.repository, "show", "main:src/calc.js")).not.toContain("var");
});

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
  expect(await failedGates(stage, loop)).toEqual(["test 1", "test 2"]);
  expect(stuck.ask?.kind === "escalation" && stuck.ask.card.why).toContain("same failure");
});

test("four different failures escalate with a card; retry with a hint ends merged", async () => {
  const names = ["alpha", "beta", "gamma", "delta"];
  const [first, ...rest] = names.map(slow) as [ReturnType<typeof slow>, ...ReturnType<typeof slow>[]];
  const attempts = [
    { red: [edits.red], green: [first, edits.cache] },
    ...rest.map((edit) => ({ fix: [edit, edits.cache] })),
    { fix: [edits.green] },
  ];
  const script = calcScript({ develop: { "1": { attempts } } });
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
