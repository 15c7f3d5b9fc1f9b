import type { Plan } from "./plan.ts";
import { type Outcome, runSeed } from "./run-seed.ts";

/** A world that breaks the same invariant with less. */
export interface Shrunk {
  changes: Partial<Plan>;
  outcome: Outcome;
  /** Worlds that were tried. */
  tried: number;
}

type Run = (seed: number, changes: Partial<Plan>) => Promise<Outcome>;

/** After that many worlds the shortest one so far is good enough. */
const triesMax = 400;

/**
 * Looks for the shortest schedule that breaks the same invariant: fewer issues, fewer runners, then fewer
 * faults, halves first and one by one at last.
 */
export async function shrink(seed: number, broken: Outcome, run: Run = runSeed): Promise<Shrunk> {
  let best: Shrunk = { changes: {}, outcome: broken, tried: 0 };
  let tried = 0;
  const better = async (changes: Partial<Plan>): Promise<boolean> => {
    if (tried >= triesMax) return false;
    tried += 1;
    const outcome = await run(seed, changes);
    if (outcome.invariant !== broken.invariant) return false;
    best = { changes, outcome, tried };
    return true;
  };
  for (const items of [1, 2]) if (await better({ ...best.changes, items })) break;
  await better({ ...best.changes, runners: 1 });
  const faultsOf = (): string[] => [...new Set(best.outcome.faults)];
  for (let size = Math.ceil(faultsOf().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < faultsOf().length; ) {
      const faults = faultsOf();
      const fewer = [...faults.slice(0, at), ...faults.slice(at + size)];
      if (!(await better({ ...best.changes, only: new Set(fewer) }))) at += size;
    }
  return { ...best, tried };
}

/** The command that shows this world again; `weather` is the number of the one that it had, or null. */
export function replayCommand(
  seed: number,
  { items, runners, only }: Partial<Plan>,
  weather: number | null = null,
): string {
  const parts = [`npm run simulate -- --seed ${seed}`];
  if (weather !== null) parts.push(`--weather ${weather}`);
  if (items !== undefined) parts.push(`--items ${items}`);
  if (runners !== undefined) parts.push(`--runners ${runners}`);
  if (only) parts.push(`--faults ${only.size === 0 ? "none" : [...only].join(",")}`);
  return parts.join(" ");
}
