import { parseArgs } from "node:util";
import { draw, isFalse, isLost, type Played, playAll } from "./play.ts";
import { tableOf } from "./table.ts";
import { tasks } from "./tasks.ts";

const probabilities = [1, 0.9, 0.7, 0.5, 0.3];

/** A loop with all its retries takes a minute on a busy machine; one that takes longer is stuck. */
const patienceMs = 300_000;

/** Two servers with a runner each: a third one would only wait for the same two cores. */
const atOnceMax = 2;

/**
 * `npm run harness [-- --tasks N] [--seed N] [--p P]`: small real repositories, real servers and runners, and
 * an engineer who is right with probability p in each attempt. What is lost between a right attempt and its
 * merge is our loss; there must be none.
 */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { tasks: { type: "string" }, seed: { type: "string" }, p: { type: "string" } },
  });
  const count = Number(values.tasks ?? tasks.length);
  const seed = Number(values.seed ?? 1);
  const wanted = values.p === undefined ? probabilities : [Number(values.p)];
  if (!(count >= 1 && count <= tasks.length && Number.isInteger(count) && Number.isInteger(seed)))
    throw new Error(`--tasks takes 1 to ${tasks.length}, --seed a whole number`);
  const fraction = dice(seed);
  const plays = wanted.flatMap((p) => tasks.slice(0, count).map((task) => draw(task, p, fraction)));

  const played: Played[] = [];
  const said = (one: Played) => {
    played.push(one);
    const attempts = one.right.map((right) => (right ? "+" : "-")).join("");
    const fault = isLost(one) || isFalse(one) ? ` UNEXPECTED: ${one.why}` : "";
    const took = `${one.seconds.toFixed(0)} s`;
    console.log(`${one.p} ${one.task.name} (${one.task.language}) ${attempts}: ${one.word}, ${took}${fault}`);
  };
  const shares = Array.from({ length: Math.min(atOnceMax, plays.length) }, (_, share) =>
    plays.filter((_play, n) => n % atOnceMax === share),
  );
  await Promise.all(shares.map((share) => playAll(share, said, patienceMs)));
  console.log(`\n${tableOf(played)}\n`);
  const [lost, wrong] = [played.filter(isLost).length, played.filter(isFalse).length];
  console.log(`${played.length} loops with seed ${seed}: ${lost} lost, ${wrong} falsely merged`);
  return lost === 0 && wrong === 0 ? 0 : 1;
}

/** The same fractions for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

process.exitCode = await main(process.argv.slice(2));
