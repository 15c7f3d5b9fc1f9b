import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { SealedRow } from "./event-row.ts";

/** How far the log of this object was copied to D1. */
export interface CopyRows {
  /** Rows that the outbox has not copied yet, stream by stream, in order; none of streams that are held. */
  unflushed(limit: number): SealedRow[];
  /** Streams that have such rows. */
  unflushedStreams(): string[];
  /** Rows that D1 does not have, those of held streams included. */
  unflushedCount(): number;
  /** `flushed` may be lower than before: D1 was set back and wants the rows again. */
  markFlushed(stream: string, flushed: number): void;
  /** Writes what is there once more, which only the present instance of the object may. */
  touch(stream: string): void;
  /** All streams of this object, and how far each was copied. */
  streams(): { stream: StreamRef; flushed: number }[];
  /** The hash of one event, or null when there is none of that number. */
  hashAt(stream: string, seq: number): string | null;
}

export function copyRows(sql: SqlStorage): CopyRows {
  return {
    unflushed: (limit) =>
      sql
        .exec<SealedRow>(
          `SELECT events.* FROM events JOIN outbox ON outbox.stream = events.stream
           WHERE events.seq > outbox.flushed AND events.stream NOT IN (SELECT stream FROM held)
           ORDER BY events.stream, events.seq LIMIT ?`,
          limit,
        )
        .toArray(),
    unflushedCount: () =>
      sql
        .exec<{ n: number }>(
          `SELECT count(*) AS n FROM events JOIN outbox ON outbox.stream = events.stream
           WHERE events.seq > outbox.flushed`,
        )
        .one().n,
    unflushedStreams: () =>
      sql
        .exec<{ stream: string }>(
          `SELECT DISTINCT events.stream FROM events JOIN outbox ON outbox.stream = events.stream
           WHERE events.seq > outbox.flushed`,
        )
        .toArray()
        .map((row) => row.stream),
    markFlushed: (stream, flushed) => {
      sql.exec("UPDATE outbox SET flushed = ? WHERE stream = ?", flushed, stream);
    },
    touch: (stream) => {
      sql.exec("UPDATE outbox SET flushed = flushed WHERE stream = ?", stream);
    },
    streams: () =>
      sql
        .exec<{ stream: string; kind: StreamRef["kind"]; flushed: number }>("SELECT * FROM outbox")
        .toArray()
        .map(({ stream: id, kind, flushed }) => ({ stream: { kind, id }, flushed })),
    hashAt: (stream, seq) =>
      sql
        .exec<{ hash: string }>("SELECT hash FROM events WHERE stream = ? AND seq = ?", stream, seq)
        .toArray()[0]?.hash ?? null,
  };
}
