import { expect, test } from "vitest";
import { loopDoing } from "../loop/testing/scenario.ts";
import type { LoopView } from "../loop/view.ts";
import { loopView } from "./loop-view.ts";
import { showPart } from "./shown-part.ts";

const running = loopView(loopDoing("implement", "leased"), []) as LoopView;
const states = (view: LoopView) => Object.fromEntries(view.steps.map((step) => [step.name, step.state]));

test("a running job's part moves the shown step forward", () => {
  const shown = showPart(running, "test");
  expect(shown.step).toBe("test");
  expect(states(shown)).toMatchObject({ implement: "done", build: "done", test: "running", push: "pending" });
});

test("a part never moves the step back, and an unknown one not at all", () => {
  for (const part of ["red", "lunch", null]) expect(showPart(running, part)).toBe(running);
  const waiting = loopView(loopDoing("design", "checkpoint"), []) as LoopView;
  expect(showPart(waiting, "test")).toBe(waiting);
});
