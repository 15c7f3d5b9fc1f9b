import { CommandRefused } from "@tamma/core/domain/errors.ts";
import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import { insertRow, type SealedRow } from "./event-row.ts";
import type { RowMemory } from "./row-memory.ts";

/**
 * Streams of this object that may not grow, because D1 has events that the object does not: an older copy of
 * the object was put back. What it would append now would stand beside what has happened. The mark lies in
 * the object, so it outlives a restart and a D1 that is down. A held stream can be read; its effects, timers
 * and copies wait.
 */
export interface HeldRows {
  /** Why the stream is held, or null when it is not. */
  heldWhy(stream: string): string | null;
  hold(stream: string, why: string, at: number): void;
  /** The stream may grow again. */
  release(stream: string): void;
  held(): { stream: string; why: string }[];
  /**
   * Makes the log of a stream that of D1, and releases it. Events that differ from D1's are set aside, never
   * lost. `rows` is the whole stream as D1 has it, verified. Effects and timers are the caller's.
   *
   * @returns how many events were added, and how many were set aside
   */
  adopt(stream: StreamRef, rows: readonly SealedRow[], at: number): { added: number; setAside: number };
  /** @throws CommandRefused when the stream is held */
  refuseHeld(stream: string): void;
}

export function heldRows(storage: DurableObjectStorage, memory: Pick<RowMemory, "anyHeld">): HeldRows {
  const { sql } = storage;
  const count = (query: string, ...bindings: (string | number)[]) =>
    sql.exec<{ n: number }>(query, ...bindings).one().n;

  const heldWhy: HeldRows["heldWhy"] = (stream) =>
    sql.exec<{ why: string }>("SELECT why FROM held WHERE stream = ?", stream).toArray()[0]?.why ?? null;

  return {
    heldWhy,
    hold: (stream, why, at) => {
      sql.exec("INSERT OR REPLACE INTO held VALUES (?, ?, ?)", stream, why, at);
    },
    release: (stream) => {
      sql.exec("DELETE FROM held WHERE stream = ?", stream);
    },
    held: () => sql.exec<{ stream: string; why: string }>("SELECT stream, why FROM held").toArray(),
    adopt: ({ id, kind }, rows, at) =>
      storage.transactionSync(() => {
        const common = rows.findLast(({ seq, hash }) => hashAt(sql, id, seq) === hash)?.seq ?? 0;
        const setAside = count("SELECT count(*) AS n FROM events WHERE stream = ? AND seq > ?", id, common);
        sql.exec("INSERT INTO set_aside SELECT * FROM events WHERE stream = ? AND seq > ?", id, common);
        sql.exec("DELETE FROM events WHERE stream = ? AND seq > ?", id, common);
        // What changed nothing where the logs part might change something behind what is adopted now.
        sql.exec(
          "DELETE FROM commands WHERE stream = ? AND (seq > ? OR (seq = ? AND changed = 0))",
          ...[id, common, common],
        );
        // Keys count occasions: those of events set aside would stand for what the adopted ones want anew.
        if (setAside > 0) sql.exec("DELETE FROM effects WHERE stream = ?", id);
        for (const row of rows) if (row.seq > common) adoptRow(sql, row, at);
        const last = rows.at(-1)?.seq ?? 0;
        sql.exec(
          "INSERT INTO outbox VALUES (?, ?, ?) ON CONFLICT (stream) DO UPDATE SET flushed = excluded.flushed",
          ...[id, kind, last],
        );
        sql.exec("DELETE FROM held WHERE stream = ?", id);
        return { added: last - common, setAside };
      }),
    refuseHeld: (stream) => {
      memory.anyHeld ??= count("SELECT count(*) AS n FROM held") > 0;
      if (!memory.anyHeld) return;
      const why = heldWhy(stream);
      if (why === null) return;
      throw new CommandRefused({
        kind: "conflict",
        code: "stream-held",
        message: `${stream} does not go on: ${why}`,
        todo: "run `tamma reconcile`: it rebuilds what can be verified, or says why not",
      });
    },
  };
}

/** An accepted command stays accepted: whoever repeats it gets the answer that it had. */
function adoptRow(sql: SqlStorage, row: SealedRow, at: number): void {
  insertRow(sql, row);
  // What the command said is lost with the object; such a row reads as one of before that was kept.
  sql.exec(
    "INSERT OR REPLACE INTO commands (stream, id, seq, changed, at) VALUES (?, ?, ?, 1, ?)",
    ...[row.stream, row.causation, row.seq, at],
  );
}

function hashAt(sql: SqlStorage, stream: string, seq: number): string | null {
  const rows = sql.exec<{ hash: string }>(
    "SELECT hash FROM events WHERE stream = ? AND seq = ?",
    stream,
    seq,
  );
  return rows.toArray()[0]?.hash ?? null;
}
