import { setTimeout as pause } from "node:timers/promises";
import type { EventLine } from "@tamma/core/protocol/rest.ts";
import { type LoadHost, openLoadHost } from "../load/host.ts";
import { decideAll } from "../load/people.ts";
import { startRunners } from "../load/runners.ts";
import { eventsOf, loopFaults, startLoops, untilAll } from "./cases/case.ts";
import { randomOf, shuffled } from "./random.ts";

/** Loops and runners at once: more than two cores can work on. */
const loops = 12;
const runners = 2;
/** A model and a job take so long, so that most kills fall into the middle of several. */
const turnMs = 80;
const jobMs = 80;
/** From one kill to the next, and how long who was killed stays away. */
const betweenMsMax = 1_500;
const awayMsMax = 300;
const kinds = ["server", "workerd", "both", "server", "both"] as const;

/** What had been promised to somebody, and what became of it. */
export interface Crowd {
  seed: number;
  kills: number;
  acknowledged: number;
  present: number;
  lost: number;
  doubled: number;
  unfinished: number;
  faults: string[];
}

/** Many loops and runners at once while server and runtime are killed; the seed chooses the moments. */
export async function crowdRound(seed: number): Promise<Crowd> {
  await using host = await openLoadHost({ turnMs });
  await using working = await startRunners(host, jobMs, runners);
  const decided = new Set<string>();
  const over = new AbortController();
  const deciding = decideAll(host, () => "approve", over.signal, decided);
  try {
    const started = await startLoops(host, loops);
    await killAll(host, seed);
    await untilAll(host, started, "Merged").catch(() => {});
    over.abort();
    await deciding;
    const events = (await Promise.all(started.map((loop) => eventsOf(host, loop)))).flat();
    const promises = [
      ...started.map((loop) => countOf(events, "LoopStarted", ({ issue }) => loopOf(issue, loop))),
      ...[...decided].map((id) => countOf(events, "ApprovalGiven", ({ checkpoint }) => checkpoint === id)),
      ...[...working.taken].map((result) =>
        countOf(events, "JobFinished", ({ job, fence }) => `${job}:${fence}` === result),
      ),
    ];
    const merged = events.filter(({ type }) => type === "Merged").length;
    return {
      ...{ seed, kills: kinds.length, acknowledged: promises.length, unfinished: loops - merged },
      present: promises.filter((count) => count === 1).length,
      lost: promises.filter((count) => count === 0).length,
      doubled: promises.filter((count) => count > 1).length,
      faults: await loopFaults(host, started),
    };
  } finally {
    over.abort();
    await deciding;
  }
}

async function killAll(host: LoadHost, seed: number): Promise<void> {
  const random = randomOf(seed);
  for (const kind of shuffled(kinds, random)) {
    await pause(random() * betweenMsMax);
    await host.kill(kind);
    await pause(random() * awayMsMax);
    // A lone runtime is its server's own matter.
    if (kind !== "workerd") await host.start();
  }
}

function countOf(
  events: readonly EventLine[],
  type: string,
  fits: (payload: Record<string, unknown>) => boolean,
): number {
  return events.filter((event) => event.type === type && fits(event.payload)).length;
}

/** Is this the issue that the loop is about? */
function loopOf(issue: unknown, loop: string): boolean {
  return loop.split("/").at(-1) === `${(issue as { id?: unknown } | undefined)?.id}#1`;
}

/** One row for each round, and their sum. */
export function crowdTable(rounds: readonly Crowd[]): string {
  const columns = ["kills", "acknowledged", "present", "lost", "doubled", "unfinished"] as const;
  const row = (name: string, of: (column: (typeof columns)[number]) => number | string) =>
    [name.padEnd(8), ...columns.map((column) => String(of(column)).padStart(13))].join("");
  const sum = row("all", (column) => rounds.reduce((total, round) => total + round[column], 0));
  const lines = rounds.map((round) => row(String(round.seed), (column) => round[column]));
  return [row("seed", (column) => column), ...lines, sum].join("\n");
}
