/** A clock that never runs back behind what was recorded by it, and goes on at its own speed. */
export interface SteadyClock {
  /** Milliseconds since the epoch, never less than before. */
  now(): number;
  /** What the machine's clock will show at this time of ours: alarms are set by that one. */
  wallTime(at: number): number;
}

/**
 * Event times never decrease within a stream, and what is due is compared with them. When the machine's clock
 * was set back by hours, everything new would be due hours from now, and the loop would stand still until
 * then. So an object whose newest event lies ahead of the machine's clock counts on from that event. Once the
 * machine's clock has caught up the two are the same again, at the latest when the object wakes next.
 *
 * @param wall the machine's clock
 * @param newest time of the newest event; 0 for none
 */
export function steadyClock(wall: () => number, newest: number): SteadyClock {
  let ahead = Math.max(0, newest - wall());
  let last = newest;
  return {
    now: () => {
      const at = wall() + ahead;
      if (at < last) ahead += last - at;
      last = Math.max(last, at);
      return last;
    },
    wallTime: (at) => at - ahead,
  };
}
