import { expect, test } from "vitest";
import { issuePipeline } from "./pipeline.ts";
import { answers, calm } from "./testing/answers.ts";
import { drive, send, started } from "./testing/scenario.ts";

test("a loop that meets no trouble visits the 14 steps in order and ends merged", () => {
  let loop = started();
  const steps: string[] = ["assign"];
  for (let n = 0; n < 100 && loop.state !== "ended"; n += 1) {
    const answer = answers(loop, calm)[0];
    expect(answer, JSON.stringify(loop).slice(0, 300)).toBeDefined();
    if (!answer) break;
    const result = send(loop, answer.command);
    for (const event of result.events) if (event.type === "StepEntered") steps.push(event.step);
    loop = result.loop;
  }
  expect(loop.state === "ended" && loop.outcome).toBe("merged");
  expect([...steps, "next"]).toEqual(issuePipeline.map((step) => step.name));
});

test("every level that one person can satisfy ends merged; guardian does with three", () => {
  for (const level of ["dev/autopilot", "dev/consultant", "business/advisor", "business/guardian"] as const) {
    const end = drive(started({ level }), (loop) => loop.state === "ended");
    expect(end.state === "ended" && end.outcome, level).toBe("merged");
  }
});
