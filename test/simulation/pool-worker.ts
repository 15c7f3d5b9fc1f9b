import { parentPort } from "node:worker_threads";
import { runSeeds } from "./run-seeds.ts";

// Thousands of faults a second are thrown and caught; where one came from is seen when its seed runs alone.
Error.stackTraceLimit = 0;

/** One core's part of many seeds: takes a range, answers with its tally. */
parentPort?.on("message", ({ from, count }: { from: number; count: number }) => {
  void runSeeds(from, count).then((tally) => parentPort?.postMessage(tally));
});
