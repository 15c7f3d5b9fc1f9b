import type { Timers } from "@tamma/core/ports/clock.ts";
import type { LogCopy } from "./log-copy.ts";

/**
 * Copies that are under way at once, of all objects in this process. D1 takes one after the other anyway, and
 * each that waits inside of it holds its rows in memory several times over.
 */
const copiesAtOnceMax = 2;
/**
 * How often somebody who waits looks again, and how many times before going anyway. Nobody calls: what an
 * object waits for may not be ended by another one (workerd refuses its I/O then).
 */
const lookEveryMs = 50;
const looksMax = 100;
/** A copy that has taken so long counts as cut, with its object. */
const copyMsMax = 30_000;

/** The time of whoever asks. */
export interface LimitClock extends Pick<Timers, "after"> {
  now(): number;
}

export interface CopyLimit {
  /** Does `work` when few enough others do theirs, or after five seconds; throws what it throws. */
  wait<T>(work: () => Promise<T>, clock: LimitClock): Promise<T>;
}

export function copyLimit(): CopyLimit {
  const underWay = new Set<{ since: number }>();

  const isFull = (now: number): boolean => {
    for (const copy of underWay) if (copy.since + copyMsMax <= now) underWay.delete(copy);
    return underWay.size >= copiesAtOnceMax;
  };

  return {
    wait: async (work, { now, after }) => {
      for (let looks = 0; looks < looksMax && isFull(now()); looks += 1)
        await new Promise<void>((resolve) => after(lookEveryMs, resolve));
      const own = { since: now() };
      underWay.add(own);
      try {
        return await work();
      } finally {
        underWay.delete(own);
      }
    },
  };
}

/** The one of this process. */
export const copiesHere: CopyLimit = copyLimit();

/** A copy of which only so much is written at once; whoever reads does not wait. */
export function limited(copy: LogCopy, limit: CopyLimit, clock: LimitClock): LogCopy {
  return { ...copy, append: (rows) => limit.wait(() => copy.append(rows), clock) };
}
