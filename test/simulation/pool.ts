import { Worker } from "node:worker_threads";
import { addTo, nothing, type Tally } from "./run-seeds.ts";

/** Seeds that a core takes at once: enough that asking for more costs nothing. */
const chunkSeeds = 50;
/** A world is forgotten when it ends: with room for a whole one nothing is copied to the old generation. */
const youngGenerationMb = 64;

/**
 * Runs seeds on `cores` cores and calls `onProgress` after each chunk. Ends early when `enough` says so.
 */
export async function runOnCores(
  seeds: { from: number; count: number },
  cores: number,
  onProgress: (tally: Tally) => void,
  enough: (tally: Tally) => boolean,
): Promise<Tally> {
  const sum = nothing();
  let next = seeds.from;
  const end = seeds.from + seeds.count;
  const work = async (worker: Worker): Promise<void> => {
    while (next < end && !enough(sum)) {
      const from = next;
      const count = Math.min(chunkSeeds, end - from);
      next += count;
      addTo(sum, await answerOf(worker, { from, count }));
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
  sum.broken.sort((a, b) => a.seed - b.seed);
  return sum;
}

function answerOf(worker: Worker, range: { from: number; count: number }): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const listen = (tally: Tally) => {
      worker.off("error", fail);
      resolve(tally);
    };
    const fail = (thrown: Error) => {
      worker.off("message", listen);
      reject(new Error(`seeds from ${range.from} on ended their core: ${thrown.message}`, { cause: thrown }));
    };
    worker.once("message", listen);
    worker.once("error", fail);
    worker.postMessage(range);
  });
}
