import type { FaultCase } from "./case.ts";
import { clockMoved } from "./clock.ts";
import { d1Unreadable } from "./d1.ts";
import { diskFull, readOnly } from "./disk.ts";
import { networkCut } from "./network.ts";
import { twoServers } from "./two-servers.ts";
import { zombie } from "./zombie.ts";

/** The seed chooses what happens to which request. */
export const allCases = (seed: number): readonly FaultCase[] => [
  ...[diskFull, readOnly, d1Unreadable, clockMoved, twoServers, zombie, networkCut(seed)],
];

export type Verdict = "held" | "broken" | "skipped";

/** Runs one case and says how it went; never throws. */
export async function runCase({ name, says, skip, run }: FaultCase): Promise<Verdict> {
  const say = (verdict: string) => process.stdout.write(`${name}: ${verdict}\n`);
  const reason = skip?.() ?? null;
  if (reason !== null) {
    say(`skipped, ${reason}`);
    return "skipped";
  }
  const began = performance.now();
  try {
    const faults = await run();
    const took = `${((performance.now() - began) / 1_000).toFixed(0)} s`;
    say(faults.length === 0 ? `held, ${took} (${says})` : `broken, ${took} (${says})`);
    for (const fault of faults) process.stdout.write(`  ${fault}\n`);
    return faults.length === 0 ? "held" : "broken";
  } catch (error) {
    say(`broken: ${error instanceof Error ? error.message : String(error)}`);
    return "broken";
  }
}
