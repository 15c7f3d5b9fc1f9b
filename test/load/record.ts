import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { tick } from "../journey/processes.ts";

/** One loop as its copy in D1 tells it: types and times of its events, in order. */
export interface LoopRecord {
  loop: string;
  events: { type: string; at: number }[];
}

/** Types with which a loop ends. */
const ends = ["Merged", "LoopRejected", "LoopAbandoned", "LoopCancelled"];

/** All loops of a state folder, read past the server. */
export function readLoops(state: string): LoopRecord[] {
  const loops = new Map<string, LoopRecord>();
  withD1(state, (database) => {
    const query = "SELECT stream, type, at FROM events WHERE stream_kind = 'loop' ORDER BY stream, seq";
    for (const { stream, type, at } of database.prepare(query).iterate()) {
      const loop = loops.get(String(stream)) ?? { loop: String(stream), events: [] };
      loop.events.push({ type: String(type), at: Number(at) });
      loops.set(loop.loop, loop);
    }
  });
  return [...loops.values()];
}

/** How many loops have an event of one of these types. */
export function countWith(state: string, types: readonly string[]): number {
  const marks = types.map(() => "?").join(", ");
  const query = `SELECT count(DISTINCT stream) AS n FROM events WHERE type IN (${marks})`;
  return withD1(state, (database) => Number(database.prepare(query).get(...types)?.n));
}

export const countEnded = (state: string): number => countWith(state, ends);

/** Waits until `arrived`; fails with `what` when that takes longer than `patienceMs`. */
export async function waitUntil(
  arrived: () => boolean,
  patienceMs: number,
  what: () => string,
): Promise<void> {
  const deadline = AbortSignal.timeout(patienceMs);
  while (!arrived()) {
    if (deadline.aborted) throw new Error(`after ${patienceMs / 1_000} s: ${what()}`);
    await tick();
  }
}

/** The files of all objects, their logs beside them included. */
export function objectFiles(state: string): string[] {
  return globSync("do/**/*.sqlite*", { cwd: state }).map((file) => join(state, file));
}

/** The server may be at a checkpoint of its own. */
const lockedMsMax = 5_000;

function withD1<T>(state: string, read: (database: DatabaseSync) => T): T {
  const [file] = globSync("d1/*/*.sqlite", { cwd: state }).filter((each) => !each.includes("metadata"));
  if (!file) throw new Error(`no D1 below ${state}`);
  const database = new DatabaseSync(join(state, file), { readOnly: true, timeout: lockedMsMax });
  try {
    return read(database);
  } finally {
    database.close();
  }
}
