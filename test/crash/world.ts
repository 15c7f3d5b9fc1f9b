import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { findWorkerds } from "../../server/orphans.ts";
import { git } from "../journey/calc.ts";
import { tick } from "../journey/processes.ts";
import type { Stage } from "../journey/stage.ts";

/** The outbox waits at most a minute after a failed flush. */
const flushPatienceMs = 90_000;
/** A look at the refs may just be running; what belongs to a job is gone long before. */
const processPatienceMs = 15_000;

export interface StoredEvent {
  stream: string;
  seq: number;
  hash: string;
  prevHash: string;
}

/** What is on the disk, in Git and among the processes, read past the server. */
export interface World {
  /** Of every stream, from the objects' own files. */
  events: StoredEvent[];
  projected: StoredEvent[];
  /** Command ids by stream, with the sequence number that was answered. */
  commands: Map<string, number>;
  pulls: { branch: string; state: string; mergeSha: string | null }[];
  /** `<target> <key>`, one for each comment. */
  comments: string[];
  openIssues: number;
  labels: string[];
  /** Keys of effects that were never done. */
  effects: { pending: string[]; failed: string[] };
  /** Commits on the first-parent line of `main` since the beginning, newest first. */
  merges: string[];
  branches: string[];
  workerds: number;
  /** Command lines of processes that belong to no part of Tamma and still touch this stage. */
  leftovers: string[];
}

/** Reads the world while the server runs, as soon as all is done that the loop's end brings. */
export async function readWorld(stage: Stage, begin: string): Promise<World> {
  const leftovers = await leftoversOf(stage);
  const stored = await caughtUp(stage);
  const range = `${begin}..main`;
  return {
    ...stored,
    merges: lines(git(stage.repository, "rev-list", "--first-parent", range)),
    branches: lines(git(stage.repository, "for-each-ref", "--format=%(refname:short)", "refs/heads")),
    workerds: findWorkerds(stage.state).length,
    leftovers,
  };
}

async function caughtUp(stage: Stage): Promise<Stored> {
  const deadline = AbortSignal.timeout(flushPatienceMs);
  for (;;) {
    const stored = readFiles(stage.state);
    const copied = stored.projected.length >= stored.events.length;
    if ((copied && stored.effects.pending.length === 0) || deadline.aborted) return stored;
    await tick();
  }
}

type Rows = Record<string, string | number | null>;
type Stored = Omit<World, "merges" | "branches" | "workerds" | "leftovers">;

function readFiles(state: string): Stored {
  const files = readdirSync(state, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sqlite"))
    .filter((file) => file !== "lock.sqlite");
  const stored: Stored = {
    ...{ events: [], projected: [], pulls: [], comments: [], openIssues: 0, labels: [] },
    effects: { pending: [], failed: [] },
    commands: new Map(),
  };
  for (const file of files) {
    const database = new DatabaseSync(join(state, file), { readOnly: true });
    try {
      const all = (sql: string) => database.prepare(sql).all() as Rows[];
      const tables = all("SELECT name FROM sqlite_master WHERE type = 'table'").map((row) => row.name);
      if (!tables.includes("events")) continue;
      // D1 has no commands; every object has.
      if (tables.includes("commands")) readLog(all, stored);
      else stored.projected.push(...eventsOf(all));
      if (tables.includes("pulls")) readTracker(all, stored);
    } finally {
      database.close();
    }
  }
  return stored;
}

type All = (sql: string) => Rows[];

function eventsOf(all: All): StoredEvent[] {
  return all("SELECT stream, seq, hash, prev_hash FROM events ORDER BY stream, seq").map((row) => ({
    ...{ stream: String(row.stream), seq: Number(row.seq) },
    ...{ hash: String(row.hash), prevHash: String(row.prev_hash) },
  }));
}

function readLog(all: All, into: Stored): void {
  into.events.push(...eventsOf(all));
  for (const { stream, id, seq } of all("SELECT stream, id, seq FROM commands"))
    into.commands.set(`${stream} ${id}`, Number(seq));
  for (const { state, key } of all("SELECT state, key FROM effects WHERE state IN ('pending', 'failed')"))
    into.effects[state as "pending" | "failed"].push(String(key));
}

function readTracker(all: All, into: Stored): void {
  for (const row of all("SELECT branch, state, merge_sha FROM pulls"))
    into.pulls.push({
      ...{ branch: String(row.branch), state: String(row.state) },
      mergeSha: row.merge_sha === null ? null : String(row.merge_sha),
    });
  for (const { target, comment } of all("SELECT target, comment FROM comments ORDER BY target, comment"))
    into.comments.push(`${target} ${comment}`);
  into.openIssues += all("SELECT number FROM issues WHERE open = 1").length;
  into.labels.push(...all("SELECT label FROM labels").map((row) => String(row.label)));
}

async function leftoversOf(stage: Stage): Promise<string[]> {
  const deadline = AbortSignal.timeout(processPatienceMs);
  for (;;) {
    const found = jobProcesses(stage.folder);
    if (found.length === 0 || deadline.aborted) return found;
    await tick();
  }
}

/** Whatever works in a job's folder or was given it as its HOME. */
function jobProcesses(folder: string): string[] {
  const work = join(folder, "work");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const environment = readOr(() => readFileSync(`/proc/${pid}/environ`, "utf8"));
      const at = readOr(() => readlinkSync(`/proc/${pid}/cwd`));
      if (!environment.includes(`=${work}/`) && !at.startsWith(`${work}/`)) return [];
      return [`${pid} ${readOr(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ")}`];
    });
}

function readOr(read: () => string): string {
  try {
    return read();
  } catch {
    // It ended meanwhile.
    return "";
  }
}

function lines(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}
