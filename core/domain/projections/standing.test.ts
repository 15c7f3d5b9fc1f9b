import { expect, test } from "vitest";
import { atCheckpoint, leased } from "../loop/testing/commands.ts";
import { askingPlan, person } from "../loop/testing/samples.ts";
import { loopAt, loopDoing, send } from "../loop/testing/scenario.ts";
import { loopView } from "./loop-view.ts";
import { standing } from "./standing.ts";

const url = "http://tamma.test/app/loops/1";
const of = (loop: Parameters<typeof loopView>[0]) => {
  const view = loopView(loop, []);
  if (view === null) throw new Error("the loop has not started");
  return standing(view, url);
};

test("a loop at a checkpoint says the question, its options and what a yes does", () => {
  expect(of(atCheckpoint("design"))).toMatchObject({
    ...{ word: "needs you", url, job: null },
    ask: {
      title: expect.stringContaining("design"),
      lines: expect.arrayContaining([expect.stringContaining("(recommended)")]),
    },
  });
});

test("a loop at work says which job is held, and asks nothing", () => {
  expect(of(leased("verify"))).toMatchObject({ word: "running", ask: null, job: { kind: "verify" } });
});

test("a loop that asks says its question, and all of them when there are more", () => {
  const asking = loopDoing("plan", "model");
  const [first] = askingPlan.questions;
  const open = (questions: typeof askingPlan.questions) =>
    of(send(asking, { type: "ReportPlan", n: 1, plan: { ...askingPlan, questions } }).loop).ask;
  expect(open(askingPlan.questions)).toMatchObject({ title: "Up or even?" });
  const two = [...askingPlan.questions, { ...first, id: "q2", question: "Money too?" }];
  expect(open(two as typeof askingPlan.questions)).toEqual({
    ...{ title: "Some questions are open", lines: ["Up or even?", "Money too?"] },
  });
});

test("an escalated loop says what and why, a paused one what to do", () => {
  const by = person("ann");
  const taken = send(loopAt("implement"), { type: "EscalateLoop", by, reason: "I take it" }).loop;
  expect(of(taken)).toMatchObject({ word: "escalated", ask: { lines: [expect.any(String)] } });
  const paused = send(loopAt("implement"), { type: "PauseLoop", by }).loop;
  expect(of(paused)).toMatchObject({
    word: "needs you",
    ask: { lines: [expect.stringContaining("resume")] },
  });
});
