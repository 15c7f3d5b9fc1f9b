import { expect, test } from "vitest";
import type { CommandOf } from "../commands.ts";
import { factsOf, jobOf, leased, outcomeOf, result, say } from "../testing/commands.ts";
import { askingPlan, person } from "../testing/samples.ts";
import { drive, given, loopDoing, send, started } from "../testing/scenario.ts";

const asking = { failing: [], trouble: ["questions"] } as const;
const two = [...askingPlan.questions, { ...askingPlan.questions[0], id: "q2", question: "Money too?" }];
const twoQuestions = { ...askingPlan, questions: two as typeof askingPlan.questions };

const reply = (...answers: [question: string, answer: string][]): CommandOf<"AnswerQuestions"> => ({
  type: "AnswerQuestions",
  answers: answers.map(([question, answer]) => ({ question, answer })),
  by: person("ann"),
  via: "cli",
});

function waitingForTwo() {
  const loop = loopDoing("plan", "model");
  return given(loop)
    .when({ type: "ReportPlan", n: factsOf(loop).asks, plan: twoQuestions })
    .then("AmbiguityScored", "QuestionsAsked").loop;
}

test("an ambiguous issue is asked about before anything is planned", () => {
  const loop = waitingForTwo();
  expect(loop).toMatchObject({ state: "active", step: "plan", doing: { kind: "questions" } });
  expect(factsOf(loop).plan).toBeNull();
});

test("the loop goes on when the last question is answered, with the answers for the model", () => {
  const first = given(waitingForTwo())
    .when(reply(["q1", "up"]))
    .then("QuestionAnswered");
  const { loop } = given(first.loop)
    .when(reply(["q2", "yes"]))
    .then("QuestionAnswered", "ModelAsked");
  expect(factsOf(loop).clarifications.map((one) => one.answer)).toEqual(["up", "yes"]);
  expect(outcomeOf(loop)).toBe("merged");
});

test("all answers may come at once", () => {
  given(waitingForTwo())
    .when(reply(["q1", "up"], ["q2", "yes"]))
    .then("QuestionAnswered", "QuestionAnswered", "ModelAsked");
});

test("an answer to a question that is not open is refused, with those that are", () => {
  const refusal = given(waitingForTwo())
    .when(reply(["q7", "up"]))
    .thenRefused("unknown-question");
  expect(refusal.todo).toBe("answer q1, q2");
  const answered = send(waitingForTwo(), reply(["q1", "up"])).loop;
  given(answered)
    .when(reply(["q1", "down"]))
    .thenRefused("unknown-question");
  given(waitingForTwo())
    .when(reply(["q1", "up"], ["q1", "down"]))
    .thenRefused("unknown-question");
});

test("an empty answer is none", () => {
  given(waitingForTwo())
    .when(reply(["q1", "  "]))
    .thenRefused("empty-answer");
});

test("answers are refused where no question is open", () => {
  given(loopDoing("plan", "model"))
    .when(reply(["q1", "up"]))
    .thenRefused("no-question-open");
});

test("questions are asked once: a second plan must be a plan", () => {
  const loop = send(waitingForTwo(), reply(["q1", "up"], ["q2", "yes"])).loop;
  const noPlan = { ...twoQuestions, steps: [] };
  given(loop)
    .when({ type: "ReportPlan", n: factsOf(loop).asks, plan: noPlan })
    .then("GateFailed", "RetryScheduled", "AttemptStarted", "ModelAsked");
});

test("the agent may ask in the middle of its work; its question does not take an older one's place", () => {
  const planned = say(started(), asking, "questions", "answer");
  const developing = leased("develop", planned);
  const questions = askingPlan.questions;
  const { loop } = given(developing)
    .when(result(developing, { kind: "develop", result: { outcome: "question", questions } }))
    .then("JobFinished", "QuestionsAsked");
  expect(factsOf(loop).clarifications.map((one) => one.id)).toEqual(["q1", "q2"]);
  const after = given(loop)
    .when(reply(["q2", "even"]))
    .then("QuestionAnswered", "JobQueued");
  expect(jobOf(after.loop)).toMatchObject({ kind: "develop", purpose: "work" });
});

test("a question that comes while a failure is mended goes back to mending", () => {
  const failing = say(started(), { failing: ["build"], trouble: [] }, "build new-0");
  const mending = leased("develop", failing);
  const asked = send(
    mending,
    result(mending, {
      kind: "develop",
      result: { outcome: "question", questions: askingPlan.questions },
    }),
  ).loop;
  expect(jobOf(send(asked, reply(["q1", "up"])).loop)).toMatchObject({ kind: "develop", purpose: "fix" });
});

test("a question that comes while comments are answered goes back to the comments", () => {
  const world = { failing: [], trouble: ["threads"] } as const;
  const commented = say(loopDoing("ci", "job"), world, "comment");
  const addressing = leased("develop", commented, "address");
  const asked = send(
    addressing,
    result(addressing, {
      kind: "develop",
      result: { outcome: "question", questions: askingPlan.questions },
    }),
  ).loop;
  const { loop } = given(asked)
    .when(reply(["q1", "up"]))
    .then("QuestionAnswered", "JobQueued");
  expect(jobOf(loop).purpose).toBe("address");
  expect(factsOf(drive(loop, (one) => one.state === "ended")).threads[0]?.reply).toBe("done");
});
