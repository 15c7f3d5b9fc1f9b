import { mkdirSync } from "node:fs";
import { Miniflare, type MiniflareOptions } from "miniflare";

const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/**
 * Megabytes for what is young in each isolate of workerd, ours and miniflare's own: with as much as V8 takes
 * by itself a busy runtime is a fifth larger and no faster (docs/benchmarks.md).
 */
const runtimeFlags = "--max-semi-space-size=1";

/**
 * A miniflare that leaves signals to us, and what it writes for itself in `scratch`. It would answer the
 * first signal by ending workerd and this process on the spot: requests in flight would be cut and
 * `server.json` would stay. Its hook on `exit` is kept, so workerd still ends with this process. Its folder
 * for temporary files goes with this process too, unless that is killed: then the next start finds it.
 */
export function createInstance(options: MiniflareOptions, scratch: string): Miniflare {
  // It has no option for them, and reads them whenever it starts workerd.
  process.env.MINIFLARE_WORKERD_V8_FLAGS ??= runtimeFlags;
  const before = signals.map((signal) => [signal, process.listeners(signal)] as const);
  const instance = inFolder(scratch, () => new Miniflare(options));
  for (const [signal, ours] of before)
    for (const listener of process.listeners(signal))
      if (!ours.includes(listener)) process.off(signal, listener);
  return instance;
}

/** It has no option for that folder, and takes the system's when it is made. */
function inFolder<T>(folder: string, make: () => T): T {
  mkdirSync(folder, { recursive: true });
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    return make();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
