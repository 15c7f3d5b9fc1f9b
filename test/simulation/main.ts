import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Completion, completionOf, harnessTable, sigmasMax, skills } from "./harness.ts";
import { type KeptRun, keptRun } from "./kept-run.ts";
import type { Plan } from "./plan.ts";
import { planOf } from "./plan.ts";
import { runOnCores } from "./pool.ts";
import { runSeed } from "./run-seed.ts";
import { nothing, type Tally } from "./run-seeds.ts";
import { replayCommand, shrink } from "./shrink.ts";
import { weathers } from "./weathers.ts";

/** A broken invariant is broken: more of them tell little. */
const brokenMax = 10;
const progressEverySeconds = 1;

const usage = `npm run simulate -- --seeds N [--from N] [--cores N] [--keep FILE | --weather N]
npm run simulate -- --seed N [--weather N] [--items N] [--runners N] [--faults none|NAME,NAME...]
npm run simulate -- --harness [--tasks N]`;

/** What somebody typed cannot be used. */
class BadInput extends Error {}

const options = {
  seeds: { type: "string" },
  from: { type: "string" },
  seed: { type: "string" },
  cores: { type: "string" },
  keep: { type: "string" },
  weather: { type: "string" },
  items: { type: "string" },
  runners: { type: "string" },
  faults: { type: "string" },
  harness: { type: "boolean" },
  tasks: { type: "string" },
} as const;

async function main(args: readonly string[]): Promise<number> {
  const values = parsed(args);
  const { seed, seeds } = values;
  if (values.harness) return showHarness(numberOf("tasks", values.tasks ?? "200", 1));
  if ((seed === undefined) === (seeds === undefined)) throw new BadInput("give either --seeds or --seed");
  if (seed !== undefined) return showOne(numberOf("seed", seed, 0), changesOf(values));
  const cores = numberOf("cores", values.cores ?? String(availableParallelism()), 1);
  const from = numberOf("from", values.from ?? "1", 0);
  const weather = weatherOf(values.weather);
  if (weather && values.keep)
    throw new BadInput("a run that is kept has no weather: leave out one of the two");
  const kept = keptIn(values.keep, from);
  return runMany({ from, count: numberOf("seeds", seeds, 1), cores, kept, weather });
}

/** A weather and its number, from 1 on; null when none is asked for. */
function weatherOf(text: string | undefined): { number: number; changes: Partial<Plan> } | null {
  if (text === undefined) return null;
  const number = numberOf("weather", text, 1);
  const weather = weathers[number - 1];
  if (weather) return { number, changes: weather.changes };
  const known = weathers.map(({ name }, at) => `${at + 1} (${name})`).join(", ");
  throw new BadInput(`there is no weather ${number}; there are ${known}`);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (thrown) {
    throw new BadInput(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function changesOf({ items, runners, faults, weather }: ReturnType<typeof parsed>): Partial<Plan> {
  return {
    ...weatherOf(weather)?.changes,
    ...(items === undefined ? {} : { items: numberOf("items", items, 1) }),
    ...(runners === undefined ? {} : { runners: numberOf("runners", runners, 1) }),
    ...(faults === undefined ? {} : { only: new Set(faults === "none" ? [] : faults.split(",")) }),
  };
}

/** The story of one seed, line by line. */
async function showOne(seed: number, changes: Partial<Plan>): Promise<number> {
  const outcome = await runSeed(seed, changes, true);
  const { rates, only, ...settings } = { ...planOf(seed), ...changes };
  print(`settings ${JSON.stringify(settings)}`);
  print(`faults that may strike: ${Object.keys(rates).join(", ") || "none"}`);
  if (only) print(`only these strike: ${[...only].join(",") || "none"}`);
  for (const line of outcome.story()) print(line);
  const { broken, loops, steps, ends, sum } = outcome;
  const how = broken === null ? `whole: ${ends.join(", ")}` : `broken: ${broken.split("\n")[0]}`;
  print(`seed ${seed}: ${how} (${loops} loops, ${steps} steps, story ${sum})`);
  return broken === null ? 0 : 1;
}

/** How much of what engineers get right is merged, and how much of it the control plane loses. */
async function showHarness(tasks: number): Promise<number> {
  const rows: Completion[] = [];
  for (const skill of skills) rows.push(await completionOf(skill, tasks));
  print(harnessTable(rows));
  const off = rows.filter(
    ({ measured, expected, sigma }) => Math.abs(measured - expected) > sigmasMax * sigma,
  );
  const broken = rows.flatMap((row) => row.broken);
  for (const how of broken) print(how);
  const wrong = `${off.length} off by more than ${sigmasMax} sigmas, ${broken.length} broken`;
  print(`${rows.length} engineers, ${tasks} tasks each: ${wrong}`);
  return off.length + broken.length === 0 ? 0 : 1;
}

/** What an earlier run left in the file; a run that is not kept begins with nothing. */
function keptIn(file: string | undefined, from: number): KeptRun {
  if (file === undefined) return { tally: nothing(), seconds: 0, keep: () => {} };
  try {
    return keptRun(file, from);
  } catch (thrown) {
    throw new BadInput(`--keep: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

interface ManySeeds {
  from: number;
  count: number;
  cores: number;
  kept: KeptRun;
  weather: ReturnType<typeof weatherOf>;
}

async function runMany({ from, count, cores, kept, weather }: ManySeeds): Promise<number> {
  const began = performance.now() - kept.seconds * 1_000;
  const secondsNow = (): number => (performance.now() - began) / 1_000;
  let shown = 0;
  const onProgress = (tally: Tally): void => {
    const seconds = secondsNow();
    if (tally.seeds === 0 || seconds - shown < progressEverySeconds) return;
    shown = seconds;
    kept.keep(tally, seconds);
    process.stderr.write(`${progress(tally, count, seconds)}\n`);
  };
  const enough = ({ broken }: Tally) => broken.length >= brokenMax;
  const tally = await runOnCores(
    { from, count, before: kept.tally, changes: weather?.changes },
    cores,
    onProgress,
    enough,
  );
  const seconds = secondsNow();
  kept.keep(tally, seconds);
  for (const { seed, how } of tally.broken) print(`seed ${seed}: ${how.split("\n")[0]}`);
  const [first] = tally.broken;
  if (first) await tell(first.seed, weather);
  const speed = `${Math.round(tally.loops / seconds)} loops/s on ${cores} cores`;
  const counted = `${number(tally.loops)} loops, ${number(tally.steps)} steps, ${tally.broken.length} broken`;
  print(`${number(tally.seeds)} seeds from ${from}: ${counted}, ${seconds.toFixed(1)} s, ${speed}`);
  return tally.broken.length === 0 ? 0 : 1;
}

/** The shortest story that breaks the same invariant, and how to see it again. */
async function tell(seed: number, weather: ReturnType<typeof weatherOf>): Promise<void> {
  const run = (each: number, changes: Partial<Plan>, keepStory = false) =>
    runSeed(each, { ...weather?.changes, ...changes }, keepStory);
  const { changes, outcome, tried } = await shrink(seed, await run(seed, {}), run);
  const { story } = await run(seed, changes, true);
  print(`\nThe shortest of ${tried} schedules that break "${outcome.invariant}":\n`);
  for (const line of story()) print(line);
  print(`\nSee it again: ${replayCommand(seed, changes, weather?.number)}\n`);
}

function progress({ seeds, loops, broken }: Tally, count: number, seconds: number): string {
  const left = ((count - seeds) * seconds) / seeds;
  const when = left < 90 ? `${Math.round(left)} s` : `${Math.round(left / 60)} min`;
  return (
    `${number(seeds)} of ${number(count)} seeds, ${number(loops)} loops, ` +
    `${Math.round(loops / seconds)} loops/s, about ${when} left, ${broken.length} broken`
  );
}

function numberOf(name: string, text: string | undefined, from: number): number {
  const value = Number(text);
  if (text !== undefined && text.trim() !== "" && Number.isSafeInteger(value) && value >= from) return value;
  throw new BadInput(`--${name} takes a whole number from ${from} on, not ${text}`);
}

const number = (value: number): string => value.toLocaleString("en-US");
const print = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  if (!(thrown instanceof BadInput)) throw thrown;
  process.stderr.write(`simulate: ${thrown.message}\n${usage}\n`);
  process.exitCode = 2;
}
