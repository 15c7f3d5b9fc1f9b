import { readdirSync } from "node:fs";
import { totalmem } from "node:os";

/** Enough for a parallel build with its test workers; a fork bomb is over in a blink. */
const processesMax = 2_000;
/** One process may not take the whole machine with it. */
const memoryShareMax = 0.75;
/** Small machines: less than this and no compiler starts. */
const memoryKbMin = 2_000_000;

/**
 * Shell that lowers the limits and becomes the command, which follows as arguments. `ulimit` is in every
 * POSIX shell (dash calls -u -p); what a system does not know is left out. `-d` counts written memory, not
 * the address space, of which V8, Go and the JVM reserve far more than they use.
 */
export function limitsPrelude(): string {
  const memoryKb = Math.max(memoryKbMin, Math.floor((totalmem() * memoryShareMax) / 1024));
  const processes = processesMax + runningNow();
  return [
    "ulimit -c 0 2>/dev/null",
    `ulimit -d ${memoryKb} 2>/dev/null`,
    `ulimit -u ${processes} 2>/dev/null || ulimit -p ${processes} 2>/dev/null`,
    'exec "$@"',
  ].join("; ");
}

/**
 * The kernel counts all processes of the user, so what runs already comes on top. 0 where there is no
 * /proc.
 */
function runningNow(): number {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).length;
  } catch {
    return 0;
  }
}

/** Root is bound by no process limit. */
export const boundByProcessLimit = process.getuid?.() !== 0;
