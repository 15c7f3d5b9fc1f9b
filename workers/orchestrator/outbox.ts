import { retryAt } from "@tamma/core/engine/backoff.ts";
import type { Timers } from "@tamma/core/ports/clock.ts";
import type { SealedRow } from "./event-row.ts";
import { logError } from "./log.ts";
import { CopyConflict, type LogCopy, type StreamRange } from "./log-copy.ts";
import type { ObjectStore } from "./object-store.ts";
import { compareWithD1, HoldNotKept, type Standing } from "./standing.ts";

/** Rows in one batch: D1 takes them as one transaction, and a long one would hold up everybody else. */
const rowsPerFlush = 100;

/** What a loop does in this time goes in one batch, which costs little more than one event. */
const gatherMs = 500;
/** After a copy so many times what it took: many objects at once gather more, and leave D1 to others. */
const pausePerCopy = 10;
/** No longer than that: a copy that took very long met a D1 that was down, and not a busy one. */
const pauseMsMax = 5_000;

/**
 * Copies the log to D1, in order, off the critical path. D1 down: the object goes on, and the flush catches
 * up. Nothing is lost, because the place is moved only after D1 answered; nothing doubles, because D1 knows
 * each row's key.
 */
export interface Outbox {
  /** Copies until nothing is left. Never throws; after a failure it waits until `nextAt`. */
  flush(): Promise<void>;
  /** The same, a moment later: what a loop does until then goes along. */
  flushSoon(): Promise<void>;
  /** The same, without waiting for `nextAt`: a person asks. */
  flushNow(): Promise<void>;
  /** When no flush is under way. */
  idle(): Promise<void>;
  /**
   * When to look again: after a failed flush, or because the one under way may be cut with its object; null
   * when there is nothing to catch up on.
   */
  nextAt(): number | null;
  /** Compares the whole log with D1 (standing.ts). Throws when D1 does not answer. */
  compare(): Promise<Standing[]>;
  /** `compare`, once, when the object wakes: bounded in time, and it never throws. See `OutboxHost.end`. */
  lookOnce(): Promise<void>;
}

/**
 * A D1 that is down must not keep an object from waking. What was not seen in this time is seen by the first
 * flush.
 */
const lookMsMax = 1_000;

/** A flush takes much less, also one of a whole log. */
const cutAfterMs = 30_000;

/** A projection that goes along after the events: the list row of a loop. */
export type AfterFlush = () => Promise<void>;

/** What an outbox needs of the object's host. */
export interface OutboxHost {
  now(): number;
  fraction(): number;
  after: Timers["after"];
  /**
   * Ends this instance of the object: it heard that it is an older copy, and cannot keep that. The next one
   * asks D1 again before it does anything.
   */
  end(why: string): void;
}

/** @param range which streams the object owns; null while that is unknown, because it was never used */
export function d1Outbox(
  d1: LogCopy,
  store: ObjectStore,
  range: () => StreamRange | null,
  clock: OutboxHost,
  afterFlush: AfterFlush = async () => {},
): Outbox {
  const { copyAll, compare, look } = copierOf(d1, store, range, clock);
  let running: Promise<void> | null = null;
  let again = false;
  let failures = 0;
  let next: number | null = null;
  /** Not before this time. */
  let restedAt = 0;

  /** Whoever sets `again` while this runs is seen: nothing waits between the last look at it and the end. */
  async function flushOnce(waitMs: number): Promise<void> {
    try {
      // A fault before the first wait would end this before `running` is set.
      await Promise.resolve();
      do {
        const restMs = Math.max(waitMs, restedAt - clock.now());
        if (restMs > 0) await new Promise<void>((resolve) => clock.after(restMs, resolve));
        again = false;
        const began = clock.now();
        await copyAll();
        await afterFlush();
        const tookMs = clock.now() - began;
        restedAt = clock.now() + Math.min(Math.max(gatherMs, pausePerCopy * tookMs), pauseMsMax);
      } while (again);
      failures = 0;
      next = null;
    } catch (thrown) {
      failures += 1;
      next = retryAt(clock.now(), failures, clock.fraction());
      logError("outbox", thrown, { failures });
    } finally {
      running = null;
    }
  }

  function begin(waitMs: number): Promise<void> {
    again = true;
    running ??= flushOnce(waitMs);
    return running;
  }

  function flushUnlessWaiting(waitMs: number): Promise<void> {
    // While D1 is down every event would be one more try, and the pause would grow with the work done.
    if (running === null && next !== null && clock.now() < next) return Promise.resolve();
    return begin(waitMs);
  }

  return {
    flush: () => flushUnlessWaiting(0),
    flushSoon: () => flushUnlessWaiting(gatherMs),
    flushNow: () => begin(0),
    idle: async () => {
      while (running) await running;
    },
    // Whoever arms the alarm before a flush has failed must not rely on this instance being there then.
    nextAt: () => (running === null ? next : clock.now() + cutAfterMs),
    compare,
    lookOnce: () => withinTime(look(), clock.after),
  };
}

/** `look`, but no longer than an object may need to wake. */
async function withinTime(look: Promise<void>, after: Timers["after"]): Promise<void> {
  const late = Promise.withResolvers<void>();
  const notLate = after(lookMsMax, late.resolve);
  await Promise.race([look, late.promise]);
  notLate();
}

/** One batch of rows to D1, and what to do when it is not where it was left. */
function copierOf(d1: LogCopy, store: ObjectStore, range: () => StreamRange | null, host: OutboxHost) {
  async function compare(): Promise<Standing[]> {
    const owned = range();
    try {
      return owned === null ? [] : await compareWithD1(d1, store, owned, host.now);
    } catch (thrown) {
      if (thrown instanceof HoldNotKept) host.end(thrown.message);
      throw thrown;
    }
  }

  /** False: D1 was not where it was left, and what is to be copied now is not known. */
  async function copy(rows: SealedRow[]): Promise<boolean> {
    try {
      await d1.append(rows);
    } catch (thrown) {
      if (!(thrown instanceof CopyConflict)) throw thrown;
      // D1 is not where it was left. Either it lost rows and gets them again, or it has others, and the
      // streams that they belong to are held.
      await compare();
      tellHeld();
      const [tried, next] = [rows[0], store.unflushed(1)[0]];
      // The same row again would only meet the same answer again: then it has to wait its time.
      if (next && next.stream === tried?.stream && next.seq === tried.seq) throw thrown;
      return false;
    }
    // The rows of a stream come in order: its last one says how far it was copied.
    for (const [stream, seq] of new Map(rows.map((row) => [row.stream, row.seq])))
      store.markFlushed(stream, seq);
    return true;
  }

  /** Until nothing is left. */
  async function copyAll(): Promise<void> {
    for (;;) {
      const rows = store.unflushed(rowsPerFlush);
      if (rows.length === 0) return;
      const inOrder = await copy(rows);
      // What was written since has asked for a flush of its own.
      if (inOrder && rows.length < rowsPerFlush) return;
    }
  }

  async function look(): Promise<void> {
    try {
      await compare();
      tellHeld();
    } catch (thrown) {
      logError("compare with D1", thrown);
    }
  }

  function tellHeld(): void {
    for (const { stream, why } of store.held()) logError("held", why, { stream });
  }

  return { copyAll, compare, look };
}
