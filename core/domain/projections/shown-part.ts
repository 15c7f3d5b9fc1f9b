import { type StepName, stepNumber } from "../loop/pipeline.ts";
import type { LoopView, StepView } from "../loop/view.ts";

/** The step at which each part of a verify job is shown: one job on one checkout covers several steps. */
const stepOfPart: Readonly<Record<string, StepName>> = {
  red: "implement",
  green: "implement",
  build: "build",
  test: "test",
  scan: "push",
  ci: "ci",
};

/**
 * The view with the step moved to what the running job says it is at. Only forward, and only what is shown:
 * the verdicts come with the job's result.
 */
export function showPart(view: LoopView, part: string | null): LoopView {
  const step = part === null ? undefined : stepOfPart[part];
  if (step === undefined || view.word !== "running" || stepNumber(step) <= stepNumber(view.step)) return view;
  const steps = view.steps.map((each): StepView => {
    if (each.name === step) return { ...each, state: "running" };
    const passed = each.number >= stepNumber(view.step) && each.number < stepNumber(step);
    return passed ? { ...each, state: "done" } : each;
  });
  return { ...view, step, steps };
}
