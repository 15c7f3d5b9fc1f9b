import { retryAt } from "@tamma/core/engine/backoff.ts";
import { eq, max, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle } from "drizzle-orm/d1";
import { events } from "./d1-schema.ts";
import { logError } from "./log.ts";
import type { SealedRow, SqliteStore } from "./sqlite-store.ts";

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
  /** When a failed flush wants to be tried again; null when there is nothing to catch up on. */
  nextAt(): number | null;
}

/** A projection that goes along after the events: the list row of a loop. */
export type AfterFlush = (db: Db) => Promise<void>;
type Db = ReturnType<typeof drizzle>;
type Rows = Pick<SqliteStore, "unflushed" | "markFlushed">;

export function d1Outbox(
  database: D1Database,
  store: Rows,
  clock: { now(): number; fraction(): number },
  afterFlush: AfterFlush = async () => {},
): Outbox {
  const db: Db = drizzle(database);
  let running: Promise<void> | null = null;
  let again = false;
  let failures = 0;
  let next: number | null = null;

  async function run(): Promise<void> {
    for (;;) {
      again = false;
      const rows = store.unflushed(rowsPerFlush);
      if (rows.length > 0) await copy(db, store, rows);
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

  return {
    flush: () => {
      // While D1 is down every event would be one more try, and the pause would grow with the work done.
      if (running === null && next !== null && clock.now() < next) return Promise.resolve();
      again = true;
      running ??= flushOnce();
      return running;
    },
    nextAt: () => next,
  };
}

async function copy(db: Db, store: Rows, rows: SealedRow[]): Promise<void> {
  try {
    const [first, ...rest] = rows.map(
      (row): BatchItem<"sqlite"> => db.insert(events).values(valuesOf(row)).onConflictDoNothing(),
    );
    if (first) await db.batch([first, ...rest]);
  } catch (thrown) {
    if (!isGap(thrown)) throw thrown;
    // D1 was set back to an earlier state. The log here is the truth, so it gets those rows again.
    for (const stream of new Set(rows.map((row) => row.stream)))
      store.markFlushed(stream, await seqInD1(db, stream));
    return;
  }
  for (const row of rows) store.markFlushed(row.stream, row.seq);
}

async function seqInD1(db: Db, stream: string): Promise<number> {
  const [row] = await db
    .select({ seq: max(events.seq) })
    .from(events)
    .where(eq(events.stream, stream));
  return row?.seq ?? 0;
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
function isGap(thrown: unknown): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause)
    if (error.message.includes("tamma: gap")) return true;
  return false;
}

/** One cheap question, for the health page. */
export async function d1Answers(database: D1Database): Promise<void> {
  await drizzle(database).get(sql`SELECT 1`);
}
