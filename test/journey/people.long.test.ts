import { expect, test } from "vitest";
import { calcRepository, calcScript, edits, git, multiply, plan, title } from "./calc.ts";
import { openStage } from "./stage.ts";

test("the option that a person picks is the one that is built", async () => {
  const second = { attempts: [{ red: [edits.red], green: [multiply("b * a")] }] };
  const first = { attempts: [{ red: [edits.red], green: [edits.green] }] };
  const script = calcScript({ develop: { "1": first, "2": second } });
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  await stage.decide(loop, "approve", { option: "2" });
  const end = await stage.approveAll(loop);
  expect(end).toMatchObject({ word: "merged", option: "2" });
  expect(git(stage.repository, "show", "main:src/calc.js")).toContain("b * a");
});

test("a design that a person rewrites is approved as rewritten", async () => {
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  const loop = await stage.start(title);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  await stage.decide(loop, "edit", { option: "1", text: "a plain function, without any check" });
  const end = await stage.approveAll(loop);
  expect(end.word).toBe("merged");
  expect(end.design?.options[0]?.approach).toBe("a plain function, without any check");
});

test("a rejected completion goes back to work with the reason and ends merged", async () => {
  const attempts = [{ red: [edits.red], green: [multiply("b * a")] }, { fix: [edits.green] }];
  const script = calcScript({ develop: { "1": { attempts } } });
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  await stage.decide(loop, "approve");
  await stage.until(
    loop,
    (view) => view.ask?.kind === "checkpoint" && view.ask.checkpoint.kind === "complete",
  );
  await stage.decide(loop, "reject", { text: "a should come first" });
  const end = await stage.approveAll(loop);
  expect(end.word).toBe("merged");
  expect(git(stage.repository, "show", "main:src/calc.js")).toContain("a * b");
});

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
