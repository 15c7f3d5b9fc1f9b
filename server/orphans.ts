import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * A workerd that was asked to end gets this long. It would wait for every open request, and a waiting runner
 * holds one for 25 s. What it is cut from is found again from its files, as after any kill.
 */
const endGraceMs = 250;
/** After SIGKILL only the kernel's own clean-up is left; longer means that something is badly wrong. */
const killGraceMs = 5_000;
const pollMs = 20;

/**
 * Ends every workerd that still runs on this state folder, and waits until it is gone. After `kill -9` of a
 * host its workerd lives on, holds the port and acknowledges writes, so this has to happen before anything is
 * opened. Only call it while holding the lock: then whoever is found has no host any more.
 *
 * @returns the process ids that were ended
 */
export async function endOrphans(state: string): Promise<number[]> {
  const ended: number[] = [];
  for (const pid of findWorkerds(state)) {
    signal(pid, "SIGTERM");
    if (!(await goneWithin(pid, endGraceMs))) {
      signal(pid, "SIGKILL");
      if (!(await goneWithin(pid, killGraceMs)))
        throw new Error(
          `workerd ${pid} of an earlier server on ${state} does not end; end it by hand: kill -9 ${pid}`,
        );
    }
    ended.push(pid);
  }
  return ended;
}

/** Ids of the workerd processes whose environment names `state` as `TAMMA_STATE`. */
export function findWorkerds(state: string): number[] {
  const mark = `TAMMA_STATE=${state}`;
  if (process.platform === "linux") return linuxWorkerds(mark);
  if (process.platform === "win32") return [];
  return psWorkerds(mark);
}

function linuxWorkerds(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() !== "workerd") return false;
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark);
      } catch {
        // It ended meanwhile, or belongs to somebody else, whose environment cannot be read.
        return false;
      }
    });
}

/** macOS and the BSDs print the environment behind the command. */
function psWorkerds(mark: string): number[] {
  const list = execFileSync("ps", ["-axww", "-E", "-o", "pid=,command="], { encoding: "utf8" });
  return list
    .split("\n")
    .filter((line) => /\bworkerd\b/.test(line) && `${line} `.includes(`${mark} `))
    .map((line) => Number.parseInt(line, 10));
}

async function goneWithin(pid: number, ms: number): Promise<boolean> {
  const until = Date.now() + ms;
  while (isAlive(pid)) {
    if (Date.now() >= until) return false;
    await delay(pollMs);
  }
  return true;
}

/**
 * A zombie still has a pid but holds neither port nor files, so it counts as gone; unless other threads of it
 * are still ending: until the last one has, its port is taken.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return !/^State:\s+Z/m.test(status) || !/^Threads:\s+[01]$/m.test(status);
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name);
  } catch {
    // Already gone, which is what was wanted.
  }
}
