import type { Timers } from "@tamma/core/ports/clock.ts";

/** The machine's own timers. */
export const systemTimers: Timers = {
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
