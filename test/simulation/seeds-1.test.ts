import { expect, test } from "vitest";
import { runSeeds } from "./run-seeds.ts";

/** One half of the seeds of every test run, so that two cores share them. */
const half = { from: 1, count: 1_000 };

/** Far more than it takes; a busy machine is no broken invariant. */
const patienceMs = 600_000;

test(
  `seeds ${half.from} to ${half.from + half.count - 1} break no invariant`,
  async () => {
    const { seeds, broken } = await runSeeds(half.from, half.count);
    expect(broken).toEqual([]);
    expect(seeds).toBe(half.count);
  },
  patienceMs,
);
