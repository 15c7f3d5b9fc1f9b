import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Kills every process that works below `folder`, or was given a HOME there: what a runner that was killed
 * left of its commands. Without /proc (macOS) it finds none.
 *
 * @returns their ids
 */
export function killWithin(folder: string): number[] {
  const killed: number[] = [];
  // Whoever forks while we look is found by the next look.
  for (;;) {
    const found = processesWithin(folder).filter((pid) => !killed.includes(pid));
    if (found.length === 0) return killed;
    for (const pid of found) {
      kill(pid);
      killed.push(pid);
    }
  }
}

function processesWithin(folder: string): number[] {
  const below = `${folder}/`;
  return processIds().filter((pid) => {
    if (pid === process.pid) return false;
    const environment = read(() => readFileSync(`/proc/${pid}/environ`, "utf8")).split("\0");
    if (environment.some((entry) => entry.startsWith(`HOME=${below}`))) return true;
    return `${read(() => readlinkSync(`/proc/${pid}/cwd`))}/`.startsWith(below);
  });
}

function processIds(): number[] {
  return read(() => readdirSync("/proc").join("\n"))
    .split("\n")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function read(look: () => string): string {
  try {
    return look();
  } catch {
    // It ended meanwhile, belongs to somebody else, or there is no /proc.
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
