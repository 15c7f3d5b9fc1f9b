import { parseArgs } from "node:util";
import type { EventLine } from "@tamma/core/protocol/rest.ts";
import { allCases, runCase, type Verdict } from "./cases/all-cases.ts";
import { type Crowd, crowdRound, crowdTable } from "./crowd.ts";
import { killKinds } from "./kill.ts";
import { crashRound, type Round } from "./round.ts";
import { tableOf } from "./table.ts";

/** Each kind twice: ten kills in one loop. */
const tenKills = [...killKinds, ...killKinds];

/**
 * `npm run crash -- --rounds N [--seed N] [--cases NAME,NAME | none]`: N rounds, by turns one real loop with
 * a real runner under ten kills, and a crowd of scripted ones under five; then every case of `cases/`. Round
 * i has the seed plus i, so one round is repeated by `--rounds 1 --seed <its seed>`.
 */
async function main(args: string[]): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args, options: { rounds: text, seed: text, cases: text } });
  const rounds = numberOf("rounds", values.rounds ?? "2");
  const first = numberOf("seed", values.seed ?? String(Date.now() % 1_000_000));
  const alone: Round[] = [];
  const crowds: Crowd[] = [];
  let whole = 0;
  for (let seed = first; seed < first + rounds; seed += 1) {
    // By the seed itself, so that a round that is repeated alone is of the same kind.
    const kept = seed % 2 === 0 ? await oneLoop(seed, alone) : await oneCrowd(seed, crowds);
    if (kept) whole += 1;
  }
  const verdicts = await runCases(first, values.cases ?? "all");
  if (alone.length > 0) process.stdout.write(`\none loop, ten kills each:\n${tableOf(alone)}\n`);
  if (crowds.length > 0) process.stdout.write(`\ncrowds:\n${crowdTable(crowds)}\n`);
  process.stdout.write(`\n${rounds} rounds from seed ${first}: ${whole} whole, ${rounds - whole} not`);
  const count = (verdict: Verdict) => verdicts.filter((each) => each === verdict).length;
  process.stdout.write(
    `; cases: ${count("held")} held, ${count("broken")} broken, ${count("skipped")} skipped\n`,
  );
  return whole === rounds && count("broken") === 0 ? 0 : 1;
}

async function oneLoop(seed: number, into: Round[]): Promise<boolean> {
  return timed(seed, async (say) => {
    const round = await crashRound(seed, tenKills);
    into.push(round);
    say(`one loop, ${round.kinds.join(" ")}; ${longestPause(round.after.events)}`);
    return round.faults;
  });
}

async function oneCrowd(seed: number, into: Crowd[]): Promise<boolean> {
  return timed(seed, async (say) => {
    const crowd = await crowdRound(seed);
    into.push(crowd);
    const { acknowledged, lost, doubled, unfinished, faults } = crowd;
    say(`crowd, ${acknowledged} acknowledged, ${lost} lost, ${doubled} doubled, ${unfinished} unfinished`);
    return lost + doubled + unfinished === 0 ? faults : [...faults, "not all that was promised is there"];
  });
}

/** Says how a round went; false when something does not hold. */
async function timed(
  seed: number,
  round: (say: (words: string) => void) => Promise<string[]>,
): Promise<boolean> {
  const began = performance.now();
  let words = "";
  const faults = await round((said) => {
    words = said;
  }).catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
  const took = ((performance.now() - began) / 1000).toFixed(0);
  const verdict = faults.length === 0 ? "whole" : `${faults.length} faults`;
  process.stdout.write(`seed ${seed}: ${verdict}, ${took} s (${words})\n`);
  for (const fault of faults) process.stdout.write(`  ${fault}\n`);
  return faults.length === 0;
}

async function runCases(seed: number, wanted: string): Promise<Verdict[]> {
  const all = allCases(seed);
  const names = wanted === "none" ? [] : wanted === "all" ? all.map(({ name }) => name) : wanted.split(",");
  const unknown = names.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new Error(`no such case: ${unknown.join(", ")} (${all.map(({ name }) => name).join(", ")})`);
  const verdicts: Verdict[] = [];
  for (const one of all) if (names.includes(one.name)) verdicts.push(await runCase(one));
  return verdicts;
}

/** Where the loop stood still longest: what recovery costs. */
function longestPause(events: readonly EventLine[]): string {
  const pauses = events.slice(1).map((event, at) => ({ event, ms: event.at - (events[at]?.at ?? 0) }));
  const longest = pauses.sort((a, b) => b.ms - a.ms)[0];
  if (!longest) return "it has no two events";
  const { event, ms } = longest;
  return `longest pause: ${(ms / 1000).toFixed(1)} s before event ${event.seq} ${event.type}`;
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new Error(`--${name} takes a whole number from 0, not ${text}`);
}

process.exitCode = await main(process.argv.slice(2));
