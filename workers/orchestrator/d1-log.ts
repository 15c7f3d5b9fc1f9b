import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import { and, asc, eq, gt, gte, lt, max, sql } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { copiesHere, limited } from "./copy-limit.ts";
import { events, loops } from "./d1-schema.ts";
import type { SealedRow } from "./event-row.ts";
import { CopyConflict, type CopyHead, type LogCopy, type StreamRange } from "./log-copy.ts";
import { systemTimers } from "./system-timers.ts";

type Db = DrizzleD1Database<Record<string, never>>;

/** Rows of one answer; a payload may hold 1 MB, and D1 gives no more than some MB at once. */
const pageRows = 100;

/** The copy of the logs in D1, as the migrations made it: triggers there refuse gaps and forks. */
export function d1Copy(database: D1Database): LogCopy {
  const db: Db = drizzle(database);
  return {
    append: (rows) => append(database, rows),
    heads: (range) => heads(db, range),
    hashAt: (stream, seq) => hashAt(db, stream, seq),
    rows: (stream) => rowsOf(db, stream),
    streams: () => streams(db),
  };
}

/** The same for an object, which shares D1 with all others of its process. */
export function limitedD1Copy(database: D1Database): LogCopy {
  return limited(d1Copy(database), copiesHere, { now: () => Date.now(), after: systemTimers.after });
}

/** One value of a statement may hold 2 MB; a payload lies in it as hex. */
const payloadsPerStatementMax = 500_000;

/** A list of rows, each a list of columns, as one value: hundreds of rows cost little more than one. */
const insertMany = `
  INSERT INTO events (stream, stream_kind, seq, id, at, type, version, actor, correlation_id, causation_id,
    step, key_id, prev_hash, hash, payload)
  SELECT ${Array.from({ length: 14 }, (_, at) => `value ->> ${at}`).join(", ")}, unhex(value ->> 14)
  FROM json_each(?) WHERE true ORDER BY key ON CONFLICT DO NOTHING`;

/** One batch is one transaction. */
async function append(database: D1Database, rows: readonly SealedRow[]): Promise<void> {
  const statement = database.prepare(insertMany);
  const statements = inParts(rows).map((part) => statement.bind(JSON.stringify(part.map(columnsOf))));
  try {
    if (statements.length > 0) await database.batch(statements);
  } catch (thrown) {
    throw isConflict(thrown) ? new CopyConflict(thrown) : thrown;
  }
}

/** Rows that fit into one statement together, in order. */
function inParts(rows: readonly SealedRow[]): SealedRow[][] {
  const parts: SealedRow[][] = [];
  let left = 0;
  for (const row of rows) {
    const part = parts.at(-1);
    left -= row.payload.byteLength;
    if (part && left >= 0) part.push(row);
    else {
      parts.push([row]);
      left = payloadsPerStatementMax - row.payload.byteLength;
    }
  }
  return parts;
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

/** In the order of `insertMany`. */
function columnsOf(row: SealedRow): (string | number | null)[] {
  return [
    ...[row.stream, row.kind, row.seq, row.id, row.at, row.type, row.version, row.actor, row.correlation],
    ...[row.causation, row.step, row.key_id, row.prev_hash, row.hash],
    Buffer.from(row.payload).toString("hex"),
  ];
}

/** Whoever wraps D1's error keeps the trigger's words in the cause. */
function isConflict(thrown: unknown): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause)
    if (/tamma: (gap|fork)/.test(error.message)) return true;
  return false;
}
