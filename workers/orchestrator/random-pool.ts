import { randomFillSync } from "node:crypto";

/** Drawn at once: each call into the runtime costs as much as a hundred bytes of it. */
const poolBytes = 4_096;

/** Random bytes, each given out once.. */
export function randomPool(): (count: number) => Uint8Array<ArrayBuffer> {
  // Filled at first use: a Worker has no randomness while it loads.
  const pool = new Uint8Array(poolBytes);
  let used = poolBytes;
  return (count) => {
    if (count > poolBytes) return randomFillSync(new Uint8Array(count));
    if (used + count > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    used += count;
    return pool.slice(used - count, used);
  };
}
