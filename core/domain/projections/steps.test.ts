import fc from "fast-check";
import { expect, test } from "vitest";
import type { LoopEvent } from "../loop/events.ts";
import type { Verdict } from "../loop/evidence.ts";
import { initialLoop } from "../loop/evolve.ts";
import { issuePipeline } from "../loop/pipeline.ts";
import type { Loop } from "../loop/state.ts";
import { leased, say } from "../loop/testing/commands.ts";
import { calmRecord, sealed } from "../loop/testing/envelopes.ts";
import { choices, someSettings, stride, walkSeed } from "../loop/testing/random-walk.ts";
import { started } from "../loop/testing/scenario.ts";
import { stepViews } from "./steps.ts";

const until = (arrived: (loop: Loop) => boolean) => {
  const { envelopes, loop } = calmRecord({}, arrived);
  return stepViews(loop, envelopes);
};
const stateOf = (steps: ReturnType<typeof stepViews>, name: string) =>
  steps.find((step) => step.name === name)?.state;

test("the rail is the pipeline: the same steps, titles and numbers, in any state", () => {
  fc.assert(
    fc.property(someSettings, choices(60), (settings, picks) => {
      const last = stride(settings, picks).at(-1)?.after ?? initialLoop;
      const rail = stepViews(last, []).map(({ name, title, number }) => [number, name, title]);
      expect(rail).toEqual(issuePipeline.map(({ name, title }, index) => [index + 1, name, title]));
    }),
    { seed: walkSeed, numRuns: 20 },
  );
});

test("before the start every step is pending", () => {
  expect(new Set(stepViews(initialLoop, []).map((step) => step.state))).toEqual(new Set(["pending"]));
});

test("a merged loop has every step done, with its times", () => {
  const { envelopes, loop } = calmRecord();
  const steps = stepViews(loop, envelopes);
  expect(new Set(steps.map((step) => step.state))).toEqual(new Set(["done"]));
  for (const { startedAt, endedAt } of steps)
    expect(endedAt ?? 0).toBeGreaterThanOrEqual(startedAt ?? Infinity);
});

test("waiting for a person is never shown as running", () => {
  const steps = until((loop) => loop.state === "active" && loop.doing.kind === "checkpoint");
  expect(stateOf(steps, "design")).toBe("needs you");
  expect(stateOf(steps, "plan")).toBe("done");
  expect(stateOf(steps, "open")).toBe("pending");
});

test("waiting for a runner is waiting; with one it runs", () => {
  const open = until((loop) => loop.state === "active" && loop.doing.kind === "job");
  expect(stateOf(open, "plan")).toBe("waiting");
  const held = until(
    (loop) => loop.state === "active" && loop.doing.kind === "job" && loop.doing.job.runner !== null,
  );
  expect(stateOf(held, "plan")).toBe("running");
});

test("a gate that failed is tried again, with the failure as its note", () => {
  const loop = say(started(), { failing: ["build"], trouble: [] }, "build new-0");
  const evidence = { summary: "build fails", fingerprint: "x", excerpt: "", log: null };
  const events: LoopEvent[] = [
    { type: "StepEntered", step: "implement" },
    { type: "StepEntered", step: "build" },
    { type: "GateFailed", gate: "build", attempt: 1, evidence },
    { type: "GateFailed", gate: "scan", attempt: 1, evidence },
    { type: "StepEntered", step: "implement" },
  ];
  const steps = stepViews(loop, sealed([{ events, at: 5 }]));
  expect(stateOf(steps, "build")).toBe("retry");
  expect(steps.find((step) => step.name === "build")).toMatchObject({ failed: 1, note: "build fails" });
  expect(stateOf(steps, "implement")).toBe("waiting");
});

test("a step that is visited again keeps its first start", () => {
  const loop = leased("develop");
  const events = (step: "implement" | "build"): LoopEvent[] => [{ type: "StepEntered", step }];
  const visits = [
    { events: events("implement"), at: 10 },
    { events: events("build"), at: 20 },
    { events: events("implement"), at: 30 },
  ];
  const steps = stepViews(loop, sealed(visits));
  expect(steps.find((step) => step.name === "implement")).toMatchObject({ startedAt: 10, endedAt: null });
  expect(steps.find((step) => step.name === "build")).toMatchObject({ startedAt: 20, endedAt: 30 });
});

test("an escalated or stopped loop failed where it stands; what it never saw is skipped or pending", () => {
  const scan = { failing: ["scan"], trouble: [] } as const;
  const escalated = say(say(started(), scan, "scan old"), scan, "scan old");
  const steps = stepViews(escalated, []);
  expect(stateOf(steps, "push")).toBe("failed");
  expect(stateOf(steps, "plan")).toBe("skipped");
  expect(stateOf(steps, "merge")).toBe("pending");
  const { envelopes, loop } = calmRecord();
  if (loop.state !== "ended") throw new Error("not ended");
  const stopped = stepViews({ ...loop, outcome: "cancelled", step: "ci" }, envelopes);
  expect(stateOf(stopped, "ci")).toBe("failed");
});

test("gates that one checkout proved show the time that their receipts measured", () => {
  const { envelopes, loop } = calmRecord();
  const slow = envelopes.map((envelope) => {
    const verdict = envelope.payload.verdict as Verdict | undefined;
    if (verdict?.gate !== "build" && verdict?.gate !== "test") return envelope;
    const ms = verdict.gate === "build" ? 100 : 300;
    const receipts = verdict.receipts.map((one) => ({
      ...one,
      commands: [{ argv: ["x"], exitCode: 0, ms }],
    }));
    return { ...envelope, payload: { ...envelope.payload, verdict: { ...verdict, receipts } } };
  });
  const before = stepViews(loop, envelopes);
  const steps = stepViews(loop, slow);
  const took = (views: typeof steps, name: string) => {
    const step = views.find((one) => one.name === name);
    return (step?.endedAt ?? 0) - (step?.startedAt ?? 0);
  };
  expect([took(steps, "build"), took(steps, "test")]).toEqual([100, 300]);
  expect(took(before, "implement") - took(steps, "implement")).toBe(400);
});

test("a step whose question was postponed says until when and why, until it is asked", () => {
  const entered: LoopEvent = { type: "StepEntered", step: "plan" };
  const reason = "too many requests";
  const postponed: LoopEvent = { type: "ModelPostponed", task: "plan", until: 9e12, reason };
  const asked = { type: "TurnReserved" } as LoopEvent;
  const noteAfter = (...events: LoopEvent[]) =>
    stepViews(started(), sealed([{ events, at: 1 }])).find((step) => step.name === "plan")?.note;
  expect(noteAfter(entered, postponed)).toBe("asked again at 2255-03-14 16:00:00 UTC: too many requests");
  expect(noteAfter(entered, postponed, asked)).toBe("");
});
