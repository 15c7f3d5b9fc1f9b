import { expect, test } from "vitest";
import type { LiveLoop, Loop } from "../domain/loop/state.ts";
import { design, plan } from "../domain/loop/testing/samples.ts";
import { loopDoing } from "../domain/loop/testing/scenario.ts";
import type { TurnOutcome } from "../ports/model.ts";
import type { TurnError, TurnRequest } from "../protocol/model-turn.ts";
import { askModel } from "./ask-model.ts";

const live = (loop: Loop) => loop as LiveLoop;
const effect = (task: "plan" | "design" | "review") =>
  ({ kind: "ask-model", key: `ask:${task}:1`, task, n: 1, notBefore: 0 }) as const;

const says = (text: string, finish: "stop" | "length" | "refusal" = "stop"): TurnOutcome => {
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
  return { answer: { content: [{ type: "text", text }], finish, usage, model: "m" } };
};
const fails = (kind: TurnError["kind"], retryAt: number | null = null): TurnOutcome => {
  return { error: { kind, message: `it is ${kind}`, status: null, retryAt, requestId: null } };
};

/** A model that gives these answers in order. */
function asking(task: "plan" | "design" | "review", ...outcomes: TurnOutcome[]) {
  const requests: { turn: string; request: TurnRequest }[] = [];
  const ports = {
    turns: {
      runTurn: async (_loop: string, turn: string, request: TurnRequest) => {
        requests.push({ turn, request });
        const next = outcomes.shift();
        if (!next) throw new Error("the model was asked too often");
        return next;
      },
    },
    prompts: {
      build: async () => ({
        system: "s",
        messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "work" }] }],
        tools: [],
        outputSchema: null,
        maxOutputTokens: 10,
      }),
    },
    nonce: () => "nonce",
  };
  const loop = live(loopDoing(task === "review" ? "review" : task, "model"));
  return { requests, report: askModel(effect(task), loop, ports) };
}

test("an answer that fits its schema becomes a report", async () => {
  await expect(asking("plan", says(JSON.stringify(plan))).report).resolves.toEqual({
    type: "ReportPlan",
    n: 1,
    plan,
  });
  const fenced = says(`\`\`\`json\n${JSON.stringify(design)}\n\`\`\``);
  await expect(asking("design", fenced).report).resolves.toMatchObject({ type: "ReportDesign", design });
  const review = { summary: "fine", findings: [] };
  await expect(asking("review", says(JSON.stringify(review))).report).resolves.toMatchObject({ review });
});

test("an answer that does not fit is shown back once with what is wrong", async () => {
  const { requests, report } = asking("plan", says("{}"), says(JSON.stringify(plan)));
  await expect(report).resolves.toMatchObject({ type: "ReportPlan" });
  const [first, second] = requests;
  expect(first?.turn).toBe("local/calc/7#1~ask:plan:1~t1");
  expect(second?.turn).toBe("local/calc/7#1~ask:plan:1~t2");
  expect(second?.request.labels.turn).toBe(second?.turn);
  expect(second?.request.messages).toHaveLength(3);
  expect(JSON.stringify(second?.request.messages.at(-1))).toContain("summary");
});

test("rules beyond the schema count too", async () => {
  const tooShort = says(JSON.stringify({ ...plan, steps: ["one"] }));
  const { requests, report } = asking("plan", tooShort, tooShort);
  await expect(report).resolves.toMatchObject({ kind: "garbage", detail: "plan 3 to 7 steps" });
  expect(requests).toHaveLength(2);
});

test("two unusable answers are one failed attempt, and two refusals are called that", async () => {
  await expect(asking("plan", says("no"), says("{")).report).resolves.toMatchObject({
    type: "ReportModelFailure",
    kind: "garbage",
    detail: "the answer is not JSON",
  });
  const refused = says("", "refusal");
  await expect(asking("design", refused, refused).report).resolves.toMatchObject({ kind: "refusal" });
  const cut = says("{", "length");
  await expect(asking("design", cut, cut).report).resolves.toMatchObject({ kind: "garbage" });
});

test("a turn that was cut off is asked again under the next id, but not forever", async () => {
  const once = asking("plan", fails("turn-lost"), says(JSON.stringify(plan)));
  await expect(once.report).resolves.toMatchObject({ type: "ReportPlan" });
  expect(once.requests.map(({ turn }) => turn.at(-1))).toEqual(["1", "2"]);
  const always = asking("plan", ...Array.from({ length: 6 }, () => fails("turn-lost")));
  await expect(always.report).resolves.toMatchObject({ kind: "transient" });
});

test("bytes that are no answer are asked for once more, and then they are a failed attempt", async () => {
  const once = asking("plan", fails("garbage"), says(JSON.stringify(plan)));
  await expect(once.report).resolves.toMatchObject({ type: "ReportPlan" });
  expect(once.requests.map(({ turn }) => turn.at(-1))).toEqual(["1", "2"]);
  const twice = asking("plan", fails("garbage"), fails("garbage"));
  await expect(twice.report).resolves.toMatchObject({ kind: "garbage", detail: "it is garbage" });
});

test("a provider's error is reported with its kind and the time it named", async () => {
  await expect(asking("plan", fails("limit", 77)).report).resolves.toMatchObject({
    kind: "limit",
    retryAt: 77,
  });
  await expect(asking("plan", fails("auth")).report).resolves.toMatchObject({ kind: "auth" });
  await expect(asking("plan", fails("stopped")).report).resolves.toMatchObject({ kind: "transient" });
  await expect(asking("plan", says("{}"), fails("budget")).report).resolves.toMatchObject({ kind: "budget" });
});

test("a turn that is under way elsewhere is nothing to report yet", async () => {
  await expect(asking("plan", { inFlight: true }).report).resolves.toBeNull();
  await expect(asking("plan", says("{}"), { inFlight: true }).report).resolves.toBeNull();
});
