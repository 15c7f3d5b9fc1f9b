import { statSync } from "node:fs";
import { join } from "node:path";
import { ensureBundle } from "../server/bundle.ts";
import { loopsCase, roundsFor } from "../test/load/loops.ts";
import { type Aim, type Benchmark, type Figure, figure } from "./benchmark.ts";

const root = join(import.meta.dirname, "..");
/** A model and a job take so long; neither counts as overhead. */
const paceMs = 400;
const sizes = [1, 10, 100];
const recovered = 50;
const manyLoops = 1_000;
const recoveryAim: Aim = { of: "median", most: 1_500 };
/** Objects without work leave memory after a while; what is measured is what stays. */
const restMs = 120_000;
const memoryAim: Aim = { of: "median", most: 400 };

export const many: Benchmark = {
  name: "many",
  says:
    `${sizes.join(", ")} loops at once on a real server with scripted hands; kill -9 with ${recovered}; ` +
    `memory after ${manyLoops}`,
  async run() {
    const figures: Figure[] = [];
    for (const loops of sizes) {
      const rounds = roundsFor(loops);
      const report = await loopsCase({ loops, rounds, turnMs: paceMs, jobMs: paceMs, killAt: null });
      figures.push(
        figure(`overhead of a loop, ${loops} at once`, "ms", report.overheadMs),
        figure(`its wait while others merge, ${loops} at once`, "ms", report.turnWaitMs),
        figure(`processor time of a loop, ${loops} at once`, "ms", [report.processorMs]),
        figure(`longest without a new event, ${loops} at once`, "ms", report.stillMs),
        figure(`disk of a loop, ${loops} at once`, "KB", [report.kbPerLoop]),
      );
    }
    const killed = await loopsCase({ loops: recovered, turnMs: paceMs, jobMs: paceMs, killAt: 0.4 });
    const { listeningMs, allAwakeMs, allMovedMs, inFlight } = killed.recovery ?? noRecovery;
    figures.push(
      figure(`kill -9 with ${inFlight} loops in flight: until it listens`, "ms", [listeningMs]),
      figure(
        `kill -9 with ${inFlight} loops in flight: until all are awake`,
        "ms",
        [allAwakeMs],
        recoveryAim,
      ),
      figure(`kill -9 with ${inFlight} loops in flight: until all have moved`, "ms", [allMovedMs]),
    );
    const crowd = await loopsCase({ loops: manyLoops, turnMs: 0, jobMs: 0, killAt: null, restMs });
    const atRest = crowd.memoryAtRest ?? nothing;
    figures.push(
      figure(`server process, ${manyLoops} loops in memory`, "MB", [crowd.memory.server]),
      figure(`workerd, ${manyLoops} loops in memory`, "MB", [crowd.memory.workerd]),
      figure(`both, at rest after ${manyLoops} loops`, "MB", [atRest.server + atRest.workerd], memoryAim),
      figure(`real loops, ${manyLoops} at once`, "per s", [manyLoops / crowd.seconds]),
    );
    const bundle = statSync(ensureBundle(root, () => {})).size;
    return [...figures, figure("the Worker's bundle", "KB", [bundle / 1_024])];
  },
};

const nothing = { server: Number.NaN, workerd: Number.NaN };
const noRecovery = { listeningMs: Number.NaN, allAwakeMs: Number.NaN, allMovedMs: Number.NaN, inFlight: 0 };
