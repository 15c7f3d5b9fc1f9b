import { parentPort } from "node:worker_threads";
import { runSeeds } from "./run-seeds.ts";

/** One core's part of many seeds: takes a range, answers with its tally. */
parentPort?.on("message", ({ from, count }: { from: number; count: number }) => {
  void runSeeds(from, count).then((tally) => parentPort?.postMessage(tally));
});
