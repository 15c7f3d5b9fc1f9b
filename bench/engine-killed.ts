import { cpSync, globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { findWorkerds, isAlive } from "../server/orphans.ts";
import { printed, type Started, startProcess } from "../test/journey/processes.ts";
import { inLanes } from "../test/load/lanes.ts";
import { residentMb } from "../test/load/proc.ts";
import { type Aim, type Benchmark, type Figure, figure } from "./benchmark.ts";
import { askBench, makeBench } from "./worker-host.ts";

const rounds = 5;
const inFlight = 50;
/** A loop rests so long after each step: all are begun long before the first one ends. */
const stepPauseMs = 200;
const recoveryAim: Aim = { of: "median", most: 1_500 };

const manyLoops = 1_000;
/** In so many objects, run after run, and so many loops at once. */
const crowds = [
  { objects: 10, atOnce: 10 },
  { objects: 100, atOnce: 100 },
  { objects: manyLoops, atOnce: 100 },
] as const;
const memoryAim: Aim = { of: "median", most: 400 };
/** An object without work leaves memory within twenty seconds. */
const restMs = 30_000;

const lookEveryMs = 5;

export const engineKilled: Benchmark = {
  name: "engine-killed",
  says:
    `the bare loop in a host of its own: kill -9 with ${inFlight} in flight, until each has its next step ` +
    `on disk; memory after ${manyLoops} loops, 10 and 100 at once`,
  async run() {
    const figures = await recoveryFigures();
    for (const crowd of crowds) figures.push(...(await memoryFigures(crowd)));
    return figures;
  },
};

async function recoveryFigures(): Promise<Figure[]> {
  const listening: number[] = [];
  const moved: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await using bench = await startBench();
    // Cut by the kill, all of them.
    const numbers = Array.from({ length: inFlight }, (_, n) => n);
    const driven = numbers.map((n) => bench.ask(`/steps/${n}/1?pause=${stepPauseMs}`).catch(() => {}));
    for (const n of numbers) while (!(await hasBegun(bench.ask, n))) await pause(lookEveryMs);
    await bench.kill();
    await Promise.all(driven);
    floor.push(floorOf(bench.folder));
    const began = performance.now();
    await bench.start();
    listening.push(performance.now() - began);
    const went = await Promise.all(numbers.map((n) => bench.ask(`/steps/${n}/resume`)));
    moved.push(performance.now() - began);
    if (went.includes("false")) throw new Error("a loop was at its end before the kill: nothing was cut");
  }
  const name = `kill -9 with ${inFlight} loops in flight`;
  return [
    figure(`${name}: until it listens`, "ms", listening),
    figure(`${name}: until each has its next step on disk`, "ms", moved, recoveryAim),
    figure("floor: their files opened, a step put into each, in process", "ms", floor),
  ];
}

async function hasBegun(ask: (path: string) => Promise<string>, n: number): Promise<boolean> {
  return (JSON.parse(await ask(`/steps/${n}/copying`)) as { waiting: number }).waiting > 0;
}

/** What 1,000 loops leave in memory. */
async function memoryFigures({ objects, atOnce }: (typeof crowds)[number]): Promise<Figure[]> {
  await using bench = await startBench();
  const idle = bench.memory();
  const loops = Array.from({ length: manyLoops }, (_, n) => n);
  await inLanes(loops, atOnce, async (n) => {
    await bench.ask(`/steps/${n % objects}/${Math.floor(n / objects) + 1}`);
  });
  const full = bench.memory();
  await pause(restMs);
  const rest = bench.memory();
  const where = `${manyLoops} loops in ${objects} objects, ${atOnce} at once`;
  return [
    figure("host and workerd before the first loop", "MB", [idle.host + idle.workerd]),
    figure(`host after ${where}`, "MB", [full.host]),
    figure(`workerd after ${where}`, "MB", [full.workerd]),
    figure(`both after ${where}`, "MB", [full.host + full.workerd], memoryAim),
    figure(`both half a minute after ${where}`, "MB", [rest.host + rest.workerd], memoryAim),
  ];
}

/** The bench Worker in a process of its own, on a folder of its own. */
async function startBench() {
  const folder = await makeBench();
  const open = async (): Promise<{ process: Started; url: string }> => {
    const started = startProcess(["bench/engine-host.ts", folder]);
    return { process: started, url: (await printed(started, /"url":"([^"]+)"/))[1] as string };
  };
  let host = await open();
  const pids = () => [host.process.process.pid, ...findWorkerds(folder)].filter((pid) => pid !== undefined);
  const kill = async () => {
    const dying = pids();
    for (const pid of dying) process.kill(pid, "SIGKILL");
    while (dying.some(isAlive)) await pause(lookEveryMs);
  };
  return {
    folder,
    ask: (path: string) => askBench(host.url, path),
    kill,
    start: async () => {
      host = await open();
    },
    memory: () => {
      const [own, runtime] = pids();
      return { host: residentMb(own), workerd: residentMb(runtime) };
    },
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The least that going on costs: each object's file, as the kill left it, opened with its journal, the last
 * step looked up, and one more event put behind it. The milliseconds for all.
 */
function floorOf(folder: string): number {
  const copy = join(folder, "floor");
  cpSync(join(folder, "do"), copy, { recursive: true });
  const files = globSync("*StepLoop/*.sqlite", { cwd: copy }).filter((file) => !file.includes("metadata"));
  const began = performance.now();
  for (const file of files) {
    const database = new DatabaseSync(join(copy, file));
    database.exec("PRAGMA synchronous = FULL");
    const last = database.prepare("SELECT * FROM events ORDER BY seq DESC LIMIT 1").get();
    if (!last) throw new Error("an object in flight has no event");
    const next = { ...last, seq: Number(last.seq) + 1, id: `${last.id}-next` };
    const places = Object.keys(next).map(() => "?");
    database.prepare(`INSERT INTO events VALUES (${places.join(", ")})`).run(...Object.values(next));
    database.close();
  }
  const ms = performance.now() - began;
  rmSync(copy, { recursive: true });
  return ms;
}
