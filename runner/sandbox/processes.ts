import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** How one of our processes is recognised, whatever it did to leave its group. */
export interface Traces {
  /** Process group and session of a command; null when only the marker counts. */
  group: number | null;
  /** `NAME=value` in its environment. */
  marker: string;
  /** With its working folder in here, without a terminal, and not marked as another command's. */
  folder: string;
  /** Clock ticks since boot when the command began: nothing older is ours. */
  since: number;
  /** The processes of a command that has a process space of its own; null when it has none. */
  space?: Space | null;
}

/** A process space (PID namespace): when its first process is gone, the kernel has ended all others. */
export interface Space {
  /** Id of its first process, as seen from here. */
  first: number;
  /** `pid:[...]`, what the links in /proc call it; null when it could not be read. */
  name: string | null;
}

interface Seen {
  pid: number;
  state: string;
  group: number;
  session: number;
  terminal: number;
  startedAt: number;
}

/** What a polite process needs to write its last words; then it is killed. */
export const termGraceMs = 2_000;
/**
 * Killed processes are gone within milliseconds, unless a disk hangs. With the grace below the 5 s of a
 * stop.
 */
const killGraceMs = 2_500;
const lookEveryMs = 25;
/** The first look comes sooner: walls fall within a few milliseconds after their command. */
const firstLookMs = 3;

/** A process of a command could not be ended; nothing may be built on its workspace. */
export class ProcessesLeft extends Error {
  override readonly name = "ProcessesLeft";
}

/**
 * Ends every process that `traces` fit: TERM, then KILL, and looks until none is left.
 *
 * @throws ProcessesLeft with the ids, when the kernel does not let go of one.
 */
export async function endAll(traces: Traces, graceMs = termGraceMs): Promise<void> {
  const began = performance.now();
  const asked = new Set<number>();
  // The wall itself is not asked: with it everything inside dies without last words.
  const walls = traces.space ? [traces.group, traces.space.first] : [];
  for (let lookAfterMs = firstLookMs; ; lookAfterMs = Math.min(lookEveryMs, lookAfterMs * 2)) {
    const left = findAll(traces);
    if (left.length === 0) return;
    const elapsedMs = performance.now() - began;
    if (elapsedMs > graceMs + killGraceMs)
      throw new ProcessesLeft(
        `processes ${left.join(", ")} of a command cannot be ended; restart this machine`,
      );
    for (const pid of left) {
      if (elapsedMs > graceMs) kill(pid, "SIGKILL");
      else if (!asked.has(pid) && !walls.includes(pid)) kill(pid, "SIGTERM");
      asked.add(pid);
    }
    await sleep(lookAfterMs);
  }
}

/** Ids of all living processes that `traces` fit. */
export function findAll(traces: Traces): number[] {
  const pids = processIds();
  if (pids === null) return traces.group !== null && groupAlive(traces.group) ? [-traces.group] : [];
  return pids.filter((pid) => {
    if (pid === process.pid) return false;
    const seen = look(pid);
    // A zombie runs no code; it only waits for whoever inherited it.
    if (!seen || seen.state === "Z" || seen.state === "X" || seen.startedAt < traces.since) return false;
    if (traces.space && (pid === traces.space.first || isInSpace(pid, traces.space))) return true;
    if (traces.group !== null && (seen.group === traces.group || seen.session === traces.group)) return true;
    const env = environmentOf(pid);
    if (env.includes(traces.marker)) return true;
    const marked = env.some((entry) => entry.startsWith("TAMMA_COMMAND="));
    return !marked && seen.terminal === 0 && isWithin(folderOf(pid), traces.folder);
  });
}

/** The process space whose first process is `pid`. Null: `pid` is gone, and with it all the others. */
export function spaceOf(pid: number): Space | null {
  const seen = look(pid);
  return seen && !/[ZX]/.test(seen.state) ? { first: pid, name: spaceName(pid) } : null;
}

function isInSpace(pid: number, space: Space): boolean {
  return space.name !== null && spaceName(pid) === space.name;
}

function spaceName(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return null;
  }
}

/** Clock ticks since boot at which `pid` began; 0 where that cannot be known. */
export function startOf(pid: number): number {
  return look(pid)?.startedAt ?? 0;
}

function kill(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself, between the look and the blow.
  }
}

/** Null where there is no /proc (macOS): then only the group is known. */
function processIds(): number[] | null {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return null;
  }
}

function look(pid: number): Seen | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name stands in brackets and may hold anything; proc(5) counts the fields from 1, the state is the
    // third.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const field = (n: number) => Number(fields[n - 3]);
    const state = fields[0] ?? "X";
    return { pid, state, group: field(5), session: field(6), terminal: field(7), startedAt: field(22) };
  } catch {
    return null;
  }
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    // Another user's process: it is none of ours.
    return [];
  }
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function groupAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}
