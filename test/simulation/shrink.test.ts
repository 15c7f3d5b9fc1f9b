import { expect, test } from "vitest";
import type { Plan } from "./plan.ts";
import type { Outcome } from "./run-seed.ts";
import { replayCommand, shrink } from "./shrink.ts";

const struck = ["object-crash:1", "late:1", "late:2", "restore:1", "late:3", "d1-down:1"];

/** A world that breaks "4" with these two faults and any number of issues, and "7" with fewer of them. */
async function run(_seed: number, { only, items = 3 }: Partial<Plan>): Promise<Outcome> {
  const faults = struck.filter((name) => only === undefined || only === null || only.has(name));
  const both = faults.includes("late:2") && faults.includes("restore:1");
  const invariant = both && items >= 2 ? "4" : "7";
  const rest = { seed: 1, broken: invariant, loops: 1, steps: 1, sum: "", ends: [], story: () => [] };
  return { ...rest, invariant, faults };
}

test("only what breaks the same invariant is left of a schedule", async () => {
  const { changes, outcome, tried } = await shrink(1, await run(1, {}), run);
  expect(outcome).toMatchObject({ invariant: "4", faults: ["late:2", "restore:1"] });
  expect(changes).toEqual({ items: 2, runners: 1, only: new Set(["late:2", "restore:1"]) });
  expect(tried).toBeLessThan(40);
});

test("the command that shows it again says all that was changed", () => {
  expect(replayCommand(7, { items: 1, only: new Set(["late:2"]) })).toBe(
    "npm run simulate -- --seed 7 --items 1 --faults late:2",
  );
  expect(replayCommand(7, { only: new Set() })).toBe("npm run simulate -- --seed 7 --faults none");
});
