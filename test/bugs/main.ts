import type { Bug } from "./bug.ts";
import { type Hunted, hunted } from "./hunted.ts";
import { bugs } from "./list.ts";
import { writePage } from "./page.ts";
import type { ProofName } from "./proofs.ts";
import { rowOf, verdictOf } from "./table.ts";

/** Two cores are what a small machine has. */
const atOnce = 2;

/**
 * `npm run bugs [-- NAME...] [-- --page]`: makes each deliberate bug in memory and prints what caught it.
 * First the source as it is, which nothing may catch. `--page` puts what was seen into docs/proof.md. Ends
 * with 1 when a bug survives.
 */
async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => arg !== "--page");
  const unknown = names.filter((name) => !bugs.some((bug) => bug.name === name));
  if (unknown.length > 0) throw new Error(`there is no bug ${unknown.join(", ")}`);
  const chosen = names.length === 0 ? bugs : bugs.filter(({ name }) => names.includes(name));
  if (names.length === 0 && !(await isClean())) return 1;
  const waiting = [...chosen];
  const caughtBy = new Map<string, ProofName[]>();
  const hunter = async (): Promise<void> => {
    for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
      const { by, text } = await huntOne(bug);
      caughtBy.set(bug.name, by);
      process.stdout.write(`${text}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, hunter));
  if (args.includes("--page")) writePage(caughtBy);
  const caught = [...caughtBy.values()].filter((by) => by.length > 0).length;
  process.stdout.write(`${caught} of ${chosen.length} caught\n`);
  return caught === chosen.length ? 0 : 1;
}

/** The control: with the same limits the proofs find nothing in the source as it is. */
async function isClean(): Promise<boolean> {
  const { caught, passed } = await hunted("full");
  for (const found of caught) process.stdout.write(`without a bug: ${verdictOf(found)}\n`);
  if (caught.length === 0)
    process.stdout.write(`without a bug: clean, ${passed.map(verdictOf).join("; ")}\n\n`);
  return caught.length === 0;
}

async function huntOne(bug: Bug): Promise<{ by: ProofName[]; text: string }> {
  try {
    const found: Hunted = await hunted("full", bug.name);
    return { by: found.caught.map(({ by }) => by), text: rowOf(bug, found) };
  } catch (thrown) {
    return {
      by: [],
      text: `${bug.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
}

process.exitCode = await main(process.argv.slice(2));
