import type { Bug } from "./bug.ts";
import { type Hunted, hunted } from "./hunted.ts";
import { bugs } from "./list.ts";
import { rowOf, verdictOf } from "./table.ts";

/** Two cores are what a small machine has. */
const atOnce = 2;

/**
 * `npm run bugs [-- NAME...]`: makes each deliberate bug in memory and prints what caught it. First the source
 * as it is, which nothing may catch. Ends with 1 when a bug survives.
 */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !bugs.some((bug) => bug.name === name));
  if (unknown.length > 0) throw new Error(`there is no bug ${unknown.join(", ")}`);
  const chosen = names.length === 0 ? bugs : bugs.filter(({ name }) => names.includes(name));
  if (names.length === 0 && !(await isClean())) return 1;
  const waiting = [...chosen];
  let caught = 0;
  const hunter = async (): Promise<void> => {
    for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
      const { isCaught, text } = await huntOne(bug);
      if (isCaught) caught += 1;
      process.stdout.write(`${text}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, hunter));
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

async function huntOne(bug: Bug): Promise<{ isCaught: boolean; text: string }> {
  try {
    const found: Hunted = await hunted("full", bug.name);
    return { isCaught: found.caught.length > 0, text: rowOf(bug, found) };
  } catch (thrown) {
    return {
      isCaught: false,
      text: `${bug.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
}

process.exitCode = await main(process.argv.slice(2));
