import { setTimeout as sleep } from "node:timers/promises";

/** The first pauses after a fault: a server that was killed is back within a second or two. */
const pauseMsFirst = 250;
/** So many tries are as quick as the first one. */
const quickTries = 6;
/** Later ones grow to this: often enough to be back soon, seldom enough not to be part of the problem. */
const pauseMsMax = 15_000;

/**
 * How long to wait before try `n` (1 = the first repetition), in milliseconds: a random time up to a bound
 * that doubles after some quick tries ("full jitter"), so that runners that were cut off together do not come
 * back together.
 */
export function pauseMs(n: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(pauseMsMax, pauseMsFirst * 2 ** Math.max(0, n - quickTries)));
}

/** Waits; an abort ends the wait at once and throws the signal's reason. */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw signal?.reason;
  }
}
