import { expect, test } from "vitest";
import { completionOf, sigmasMax, skills } from "./harness.ts";

/** Enough to see a loss of a few percent; `npm run simulate -- --harness` takes 200. */
const tasks = 100;

test("an engineer who is always right completes every task", async () => {
  const { merged, broken } = await completionOf(1, tasks);
  expect({ merged, broken }).toEqual({ merged: tasks, broken: [] });
});

test.each(skills.filter((skill) => skill < 1))(
  "an engineer who is right with probability %d completes about 1-(1-p)^4 of the tasks",
  async (skill) => {
    const { measured, expected, sigma, broken } = await completionOf(skill, tasks);
    expect(broken).toEqual([]);
    expect(Math.abs(measured - expected)).toBeLessThanOrEqual(sigmasMax * sigma);
  },
);
