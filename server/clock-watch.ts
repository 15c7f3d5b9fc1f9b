/** How often the two clocks are compared. */
const lookEveryMs = 1_000;
/** Less than that is an ordinary correction. */
const setBackMsMin = 2_000;

/** The machine's clock, and one that nobody sets; both in milliseconds. */
export interface Clocks {
  wall(): number;
  steady(): number;
}

const ownClocks: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

/**
 * Calls `setBack` when the machine's clock was set back. Inside of workerd time stands still then until the
 * clock has caught up, and every timer and alarm with it, in all that lives; what is begun anew goes by the
 * new time. What this function returns ends the watch.
 */
export function watchClock(setBack: (ms: number) => void, clocks = ownClocks): () => void {
  let ahead = clocks.wall() - clocks.steady();
  const timer = setInterval(() => {
    const now = clocks.wall() - clocks.steady();
    if (ahead - now >= setBackMsMin) setBack(Math.round(ahead - now));
    ahead = now;
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
