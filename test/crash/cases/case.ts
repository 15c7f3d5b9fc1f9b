import type { ChainReport, EventPage } from "@tamma/core/protocol/rest.ts";
import { tick } from "../../journey/processes.ts";
import type { LoadHost } from "../../load/host.ts";
import { addIssue, addRepository } from "../../load/loops.ts";
import { decideAll } from "../../load/people.ts";

/** One way in which a machine, a disk or a network goes wrong, under loops at work. */
export interface FaultCase {
  name: string;
  /** What is done, and what has to hold. */
  says: string;
  /** Why it cannot be run here; null when it can. */
  skip?(): string | null;
  /** All that does not hold afterwards, in words. */
  run(): Promise<string[]>;
}

/** So many loops, started; their ids. */
export async function startLoops(host: LoadHost, loops: number, repository = 0): Promise<string[]> {
  const id = await addRepository(host, repository);
  const started: string[] = [];
  for (let each = 0; each < loops; each += 1) {
    const issue = await addIssue(host, id);
    const { loop } = await host.call<{ loop: string }>("POST", "/api/v1/loops", { repository: id, issue });
    started.push(loop);
  }
  return started;
}

/** Approves everything while `work` runs. */
export async function whileDeciding<T>(host: LoadHost, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const deciding = decideAll(host, () => "approve", over.signal);
  try {
    return await work();
  } finally {
    over.abort();
    await deciding;
  }
}

export const pathOf = (loop: string): string => `/api/v1/loops/${encodeURIComponent(loop)}`;

export async function eventsOf(host: LoadHost, loop: string): Promise<EventPage["events"]> {
  return (await host.call<EventPage>("GET", `${pathOf(loop)}/events?after=0&limit=500`)).events;
}

/** Waits until every loop has an event of this type. */
export async function untilAll(
  host: LoadHost,
  loops: readonly string[],
  type: string,
  patienceMs = 240_000,
): Promise<void> {
  const deadline = AbortSignal.timeout(patienceMs);
  for (const loop of loops)
    while (!(await eventsOf(host, loop)).some((event) => event.type === type)) {
      if (deadline.aborted) throw new Error(`${loop} never came to ${type}`);
      await tick();
    }
}

/** What has to hold of every loop that ran to its merge, whatever happened on the way. */
export async function loopFaults(host: LoadHost, loops: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const loop of loops) {
    const events = await eventsOf(host, loop);
    const count = (type: string) => events.filter((event) => event.type === type).length;
    for (const type of ["LoopStarted", "PullRequestOpened", "CodePushed", "Merged"])
      if (count(type) !== 1) faults.push(`${loop} has ${count(type)} times ${type}`);
    if (events.some(({ seq }, at) => seq !== at + 1)) faults.push(`${loop} has a gap`);
    const finished = events.filter(({ type }) => type === "JobFinished").map(({ payload }) => payload.job);
    if (new Set(finished).size !== finished.length) faults.push(`${loop} finished a job twice`);
    const chain = await host.call<ChainReport>("GET", `${pathOf(loop)}/verify`);
    if (!chain.ok) faults.push(`${loop}: ${chain.problem}`);
  }
  return faults;
}
