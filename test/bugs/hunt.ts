import { join } from "node:path";
import type { Hunted } from "./hunted.ts";
import { bugs } from "./list.ts";
import { type Planted, plant } from "./plant.ts";
import { limits, proofs } from "./proofs.ts";

/**
 * `node test/bugs/hunt.ts full|short [NAME]`: makes the mistake NAME and asks one proof after the other what
 * is broken, when short until one says so; without NAME, the source as it is. Prints a `Hunted` at its end.
 * A process of its own: a mistake may go on without end, and what was loaded with it must not serve the next.
 */
async function main(scope: string | undefined, name: string | undefined): Promise<void> {
  if (scope !== "full" && scope !== "short") throw new Error("full or short?");
  const bug = bugs.find((one) => one.name === name);
  if (name !== undefined && !bug) throw new Error(`there is no bug ${name}`);
  const planted: Planted | null = bug ? plant(bug, join(import.meta.dirname, "../..")) : null;
  const hunted: Hunted = { caught: [], passed: [] };
  for (const proof of proofs.filter(({ about }) => !bug || about.test(bug.file))) {
    const look = await proof.load();
    if (planted && !planted.loaded())
      throw new Error(`not applied: ${proof.name} does not load ${bug?.file}`);
    const found = { by: proof.name, ...(await look(limits[scope], hunted.caught.length > 0)) };
    if (found.broken === null) hunted.passed.push(found);
    else hunted.caught.push(found);
    if (scope === "short" && hunted.caught.length > 0) break;
  }
  process.stdout.write(`\n${JSON.stringify(hunted)}\n`);
}

const [scope, name] = process.argv.slice(2);
await main(scope, name);
// A world that broke may have left timers behind.
process.exit(0);
