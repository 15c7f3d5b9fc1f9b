import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import { and, asc, eq, gt, gte, lt, max, sql } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { events, loops } from "./d1-schema.ts";
import type { SealedRow } from "./event-row.ts";

/** The copy of the logs in D1, as it is read again: to compare, and to rebuild an object. Reading only. */

export type Db = DrizzleD1Database<Record<string, never>>;

/** Rows of one answer; a payload may hold 1 MB, and D1 gives no more than some MB at once. */
const pageRows = 100;

/** Which streams an object owns: `from <= stream < below`. */
export interface StreamRange {
  from: string;
  below: string;
}

/** Only the stream of this name. */
export function exactly(stream: string): StreamRange {
  return { from: stream, below: `${stream}\u0000` };
}

/** All runs of a work item: `<name>#1`, `<name>#2`, and so on ("$" is the character after "#"). */
export function runsOf(name: string): StreamRange {
  return { from: `${name}#`, below: `${name}$` };
}

export interface D1Head {
  stream: StreamRef;
  seq: number;
  hash: string;
}

/** Where D1 stands with each stream of the range. Throws when D1 does not answer. */
export async function headsInD1(db: Db, { from, below }: StreamRange): Promise<D1Head[]> {
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
export async function hashInD1(db: Db, stream: string, seq: number): Promise<string | null> {
  const [row] = await db
    .select({ hash: events.hash })
    .from(events)
    .where(and(eq(events.stream, stream), eq(events.seq, seq)));
  return row?.hash ?? null;
}

/** The whole stream as D1 has it, payloads sealed, in order. */
export async function rowsInD1(db: Db, stream: string): Promise<SealedRow[]> {
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
export async function streamsInD1(db: Db): Promise<StreamRef[]> {
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
