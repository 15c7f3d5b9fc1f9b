import type { Plan } from "./plan.ts";
import { runSeed } from "./run-seed.ts";

/** What a run of many seeds came to. */
export interface Tally {
  seeds: number;
  loops: number;
  steps: number;
  broken: { seed: number; how: string }[];
}

export const nothing = (): Tally => ({ seeds: 0, loops: 0, steps: 0, broken: [] });

/** Runs the seeds from `from` on, one after another. `changes` replaces what they would choose. */
export async function runSeeds(from: number, count: number, changes: Partial<Plan> = {}): Promise<Tally> {
  const tally = nothing();
  for (let seed = from; seed < from + count; seed += 1) {
    const { loops, steps, broken } = await runSeed(seed, changes);
    tally.seeds += 1;
    tally.loops += loops;
    tally.steps += steps;
    if (broken !== null) tally.broken.push({ seed, how: broken });
  }
  return tally;
}

export function sumOf(one: Tally, other: Tally): Tally {
  return {
    seeds: one.seeds + other.seeds,
    loops: one.loops + other.loops,
    steps: one.steps + other.steps,
    broken: [...one.broken, ...other.broken],
  };
}
