import { Worker } from "node:worker_threads";
import type { Plan } from "./plan.ts";
import { sumOf, type Tally } from "./run-seeds.ts";

/** Seeds that a core takes at once: enough that asking for more costs nothing. */
const chunkSeeds = 50;
/** A world is forgotten when it ends: with room for a whole one nothing is copied to the old generation. */
const youngGenerationMb = 64;

/** Seeds from `from` on. `changes` replaces what they would choose. */
export interface Chunk {
  from: number;
  count: number;
  changes?: Partial<Plan> | undefined;
}

/**
 * Runs seeds on `cores` cores, from where `before` ends, until the last one or until `enough` says so. After
 * each chunk it calls `onProgress` with the tally of all seeds from the first on, without a gap.
 */
export async function runOnCores(
  seeds: Chunk & { before: Tally },
  cores: number,
  onProgress: (tally: Tally) => void,
  enough: (tally: Tally) => boolean,
): Promise<Tally> {
  let sum = seeds.before;
  /** Chunks that ended before one that began earlier, by their first seed. */
  const early = new Map<number, Tally>();
  let next = seeds.from + sum.seeds;
  const end = seeds.from + seeds.count;
  const work = async (worker: Worker): Promise<void> => {
    while (next < end && !enough(sum)) {
      const from = next;
      const count = Math.min(chunkSeeds, end - from);
      next += count;
      early.set(from, await answerOf(worker, { ...seeds, from, count }));
      sum = withWhatFollows(sum, seeds.from, early);
      onProgress(sum);
    }
    await worker.terminate();
  };
  const newWorker = () =>
    new Worker(new URL("pool-worker.ts", import.meta.url).pathname, {
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    });
  const workers = Array.from({ length: cores }, newWorker);
  await Promise.all(workers.map(work));
  return sum;
}

function withWhatFollows(sum: Tally, from: number, early: Map<number, Tally>): Tally {
  const next = early.get(from + sum.seeds);
  if (!next) return sum;
  early.delete(from + sum.seeds);
  return withWhatFollows(sumOf(sum, next), from, early);
}

function answerOf(worker: Worker, { from, count, changes }: Chunk): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const listen = (tally: Tally) => {
      worker.off("error", fail);
      resolve(tally);
    };
    const fail = (thrown: Error) => {
      worker.off("message", listen);
      reject(new Error(`seeds from ${from} on ended their core: ${thrown.message}`, { cause: thrown }));
    };
    worker.once("message", listen);
    worker.once("error", fail);
    worker.postMessage({ from, count, changes } satisfies Chunk);
  });
}
