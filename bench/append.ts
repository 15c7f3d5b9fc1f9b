import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Benchmark, Figure } from "./benchmark.ts";
import { openWorkerHost, type WorkerHost } from "./worker-host.ts";

/** As long as a usual event of a loop. */
const text = "e".repeat(400);
/** The first calls open connections and compile: they measure something else. */
const warmUp = 200;
const appends = 2_000;
/** Calls at once for the throughput: more than two cores can work on. */
const atOnce = 16;
const manyObjects = 10;
/** NFR-1: an event is on disk within this, always; and usually much sooner. */
const appendMsMax = 10;
const appendMsUsual = 1.5;

export const append: Benchmark = {
  name: "append",
  says: `one event of ${text.length} bytes, sealed, hashed and on disk, over HTTP; floor: SQLite alone`,
  async run() {
    await using host = await openWorkerHost();
    const ids = counter();
    const one = (verb: "append" | "nothing", object = "one") => host.post(object, verb, ids(), text);
    await times(warmUp, () => one("append"));
    const appended = await times(appends, () => one("append"));
    const way = await times(appends, () => one("nothing"));
    const floor = sqliteFloor(host.folder);
    const figures: Figure[] = [
      figure("append over HTTP, one object", appended, { of: "median", most: appendMsUsual }),
      figure("append over HTTP, the same at its slowest", appended, { of: "p99", most: appendMsMax }),
      figure("the way there and back alone", way, null),
      figure("floor: one row, one transaction, in process", floor, null),
      {
        ...perSecond("events, 1 object, 16 at once", await rate(1, (n) => one("append", `a${n}`))),
        aim: null,
      },
      perSecond("events, 10 objects, 16 at once", await rate(manyObjects, (n) => one("append", `b${n}`))),
    ];
    return [...figures, ...(await flushed(host))];
  },
};

/** How long D1 takes to have everything after a burst, and how many rows a second that is. */
async function flushed(host: WorkerHost): Promise<Figure[]> {
  const ids = counter();
  const values: number[] = [];
  const rows = 500;
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < rows; n++) await host.post(`flush-${round}`, "append", ids(), text);
    const [ms = 0] = await times(1, () => host.post(`flush-${round}`, "flush", ids()));
    values.push(ms);
  }
  return [
    figure(`flush of ${rows} events to D1`, values, null),
    perSecond(
      "events flushed to D1",
      values.map((ms) => rows / (ms / 1_000)),
    ),
  ];
}

/** Events per second with `atOnce` callers over `objects` objects; five rounds. */
async function rate(objects: number, call: (object: number) => Promise<void>): Promise<number[]> {
  const values: number[] = [];
  for (let round = 0; round < 5; round++) {
    let left = appends;
    const began = performance.now();
    const caller = async () => {
      while (left > 0) {
        left -= 1;
        await call(left % objects);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, caller));
    values.push(appends / ((performance.now() - began) / 1_000));
  }
  return values;
}

/** The least that a durable append costs on this disk: WAL, one fsync each. */
function sqliteFloor(folder: string): number[] {
  const database = new DatabaseSync(join(folder, "floor.sqlite"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (text TEXT)");
  const insert = database.prepare("INSERT INTO rows VALUES (?)");
  const values: number[] = [];
  for (let n = 0; n < appends; n++) {
    const began = performance.now();
    insert.run(text);
    values.push(performance.now() - began);
  }
  database.close();
  return values;
}

/** Runs `work` one after another and answers the milliseconds of each. */
async function times(count: number, work: () => Promise<void>): Promise<number[]> {
  const values: number[] = [];
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    await work();
    values.push(performance.now() - began);
  }
  return values;
}

function counter(): () => string {
  let n = 0;
  return () => `c${++n}`;
}

function figure(name: string, values: readonly number[], aim: Figure["aim"]): Figure {
  return { name, unit: "ms", values, aim };
}

function perSecond(name: string, values: readonly number[]): Figure {
  return { name, unit: "per s", values, aim: null };
}
