import { setTimeout as sleep } from "node:timers/promises";

/** The first pause after a fault; a restart of the server takes about this long. */
const pauseMsFirst = 250;
/** Later ones grow to this: often enough to be back soon, seldom enough not to be part of the problem. */
const pauseMsMax = 15_000;

/**
 * How long to wait before try `n` (1 = the first repetition), in milliseconds: a random time up to a doubling
 * bound ("full jitter"), so that runners that were cut off together do not come back together.
 */
export function pauseMs(n: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(pauseMsMax, pauseMsFirst * 2 ** (n - 1)));
}

/** Waits; an abort ends the wait at once and throws the signal's reason. */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw signal?.reason;
  }
}
