/** Megabytes for what is young: this process hosts the runtime and allocates next to nothing itself. */
const flags = ["--max-semi-space-size=1"];

/**
 * glibc gives back what is free, and not only what lies at the end of its heap: starting frees some hundred
 * megabytes (mallopt(3)). It is read when a process begins, and other libraries do not know it.
 */
const giveBack = {
  MALLOC_TRIM_THRESHOLD_: "65536",
  MALLOC_MMAP_THRESHOLD_: "65536",
  MALLOC_TOP_PAD_: "65536",
};

/**
 * Begins this process anew with settings that take a third less memory, where the system can do that: it
 * keeps its id, its parent and its standard streams. Does nothing the second time. Call it before all else.
 */
export function beFrugal(): void {
  const { argv, env, execArgv, execPath, execve } = process;
  if (execve === undefined || flags.every((flag) => execArgv.includes(flag))) return;
  try {
    execve(execPath, [execPath, ...execArgv, ...flags, ...argv.slice(1)], { ...giveBack, ...env });
  } catch {
    // Windows has no such call, and a sandbox may forbid it: then it takes more memory.
  }
}
