import { globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { inLanes } from "../test/load/lanes.ts";
import { type Aim, type Benchmark, type Figure, figure } from "./benchmark.ts";
import { summaryOf } from "./statistics.ts";
import { type LoopKind, openWorkerHost, type WorkerHost } from "./worker-host.ts";

/** The first loops compile the code and open connections: they measure something else. */
const warmUp = 30;
const loopsAlone = 100;
const rounds = 3;
const newFiles = 50;
/** Loops of one round, so that each round takes more than a second. */
const loopsPerRoundMin = 50;
/** A loop with engine, chain, seal and copies costs at most so many times what keeping its rows costs. */
const ratioAim: Aim = { of: "median", most: 4 };
/** 100 loops at once. */
const rateAim: Aim = { of: "median", least: 60 };

/** The first work items are for the warm-up; each round takes others, because an object is made only once. */
const alone = 1;
const firstOfRounds = 1_000;

export const engine: Benchmark = {
  name: "engine",
  says: "14 steps, 60 events of 400 bytes, trivial effects; the production loop; floor: SQLite alone",
  async run() {
    await using host = await openWorkerHost();
    const bare = await kindFigures(host, "steps", "14 steps, 60 events", true);
    const called = await kindFigures(host, "calls", "the same, a call per step", false);
    const production = await kindFigures(host, "loop", "production rules", false);
    return [...bare, ...called, ...production];
  },
};

async function kindFigures(
  host: WorkerHost,
  kind: LoopKind,
  name: string,
  promised: boolean,
): Promise<Figure[]> {
  for (let run = 1; run <= warmUp; run += 1) await host.drive(kind, run % 5, run);
  const one = await times(loopsAlone, (n) => host.drive(kind, alone, warmUp + n + 1));
  const floor = floorOf(host, kind, alone);
  const ratio = one.map((ms) => ms / summaryOf(floor.ms).median);
  const figures: Figure[] = [
    figure(`${name}: one loop after another in one object`, "ms", one),
    figure(`${name}: floor, its rows, a transaction per step, in process`, "ms", floor.ms),
    figure(`${name}: one loop, multiple of the floor`, "x", ratio, promised ? ratioAim : null),
    figure(`${name}: events of a loop`, "n", [floor.events]),
    figure(`${name}: bytes of an event's row`, "n", [floor.bytes / floor.events]),
  ];
  for (const atOnce of [1, 10, 100])
    figures.push(...(await atOnceFigures(host, kind, name, atOnce, promised && atOnce === 100)));
  const making = newFileFloor(host.folder, tablesOf(host.folder, kind));
  figures.push(figure(`${name}: floor of a new object: its file and its tables, in process`, "ms", making));
  const kb = (await host.bytes(kind, firstOfRounds * (rounds + 2))) / 1_024;
  return [...figures, figure(`${name}: disk per loop of its own`, "KB", [kb])];
}

/**
 * Loops per second, each in an object of its own: in one that is made for it, then in one that is there. And
 * how long D1 needs afterwards to have everything.
 */
async function atOnceFigures(
  host: WorkerHost,
  kind: LoopKind,
  name: string,
  atOnce: number,
  promised: boolean,
): Promise<Figure[]> {
  const inNew: number[] = [];
  const inKnown: number[] = [];
  const lag: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = firstOfRounds * (atOnce * rounds + round + 2);
    const items = Array.from({ length: Math.max(loopsPerRoundMin, atOnce) }, (_, n) => first + n);
    inNew.push(await rateOf(items, atOnce, (item) => host.drive(kind, item, 1)));
    const ended = performance.now();
    for (const item of items) while ((await host.waiting(kind, item)) > 0);
    lag.push(performance.now() - ended);
    inKnown.push(await rateOf(items, atOnce, (item) => host.drive(kind, item, 2)));
    for (const item of items) while ((await host.waiting(kind, item)) > 0);
  }
  const aim = promised ? rateAim : null;
  return [
    figure(`${name}: ${atOnce} at once, each in a new object`, "per s", inNew, aim),
    figure(`${name}: after them D1 has everything`, "ms", lag),
    figure(`${name}: ${atOnce} at once, each in an object that is there`, "per s", inKnown, aim),
  ];
}

/** Items per second. */
async function rateOf<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>) {
  const began = performance.now();
  await inLanes(items, lanes, work);
  return items.length / ((performance.now() - began) / 1_000);
}

/** What making an object costs at least: its file, its journal and its tables, by one process alone. */
function newFileFloor(folder: string, tables: string): number[] {
  return Array.from({ length: newFiles }, (_, n) => {
    const file = join(folder, `new-${n}.sqlite`);
    const began = performance.now();
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN; ${tables}; COMMIT`);
    const ms = performance.now() - began;
    database.close();
    rmSync(file);
    return ms;
  });
}

type Row = Record<string, string | number | null | Uint8Array>;

/**
 * The least that a loop costs on this disk: the rows that it really wrote, one transaction per step, WAL,
 * one fsync each, without engine, hash, seal or process border.
 */
function floorOf(
  host: WorkerHost,
  kind: LoopKind,
  item: number,
): { ms: number[]; events: number; bytes: number } {
  const rows = rowsOf(host.folder, kind, item);
  const steps = rows.reduce<Row[][]>((groups, row) => {
    const last = groups.at(-1);
    if (last && last[0]?.step === row.step) last.push(row);
    else groups.push([row]);
    return groups;
  }, []);
  const file = join(host.folder, "floor.sqlite");
  const database = new DatabaseSync(file);
  const columns = Object.keys(rows[0] ?? {});
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
     CREATE TABLE events (n INTEGER, ${columns.join(", ")}, PRIMARY KEY (n, stream, seq))`,
  );
  const insert = database.prepare(`INSERT INTO events VALUES (?, ${columns.map(() => "?").join(", ")})`);
  const ms: number[] = [];
  for (let n = 0; n < loopsAlone; n += 1) {
    const began = performance.now();
    for (const step of steps) {
      database.exec("BEGIN");
      for (const row of step) insert.run(n, ...Object.values(row));
      database.exec("COMMIT");
    }
    ms.push(performance.now() - began);
  }
  database.close();
  rmSync(file);
  return { ms, events: rows.length, bytes: rows.reduce((sum, row) => sum + bytesOf(row), 0) };
}

/** One loop's events as they lie in its object's file. */
function rowsOf(folder: string, kind: LoopKind, item: number): Row[] {
  const stream = `plain-git/${kind}/${item}#${warmUp + 1}`;
  return fromObject(folder, kind, (database) => {
    const rows = database.prepare("SELECT * FROM events WHERE stream = ? ORDER BY seq").all(stream);
    return rows.length > 0 ? (rows as Row[]) : null;
  });
}

/** What makes the tables of an object. */
function tablesOf(folder: string, kind: LoopKind): string {
  return fromObject(folder, kind, (database) =>
    database
      .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
      .all()
      .map(({ sql }) => String(sql))
      .join("; "),
  );
}

/** The first answer of an object that has a log. */
function fromObject<T>(folder: string, kind: LoopKind, read: (database: DatabaseSync) => T | null): T {
  const objects = kind === "loop" ? "EngineLoop" : "StepLoop";
  for (const file of globSync(`do/*${objects}/*.sqlite`, { cwd: folder })) {
    const database = new DatabaseSync(join(folder, file), { readOnly: true });
    try {
      if (!database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'events'").get()) continue;
      const answer = read(database);
      if (answer !== null) return answer;
    } finally {
      database.close();
    }
  }
  throw new Error(`no object of ${kind} has what is looked for`);
}

function bytesOf(row: Row): number {
  return Object.values(row).reduce<number>(
    (sum, value) => sum + (value instanceof Uint8Array ? value.byteLength : String(value ?? "").length),
    0,
  );
}

async function times(count: number, work: (n: number) => Promise<void>): Promise<number[]> {
  const values: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const began = performance.now();
    await work(n);
    values.push(performance.now() - began);
  }
  return values;
}
