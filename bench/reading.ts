import { type Benchmark, type Figure, figure } from "./benchmark.ts";
import { openWorkerHost } from "./worker-host.ts";

/** A loop has some 100 events; the others are what would be if one grew. */
const sizes = [100, 1_000, 10_000];
const reads = 20;
const text = "e".repeat(400);

/** What folding a record costs as it grows: all of it read, opened and folded. */
export const reading: Benchmark = {
  name: "reading",
  says: `a record of ${sizes.join(", ")} events over HTTP: its state folded anew, its chain checked`,
  async run() {
    await using host = await openWorkerHost();
    const figures: Figure[] = [];
    for (const size of sizes) {
      const object = `events-${size}`;
      for (let n = 0; n < size; n += 1) await host.post(object, "append", `c${n}`, text);
      for (const verb of ["state", "verify"] as const) {
        const ms: number[] = [];
        for (let n = 0; n < reads; n += 1) {
          const began = performance.now();
          await host.post(object, verb, "");
          ms.push(performance.now() - began);
        }
        figures.push(figure(`${verb} of ${size} events`, "ms", ms));
      }
    }
    return figures;
  },
};
