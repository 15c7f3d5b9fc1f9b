import { join } from "node:path";
import { bugs } from "./list.ts";
import { plant } from "./plant.ts";
import { type Found, proofs } from "./proofs.ts";

/** What became of one bug, or of the source as it is. */
export interface Hunted {
  /** Null: nothing caught it. */
  caught: (Found & { by: string }) | null;
  /** What each proof that met it looked at in vain. */
  passed: (Found & { by: string })[];
}

/**
 * `node test/bugs/hunt.ts NAME`: makes the mistake NAME and asks one proof after the other until one says what
 * is broken; without NAME, the source as it is. Prints a `Hunted` as its last line. A process of its own: a
 * mistake may make a walk endless, and what was loaded with it must not serve the next.
 */
async function main(name: string | undefined): Promise<void> {
  const bug = bugs.find((one) => one.name === name);
  if (name !== undefined && !bug) throw new Error(`there is no bug ${name}`);
  const planted = bug ? plant(bug, join(import.meta.dirname, "../..")) : null;
  const passed: Hunted["passed"] = [];
  let caught: Hunted["caught"] = null;
  for (const proof of proofs) {
    const look = await proof.load();
    // What it has not loaded it cannot be wrong about.
    if (planted && !planted.loaded()) continue;
    const found = { by: proof.name, ...(await look()) };
    if (found.broken === null) passed.push(found);
    else caught = found;
    if (caught) break;
  }
  if (planted && !planted.loaded()) throw new Error(`${name} is not applied: nothing loads ${bug?.file}`);
  process.stdout.write(`\n${JSON.stringify({ caught, passed } satisfies Hunted)}\n`);
}

await main(process.argv[2]);
