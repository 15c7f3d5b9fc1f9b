import { Broken } from "./broken.ts";
import { type Plan, planOf } from "./plan.ts";
import { Simulation } from "./simulation.ts";

/** How one seed ended. */
export interface Outcome {
  seed: number;
  /** Which invariant is broken, and how; null when all hold. */
  broken: string | null;
  /** The name of the broken invariant alone. */
  invariant: string | null;
  /** Loops that ended, and how many steps the world took. */
  loops: number;
  steps: number;
  /** Names of the faults that struck. */
  faults: readonly string[];
  /** The same for the same story. */
  sum: string;
  /** How the loops ended, in words. */
  ends: string[];
  /** What happened, line by line; empty unless it was asked for. */
  story(): string[];
}

/** Runs the world of a seed to its end. `changes` replaces what the seed would choose. */
export async function runSeed(
  seed: number,
  changes: Partial<Plan> = {},
  keepStory = false,
): Promise<Outcome> {
  const simulation = new Simulation({ ...planOf(seed), ...changes }, keepStory);
  let broken: Broken | null = null;
  try {
    await simulation.run();
  } catch (thrown) {
    // Whatever else is thrown here was not caught by anybody: that is a crash of the control plane.
    const how = thrown instanceof Error ? `${thrown.message}\n${thrown.stack}` : String(thrown);
    broken = thrown instanceof Broken ? thrown : new Broken("0 nothing crashes", how);
    simulation.world.tell("invariant", broken.message, "✗");
  }
  const { story, watch, kernel, faults } = simulation;
  return {
    ...{ seed, broken: broken?.message ?? null, invariant: broken?.invariant ?? null },
    ...{ loops: watch.ended, steps: kernel.steps, faults: faults.struck, sum: story.sum() },
    ends: [...watch.loops.values()].map(({ state }) =>
      state.state === "ended" ? state.outcome : state.state,
    ),
    story: () => story.lines(),
  };
}
