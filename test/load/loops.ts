import { statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Repository } from "@tamma/core/protocol/rest.ts";
import { printed } from "../journey/processes.ts";
import { issueTitle, type LoadHost, openLoadHost } from "./host.ts";
import { inLanes } from "./lanes.ts";
import { decideAll } from "./people.ts";
import { countEnded, type LoopRecord, objectFiles, readLoops, waitUntil } from "./record.ts";
import { jobsAtOnceMax, type Runners, startRunners } from "./runners.ts";
import { longestStillMs, overheadMs, turnWaitMs } from "./times.ts";

/** The most that a repository may have. */
const slots = 20;
/** Requests under way while a load is put up. */
const lanes = 16;

export interface LoopsWish {
  /** So many at once. */
  loops: number;
  /** How often so many, one crowd after another, on one server. */
  rounds?: number;
  /** How long a model takes for an answer, and a runner for a job: neither counts as overhead. */
  turnMs: number;
  jobMs: number;
  /** `kill -9` of server and runtime when this share of all jobs is done; null: no kill. */
  killAt: number | null;
  /** How long nothing is done at the end before memory is measured once more; null: not at all. */
  restMs?: number | null;
}

export interface LoopsReport {
  /** At once, and in all rounds together. */
  loops: number;
  of: number;
  merged: number;
  /** Loops with more than one beginning, and issues with more than one loop. */
  doubled: number;
  seconds: number;
  /** Processor time of server and runtime per loop; of the new ones where they were killed. */
  processorMs: number;
  /** Per loop: its whole time without models, jobs, people, and other loops that merge. */
  overheadMs: number[];
  /** Per loop: how long it waited while others of its repository merged. */
  turnWaitMs: number[];
  /** Per loop: the longest time between two of its events. */
  stillMs: number[];
  /** When the last loop has ended: the objects of all are still there. */
  memory: { server: number; workerd: number };
  memoryAtRest: { server: number; workerd: number } | null;
  kbPerLoop: number;
  /**
   * From the start of the new process: until it listens, until every loop in flight is awake and at work, and
   * until each has an event of its own. The last one may wait for a person or for another loop's merge.
   */
  recovery: { listeningMs: number; allAwakeMs: number; allMovedMs: number; inFlight: number } | null;
}

const jobsPerLoop = 7;
/** The first loops compile the code: they measure something else. */
const warmUp = 5;
/** A loop takes a fraction of a second of the machine; on one that others use, ten times that. */
const patienceMsOf = (loops: number) => 120_000 + loops * 3_000;

/** Fewer at once than this come one crowd after another, until so many were measured. */
const measuredMin = 10;
export const roundsFor = (loops: number) => Math.ceil(measuredMin / loops);

/** Takes loops to their merge, all at once. */
export async function loopsCase(wish: LoopsWish): Promise<LoopsReport> {
  const { loops, rounds = 1, turnMs, jobMs, killAt, restMs = null } = wish;
  await using host = await openLoadHost({ turnMs });
  await using runners = await startRunners(host, jobMs, Math.ceil(loops / jobsAtOnceMax));
  const over = new AbortController();
  const deciding = decideAll(host, () => "approve", over.signal);
  try {
    await startAll(host, 0, warmUp);
    await waitUntil(
      () => countEnded(host.state) === warmUp,
      patienceMsOf(warmUp),
      () => "it does not get warm",
    );
    const [began, before] = [performance.now(), host.processorSeconds()];
    const ended = () => countEnded(host.state) - warmUp;
    let killed: Killed | null = null;
    for (let round = 1; round <= rounds; round += 1) {
      await startAll(host, round, loops);
      if (killAt !== null && round === 1)
        killed = await killAndStart(host, runners, (warmUp + loops * killAt) * jobsPerLoop);
      await waitUntil(
        () => ended() === loops * round,
        patienceMsOf(loops),
        () => `${ended()} of ${loops * round} loops have ended`,
      );
    }
    const seconds = (performance.now() - began) / 1_000;
    const of = loops * rounds;
    // After a kill these are other processes, which count from zero.
    const processorMs = ((host.processorSeconds() - (killed ? 0 : before)) * 1_000) / of;
    const recovery = killed && recoveryOf(host, killed);
    const report = { loops, ...reportOf(host, of, jobMs), seconds, processorMs, recovery };
    if (restMs === null) return { ...report, memoryAtRest: null };
    await pause(restMs);
    return { ...report, memoryAtRest: host.memory() };
  } finally {
    over.abort();
    await deciding;
  }
}

/** Repositories, issues, starts. `load` keeps the repositories of one load apart from those of another. */
async function startAll(host: LoadHost, load: number, loops: number): Promise<void> {
  const repositories = Array.from({ length: Math.ceil(loops / slots) }, (_, n) => n);
  await inLanes(repositories, lanes, async (n) => {
    const repository = await addRepository(host, load * 10_000 + n);
    const count = Math.min(slots, loops - n * slots);
    for (let each = 0; each < count; each += 1) {
      const issue = await addIssue(host, repository);
      await host.call("POST", "/api/v1/loops", { repository, issue });
    }
  });
}

export async function addRepository(host: LoadHost, n: number): Promise<string> {
  const address = { url: `/load/${n}`, defaultBranch: "main", config: { slots } };
  return (await host.call<Repository>("POST", "/api/v1/repositories", address)).id;
}

/** Its number: pull requests are counted along with issues. */
export async function addIssue(host: LoadHost, repository: string): Promise<number> {
  const path = `/api/v1/repositories/${repository}/issues`;
  return (await host.call<{ number: number }>("POST", path, { title: issueTitle, body: "" })).number;
}

interface Killed {
  startedAt: number;
  listeningMs: number;
  allAwakeMs: number;
  inFlight: string[];
}

async function killAndStart(host: LoadHost, { done }: Runners, jobs: number): Promise<Killed> {
  const sum = () => [...done.values()].reduce((total, count) => total + count, 0);
  await waitUntil(
    () => sum() >= jobs,
    patienceMsOf(jobs),
    () => `${sum()} of ${jobs} jobs are done`,
  );
  await host.kill();
  const inFlight = readLoops(host.state).flatMap(({ loop, events }) =>
    events.some(({ type }) => type === "Merged") ? [] : [loop],
  );
  const startedAt = Date.now();
  const listeningMs = await host.start();
  // The server says so when it has woken all that may have work.
  await printed(host.server, /"resumed"/);
  return { startedAt, listeningMs, allAwakeMs: Date.now() - startedAt, inFlight };
}

function recoveryOf(host: LoadHost, { startedAt, inFlight, ...killed }: Killed): LoopsReport["recovery"] {
  const open = new Set(inFlight);
  const moved = readLoops(host.state)
    .filter(({ loop }) => open.has(loop))
    .map(({ events }) => events.find(({ at }) => at >= startedAt)?.at ?? Number.NaN);
  const { listeningMs, allAwakeMs } = killed;
  const allMovedMs = Math.max(...moved) - startedAt;
  return { listeningMs, allAwakeMs, allMovedMs, inFlight: inFlight.length };
}

function reportOf(
  host: LoadHost,
  of: number,
  jobMs: number,
): Omit<LoopsReport, "loops" | "seconds" | "processorMs" | "recovery" | "memoryAtRest"> {
  const all = readLoops(host.state);
  const began = (record: LoopRecord) => record.events[0]?.at ?? 0;
  const records = all.sort((a, b) => began(a) - began(b)).slice(warmUp);
  const has = (type: string) => records.filter(({ events }) => events.some((event) => event.type === type));
  const begunTwice = records.filter(
    ({ events }) => events.filter(({ type }) => type === "LoopStarted").length !== 1,
  );
  const turnWaits = records.map((record) => turnWaitMs(record, records));
  const bytes = objectFiles(host.state).reduce((sum, file) => sum + statSync(file).size, 0);
  return {
    of,
    merged: has("Merged").length,
    doubled: begunTwice.length + Math.max(0, records.length - of),
    overheadMs: records.map((record, n) => overheadMs(record, jobMs, turnWaits[n] ?? 0)),
    turnWaitMs: turnWaits,
    stillMs: records.map(longestStillMs),
    memory: host.memory(),
    kbPerLoop: bytes / 1_024 / all.length,
  };
}
