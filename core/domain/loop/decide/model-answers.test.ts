import { describe, expect, test } from "vitest";
import type { CommandOf, LoopCommand } from "../commands.ts";
import type { LoopEventType } from "../events.ts";
import type { Review } from "../proposal.ts";
import { factsOf } from "../testing/commands.ts";
import { askingPlan, design, plan } from "../testing/samples.ts";
import { given, loopDoing, send } from "../testing/scenario.ts";

const failure = (
  task: "plan" | "design" | "review",
  n: number,
  kind: CommandOf<"ReportModelFailure">["kind"],
  detail = "no",
  retryAt: number | null = null,
): LoopCommand => ({ type: "ReportModelFailure", task, n, kind, detail, retryAt });

const retried: LoopEventType[] = ["GateFailed", "RetryScheduled", "AttemptStarted", "ModelAsked"];

const finding = { path: "src/round.ts", line: 3, title: "off by one", detail: "see 2.5", suggestion: "" };
const review = (...findings: Review["findings"]): Review => ({ summary: "read", findings });

describe("plan", () => {
  const asked = () => loopDoing("plan", "model");

  test("a plan is scored, passes its gate and asks for options", () => {
    given(asked())
      .when({ type: "ReportPlan", n: 1, plan })
      .then(
        ...(["AmbiguityScored", "PlanProposed", "GatePassed", "PolicyDecided", "StepEntered"] as const),
        ...(["AttemptStarted", "ModelAsked"] as const),
      );
  });

  test("an answer to an older turn is refused and changes nothing", () => {
    const again = send(asked(), failure("plan", 1, "garbage")).loop;
    given(again).when({ type: "ReportPlan", n: 1, plan }).thenRefused("answer-not-wanted");
    given(again)
      .when(failure("plan", 1, "garbage"))
      .thenRefused("answer-not-wanted");
    given(again).when({ type: "ReportDesign", n: 2, design }).thenRefused("answer-not-wanted");
  });

  test.each([
    ["too few steps", { ...plan, steps: ["one"] }],
    ["too many steps", { ...plan, steps: Array.from({ length: 8 }, (_, n) => `step ${n}`) }],
    ["complexity beyond 100", { ...plan, complexity: 101 }],
    ["ambiguity below 0", { ...plan, ambiguity: -1 }],
    ["great ambiguity without a question", { ...plan, ambiguity: 60 }],
    ["too many questions", { ...askingPlan, questions: ids("1", "2", "3", "4", "5", "6") }],
    ["questions of the same id", { ...askingPlan, questions: ids("1", "1") }],
    ["no test and no reason", { ...plan, needsTests: false }],
  ])("%s is a failed attempt", (_, bad) => {
    given(asked())
      .when({ type: "ReportPlan", n: 1, plan: bad })
      .then(...retried);
  });

  test("documentation needs no test when it says why", () => {
    const docs = { ...plan, needsTests: false, noTestReason: "only words change" };
    const { events } = send(asked(), { type: "ReportPlan", n: 1, plan: docs });
    expect(events.map((event) => event.type)).toContain("PlanProposed");
  });
});

function ids(...all: string[]) {
  return all.map((id) => ({ id, question: "?", why: "", suggested: "" }));
}

describe("design", () => {
  const asked = () => loopDoing("design", "model");

  test("two options open the checkpoint, bound to the hash of plan and options", () => {
    const { loop } = given(asked())
      .when({ type: "ReportDesign", n: 2, design })
      .then("OptionsProposed", "GatePassed", "PolicyDecided", "CheckpointOpened");
    expect(loop).toMatchObject({ doing: { checkpoint: { subject: factsOf(loop).planHash } } });
  });

  test.each([
    ["one option", { ...design, options: design.options.slice(0, 1) }],
    ["four options", { ...design, options: [...design.options, ...design.options] }],
    ["a recommendation that is no option", { ...design, recommended: "7" }],
  ])("%s is a failed attempt", (_, bad) => {
    given(asked())
      .when({ type: "ReportDesign", n: 2, design: bad })
      .then(...retried);
  });
});

describe("review", () => {
  const asked = () => loopDoing("review", "model");
  const answer = (found: Review): LoopCommand => ({ type: "ReportReview", n: 3, review: found });

  test("a clean review is posted, then the loop goes to the person", () => {
    const { loop } = given(asked()).when(answer(review())).then("ReviewAnswered", "CallRequested");
    given(loop)
      .when({ type: "ReportReviewSubmitted" })
      .then(
        ...(["ReviewSubmitted", "GatePassed", "StepEntered", "StepEntered"] as const),
        ...(["PolicyDecided", "CheckpointOpened"] as const),
      );
  });

  test("a finding that does not block becomes a thread to be answered", () => {
    const found = review(
      { ...finding, severity: "warning", suggestion: "use <=" },
      { ...finding, path: "", line: -2.5, severity: "note" },
    );
    const { loop } = given(asked())
      .when(answer(found))
      .then("ReviewAnswered", "ThreadOpened", "ThreadOpened", "CallRequested");
    const [first, second] = factsOf(loop).threads;
    expect(first).toMatchObject({ id: "f1", person: false, text: "off by one\nsee 2.5\nuse <=" });
    expect(second).toMatchObject({ id: "f2", path: null, line: 0 });
    given(loop)
      .when({ type: "ReportReviewSubmitted" })
      .then(
        ...(["ReviewSubmitted", "GatePassed", "StepEntered", "AddressRoundStarted"] as const),
        ...(["AttemptStarted", "JobQueued"] as const),
      );
  });

  test("a blocking finding fails the gate and goes back to work", () => {
    const { loop } = given(asked())
      .when(answer(review({ ...finding, severity: "blocking" })))
      .then("ReviewAnswered", "CallRequested");
    const after = given(loop)
      .when({ type: "ReportReviewSubmitted" })
      .then(
        ...(["ReviewSubmitted", "GateFailed", "RetryScheduled", "AttemptStarted"] as const),
        ...(["StepEntered", "AttemptStarted", "JobQueued"] as const),
      );
    expect(factsOf(after.loop).failure?.evidence.excerpt).toContain("src/round.ts:3 off by one");
  });

  test("a review that never became one is asked again, not mended", () => {
    given(asked())
      .when(failure("review", 3, "refusal"))
      .then(...retried);
  });
});

describe("a provider in trouble", () => {
  const asked = () => loopDoing("plan", "model");

  test("garbage and refusals use up attempts; the same complaint twice escalates", () => {
    const first = given(asked())
      .when(failure("plan", 1, "garbage", "not JSON"))
      .then(...retried);
    const other = given(first.loop)
      .when(failure("plan", 2, "refusal", "I may not"))
      .then(...retried);
    given(other.loop)
      .when(failure("plan", 3, "refusal", "I may not"))
      .then("GateFailed", "Escalated");
  });

  test("a limit waits until the named time, an outage for a while, and neither costs an attempt", () => {
    const limited = given(asked())
      .when(failure("plan", 1, "limit", "429", 9_000_000))
      .then("ModelPostponed", "ModelAsked");
    expect(limited.loop).toMatchObject({ doing: { notBefore: 9_000_000 } });
    const down = given(limited.loop)
      .when(failure("plan", 2, "transient"))
      .then("ModelPostponed", "ModelAsked");
    expect(down.loop).toMatchObject({ doing: { notBefore: factsOf(down.loop).now + 30_000 } });
    expect(factsOf(down.loop).attempts.plan.failed).toBe(0);
  });

  test("a provider that wants to be asked at once is not: its tries would be gone within a second", () => {
    const { loop } = given(asked())
      .when(failure("plan", 1, "limit", "429", 1))
      .then("ModelPostponed", "ModelAsked");
    expect(loop).toMatchObject({ doing: { notBefore: factsOf(loop).now + 30_000 } });
  });

  test("after twenty postponements a person is told; an answer in between starts the count anew", () => {
    let loop = asked();
    for (let n = 1; n <= 20; n += 1) loop = send(loop, failure("plan", n, "transient")).loop;
    given(loop)
      .when(failure("plan", 21, "transient"))
      .then("Escalated");
    const answered = send(loop, { type: "ReportPlan", n: 21, plan }).loop;
    expect(factsOf(answered).postpones).toBe(0);
  });

  test.each([
    ["auth", "ANTHROPIC_API_KEY"],
    ["overflow", "larger context"],
    ["invalid", "address"],
  ] as const)("%s is an obstacle for a person, who is told what to do", (kind, todo) => {
    const { loop } = given(asked())
      .when(failure("plan", 1, kind))
      .then("ObstacleMet");
    expect(loop).toMatchObject({ doing: { obstacle: { todo: expect.stringContaining(todo) } } });
  });

  test("a refused reservation that the loop has not heard of escalates as a spent budget", () => {
    const { loop } = given(asked())
      .when(failure("plan", 1, "budget"))
      .then("Escalated");
    expect(loop).toMatchObject({ card: { what: "the loop's budget is spent" } });
  });
});
