import type { Instant } from "../domain/ids.ts";

/** The first pause; a restarting neighbour is back within a second. */
const pauseFirstMs = 500;
/** The longest pause; a platform that is down for an hour is still asked once a minute. */
const pauseMaxMs = 60_000;
/** After that many tries (about ten minutes) a person has to know, or the courtesy is skipped. */
export const effectTriesMax = 15;

/**
 * When to try again after `tries` failed ones: full jitter, so that a thousand loops do not come back at once
 * (AWS, "Exponential backoff and jitter"). `fraction` is 0 to below 1.
 */
export function retryAt(now: Instant, tries: number, fraction: number): Instant {
  const ceiling = Math.min(pauseMaxMs, pauseFirstMs * 2 ** Math.min(tries - 1, 20));
  return now + Math.ceil(ceiling * fraction);
}
