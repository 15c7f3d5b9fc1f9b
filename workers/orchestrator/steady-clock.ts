import { logError } from "./log.ts";

/** A clock that never runs back behind what was recorded by it, and goes on at its own speed. */
export interface SteadyClock {
  /** Milliseconds since the epoch, never less than before. */
  now(): number;
  /** What the machine's clock will show at this time of ours: alarms are set by that one. */
  wallTime(at: number): number;
}

/** What both clocks showed at one moment, in milliseconds since the epoch. */
export interface BothClocks {
  /** The machine's. */
  wall: number;
  /** The object's own. */
  own: number;
}

/** Remembers for the next instance of the object that the clock was set back. */
export interface ClockRows {
  /** Null: it was not, or the machine's clock has caught up since. */
  read(): BothClocks | null;
  write(both: BothClocks | null): void;
}

/**
 * Event times never decrease within a stream, and what is due is compared with them. When the machine's clock
 * was set back by hours, everything new would be due hours from now, and the loop would stand still until
 * then. So an object whose newest event lies ahead of the machine's clock counts on from that event. Once the
 * machine's clock has caught up the two are the same again, at the latest when the object wakes next.
 *
 * How far it is ahead is kept in a row: an instance that counted from the newest event anew would not know of
 * the time since, and what is due a minute after that event would never be due for objects that sleep sooner.
 *
 * @param wall the machine's clock
 * @param newest time of the newest event; 0 for none
 */
export function steadyClock(wall: () => number, newest: number, rows: ClockRows): SteadyClock {
  let ahead = 0;
  let last = newest;

  /** A disk that is full costs the next instance the time since; this one goes on. */
  function keep(both: BothClocks | null): void {
    try {
      rows.write(both);
    } catch (thrown) {
      logError("clock", thrown);
    }
  }

  /** The machine's clock was set back to `at`. */
  function goOnFromLast(at: number): void {
    ahead = last - at;
    keep({ wall: at, own: last });
  }

  function begin(): void {
    const at = wall();
    const kept = rows.read();
    if (kept && newest <= at) keep(null);
    // Set back once more, behind where that was kept: how long ago it was is not known then.
    else if (kept && kept.wall <= at) ahead = kept.own - kept.wall;
    if (at + ahead < newest) goOnFromLast(at);
  }

  begin();
  return {
    now: () => {
      const at = wall();
      if (at + ahead < last) goOnFromLast(at);
      last = Math.max(last, at + ahead);
      return last;
    },
    wallTime: (at) => at - ahead,
  };
}
