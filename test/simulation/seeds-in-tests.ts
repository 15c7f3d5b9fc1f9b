import { expect, test } from "vitest";
import { runSeeds } from "./run-seeds.ts";

/** Far more than it takes; a busy machine is no broken invariant. */
const patienceMs = 600_000;

/** Part of the seeds of every test run. A test file has a core to itself, so several share them. */
export function seedsInTests({ from, count }: { from: number; count: number }): void {
  test(
    `seeds ${from} to ${from + count - 1} break no invariant`,
    async () => {
      const { seeds, broken } = await runSeeds(from, count);
      expect(broken).toEqual([]);
      expect(seeds).toBe(count);
    },
    patienceMs,
  );
}
