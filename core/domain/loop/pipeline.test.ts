import { expect, test } from "vitest";
import { stickyComment } from "../projections/comments.ts";
import { gateNames, issuePipeline, stepNames, stepNumber, stepOfGate } from "./pipeline.ts";
import { drive, started } from "./testing/scenario.ts";

test("the issue pipeline has its 14 steps in this order", () => {
  expect(stepNames).toEqual([
    ...["assign", "plan", "design", "open", "implement", "build", "test", "push"],
    ...["ci", "review", "address", "complete", "merge", "next"],
  ]);
});

test("a step's number is its place", () => {
  expect(stepNames.map(stepNumber)).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
});

test("every step says in words who acts and what it does", () => {
  for (const { name, title, actor, does } of issuePipeline) {
    expect(title.toLowerCase()).toBe(name);
    expect(["platform", "model", "person", "runner", "coordinator"]).toContain(actor);
    expect(does.length).toBeGreaterThan(15);
  }
});

test("every gate is shown at a step of the pipeline", () => {
  for (const gate of gateNames) expect(stepNames).toContain(stepOfGate(gate));
  expect(stepOfGate("scan")).toBe("push");
});

test("the sticky comment shows every step of the pipeline, wherever the loop stands", () => {
  drive(started(), (loop) => {
    if (loop.state === "not-started") return false;
    const text = stickyComment(loop, "http://tamma.test");
    for (const { title } of issuePipeline) expect(text).toContain(title);
    return loop.state === "ended";
  });
});
