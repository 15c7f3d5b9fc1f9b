import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import { and, asc, eq, gt, gte, lt, max, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { events, loops } from "./d1-schema.ts";
import type { SealedRow } from "./event-row.ts";
import { CopyConflict, type CopyHead, type LogCopy, type StreamRange } from "./log-copy.ts";

type Db = DrizzleD1Database<Record<string, never>>;

/** Rows of one answer; a payload may hold 1 MB, and D1 gives no more than some MB at once. */
const pageRows = 100;

/** The copy of the logs in D1, as the migrations made it: triggers there refuse gaps and forks. */
export function d1Copy(database: D1Database): LogCopy {
  const db: Db = drizzle(database);
  return {
    append: (rows) => append(db, rows),
    heads: (range) => heads(db, range),
    hashAt: (stream, seq) => hashAt(db, stream, seq),
    rows: (stream) => rowsOf(db, stream),
    streams: () => streams(db),
  };
}

/** One batch is one transaction. */
async function append(db: Db, rows: readonly SealedRow[]): Promise<void> {
  const [first, ...rest] = rows.map(
    (row): BatchItem<"sqlite"> => db.insert(events).values(valuesOf(row)).onConflictDoNothing(),
  );
  try {
    if (first) await db.batch([first, ...rest]);
  } catch (thrown) {
    throw isConflict(thrown) ? new CopyConflict(thrown) : thrown;
  }
}

async function heads(db: Db, { from, below }: StreamRange): Promise<CopyHead[]> {
  // SQLite takes the bare columns from the row that has the maximum (https://sqlite.org/lang_select.html).
  const rows = await db
    .select({ id: events.stream, kind: events.streamKind, hash: events.hash, seq: max(events.seq) })
    .from(events)
    .where(and(gte(events.stream, from), lt(events.stream, below)))
    .groupBy(events.stream);
  return rows.map(({ id, kind, hash, seq }) => ({
    stream: { id, kind: kind as StreamRef["kind"] },
    seq: seq ?? 0,
    hash,
  }));
}

/** The hash of one event, or null when D1 has none of that number. */
async function hashAt(db: Db, stream: string, seq: number): Promise<string | null> {
  const [row] = await db
    .select({ hash: events.hash })
    .from(events)
    .where(and(eq(events.stream, stream), eq(events.seq, seq)));
  return row?.hash ?? null;
}

/** The whole stream as D1 has it, payloads sealed, in order. */
async function rowsOf(db: Db, stream: string): Promise<SealedRow[]> {
  const rows: SealedRow[] = [];
  for (let after = 0; ; ) {
    const page = await db
      .select()
      .from(events)
      .where(and(eq(events.stream, stream), gt(events.seq, after)))
      .orderBy(asc(events.seq))
      .limit(pageRows);
    rows.push(...page.map(sealedRow));
    const last = page.at(-1);
    if (!last) return rows;
    after = last.seq;
  }
}

/** The names of all streams that D1 has, in order. Meant for a command of a person, not for a loop. */
async function streams(db: Db): Promise<StreamRef[]> {
  const rows = await db
    .selectDistinct({ id: events.stream, kind: events.streamKind })
    .from(events)
    .orderBy(asc(events.stream));
  return rows.map(({ id, kind }) => ({ id, kind: kind as StreamRef["kind"] }));
}

/** Throws unless D1 answers and has its tables: without them nothing can be copied or listed. */
export async function d1Answers(database: D1Database): Promise<void> {
  const db: Db = drizzle(database);
  await db.select({ one: sql`1` }).from(events).limit(1);
  await db.select({ one: sql`1` }).from(loops).limit(1);
}

function sealedRow(row: typeof events.$inferSelect): SealedRow {
  return {
    stream: row.stream,
    kind: row.streamKind as StreamRef["kind"],
    seq: row.seq,
    id: row.id,
    at: row.at,
    type: row.type,
    version: row.version,
    actor: row.actor,
    correlation: row.correlationId,
    causation: row.causationId,
    step: row.step,
    key_id: row.keyId,
    // D1 gives a blob as a list of numbers.
    payload: Uint8Array.from(row.payload).buffer,
    prev_hash: row.prevHash,
    hash: row.hash,
  };
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
