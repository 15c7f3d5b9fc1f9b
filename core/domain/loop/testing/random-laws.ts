import fc from "fast-check";
import { brokenOnPath } from "./laws-of-paths.ts";
import { choices, someSettings, stride, turnsOf, walkSeed, wildest } from "./random-walk.ts";

/** Steps of the longest walk: enough for two rounds of every gate, with trouble in between. */
const longest = 120;

/** Walks `runs` ways on which everything may go wrong at once; what they broke, and how many it took. */
export function randomWalks(runs: number): { broken: string[]; runs: number } {
  const property = fc.property(someSettings, choices(longest), (settings, picks) => {
    const broken = brokenOnPath(stride(settings, picks, turnsOf, wildest));
    if (broken.length > 0) throw new Error(broken.join("; "));
  });
  const found = fc.check(property, { seed: walkSeed, numRuns: runs, endOnFailure: true });
  if (!found.failed) return { broken: [], runs: found.numRuns };
  const { errorInstance, counterexample } = found;
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return { broken: [why, `settings ${JSON.stringify(counterexample?.[0])}`], runs: found.numRuns };
}
