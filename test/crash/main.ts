import { parseArgs } from "node:util";
import type { EventLine } from "@tamma/core/protocol/rest.ts";
import { killKinds } from "./kill.ts";
import { crashRound, type Round } from "./round.ts";
import { tableOf } from "./table.ts";

/** Each kind twice: ten kills in one loop. */
const tenKills = [...killKinds, ...killKinds];

/**
 * `npm run crash -- --rounds N [--seed N]`: takes N issues to their merge under ten kills each. Round i has
 * the seed plus i, so one round is repeated by `--rounds 1 --seed <its seed>`.
 */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { rounds: { type: "string" }, seed: { type: "string" } } });
  const rounds = numberOf("rounds", values.rounds ?? "1");
  const first = numberOf("seed", values.seed ?? String(Date.now() % 1_000_000));
  const done: Round[] = [];
  let broken = 0;
  for (let seed = first; seed < first + rounds; seed += 1) {
    const began = performance.now();
    try {
      const round = await crashRound(seed, tenKills);
      done.push(round);
      const took = ((performance.now() - began) / 1000).toFixed(0);
      const verdict = round.faults.length === 0 ? "whole" : `${round.faults.length} faults`;
      process.stdout.write(`seed ${seed}: ${verdict}, ${took} s (${round.kinds.join(" ")})\n`);
      process.stdout.write(`  ${longestPause(round.after.events)}\n`);
      for (const fault of round.faults) process.stdout.write(`  ${fault}\n`);
    } catch (error) {
      broken += 1;
      process.stdout.write(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  process.stdout.write(`\n${tableOf(done)}\n`);
  const whole = done.filter((round) => round.faults.length === 0).length;
  process.stdout.write(`${rounds} rounds from seed ${first}: ${whole} whole, ${rounds - whole} not\n`);
  return broken === 0 && whole === rounds ? 0 : 1;
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
