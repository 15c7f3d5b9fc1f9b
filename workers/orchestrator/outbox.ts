import { retryAt } from "@tamma/core/engine/backoff.ts";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle } from "drizzle-orm/d1";
import type { Db, StreamRange } from "./d1-log.ts";
import { events } from "./d1-schema.ts";
import type { SealedRow } from "./event-row.ts";
import { logError } from "./log.ts";
import type { SqliteStore } from "./sqlite-store.ts";
import { compareWithD1, type Standing } from "./standing.ts";

/** Statements in one batch: D1 takes them as one transaction, and a long one would hold up everybody else. */
const rowsPerFlush = 50;

/**
 * Copies the log to D1, in order, off the critical path. D1 down: the object goes on, and the flush catches
 * up. Nothing is lost, because the place is moved only after D1 answered; nothing doubles, because D1 knows
 * each row's key.
 */
export interface Outbox {
  /** Copies until nothing is left. Never throws; after a failure it waits until `nextAt`. */
  flush(): Promise<void>;
  /** The same, without waiting for `nextAt`: a person asks. */
  flushNow(): Promise<void>;
  /** When a failed flush wants to be tried again; null when there is nothing to catch up on. */
  nextAt(): number | null;
  /** Compares the whole log with D1 (standing.ts). Throws when D1 does not answer. */
  compare(): Promise<Standing[]>;
  /** `compare`, once, when the object wakes: bounded in time, and it never throws. */
  lookOnce(): Promise<void>;
}

/**
 * A D1 that is down must not keep an object from waking. What was not seen in this time is seen by the first
 * flush.
 */
const lookMsMax = 1_000;

/** A projection that goes along after the events: the list row of a loop. */
export type AfterFlush = (db: Db) => Promise<void>;

/** @param range which streams the object owns; null while that is unknown, because it was never used */
export function d1Outbox(
  database: D1Database,
  store: SqliteStore,
  range: () => StreamRange | null,
  clock: { now(): number; fraction(): number },
  afterFlush: AfterFlush = async () => {},
): Outbox {
  const db: Db = drizzle(database);
  const { copy, compare, look } = copierOf(db, store, range, clock.now);
  let running: Promise<void> | null = null;
  let again = false;
  let failures = 0;
  let next: number | null = null;

  async function run(): Promise<void> {
    for (;;) {
      again = false;
      const rows = store.unflushed(rowsPerFlush);
      if (rows.length > 0) await copy(rows);
      else {
        await afterFlush(db);
        if (!again) return;
      }
    }
  }

  async function flushOnce(): Promise<void> {
    try {
      await run();
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

  function flushNow(): Promise<void> {
    again = true;
    running ??= flushOnce();
    return running;
  }

  return {
    flush: () => {
      // While D1 is down every event would be one more try, and the pause would grow with the work done.
      if (running === null && next !== null && clock.now() < next) return Promise.resolve();
      return flushNow();
    },
    flushNow,
    nextAt: () => next,
    compare,
    lookOnce: async () => {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, lookMsMax);
      await Promise.race([look(), late.promise]);
      clearTimeout(timer);
    },
  };
}

/** One batch of rows to D1, and what to do when it is not where it was left. */
function copierOf(db: Db, store: SqliteStore, range: () => StreamRange | null, now: () => number) {
  async function compare(): Promise<Standing[]> {
    const owned = range();
    return owned === null ? [] : compareWithD1(db, store, owned, now);
  }

  async function copy(rows: SealedRow[]): Promise<void> {
    try {
      const [first, ...rest] = rows.map(
        (row): BatchItem<"sqlite"> => db.insert(events).values(valuesOf(row)).onConflictDoNothing(),
      );
      if (first) await db.batch([first, ...rest]);
    } catch (thrown) {
      if (!isConflict(thrown)) throw thrown;
      // D1 is not where it was left. Either it lost rows and gets them again, or it has others, and the
      // streams that they belong to are held.
      await compare();
      tellHeld();
      const [tried, next] = [rows[0], store.unflushed(1)[0]];
      // The same row again would only meet the same answer again: then it has to wait its time.
      if (next && next.stream === tried?.stream && next.seq === tried.seq) throw thrown;
      return;
    }
    for (const row of rows) store.markFlushed(row.stream, row.seq);
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

  return { copy, compare, look };
}

function valuesOf(row: SealedRow): typeof events.$inferInsert {
  return {
    stream: row.stream,
    streamKind: row.kind,
    seq: row.seq,
    id: row.id,
    at: row.at,
    type: row.type,
    version: row.version,
    actor: row.actor,
    correlationId: row.correlation,
    causationId: row.causation,
    step: row.step,
    keyId: row.key_id,
    payload: Buffer.from(row.payload),
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}

/** Drizzle wraps D1's error, so the trigger's words stand in the cause. */
function isConflict(thrown: unknown): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause)
    if (/tamma: (gap|fork)/.test(error.message)) return true;
  return false;
}
