import { parentPort } from "node:worker_threads";
import type { Chunk } from "./pool.ts";
import { runSeeds } from "./run-seeds.ts";

// Thousands of faults a second are thrown and caught; where one came from is seen when its seed runs alone.
Error.stackTraceLimit = 0;

/** One core's part of many seeds: takes a range, answers with its tally. */
parentPort?.on("message", ({ from, count, changes }: Chunk) => {
  void runSeeds(from, count, changes).then((tally) => parentPort?.postMessage(tally));
});
