import { expect, test } from "vitest";
import { calcRepository, calcScript, edits, plan, title } from "./calc.ts";
import { openStage } from "./stage.ts";

test("an ambiguous issue asks first, and goes on with the answers", async () => {
  const questions = [
    { id: "q1", question: "Of integers only?", why: "rounding", suggested: "no" },
    { id: "q2", question: "Of two or more numbers?", why: "the signature", suggested: "two" },
  ];
  const script = calcScript({ plan: { ...plan, ambiguity: 80, questions }, answered: plan });
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  const asked = await stage.until(loop, (view) => view.ask?.kind === "questions");
  expect(asked.ask?.kind === "questions" && asked.ask.questions).toEqual(questions);
  const path = `/api/v1/loops/${encodeURIComponent(loop)}/questions`;
  await stage.call("POST", path, { answers: [{ question: "q1", answer: "no" }] });
  expect((await stage.view(loop)).ask?.kind).toBe("questions");
  await stage.call("POST", path, { answers: [{ question: "q2", answer: "two" }] });
  expect((await stage.approveAll(loop)).word).toBe("merged");
});

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
