import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Store, WantedTimer } from "@tamma/core/ports/store.ts";
import type { RowMemory } from "./row-memory.ts";
import { soonestOf } from "./soonest.ts";

type TimerRow = {
  stream: string;
  stream_kind: StreamRef["kind"];
  key: string;
  timer: string;
  due_at: number;
};

/** When the present state wants to be woken. */
export interface TimerRows extends Pick<Store, "dueTimers" | "markFired"> {
  want(stream: StreamRef, timers: readonly WantedTimer[]): void;
  /** Streams were held or released: other timers may be due now. */
  heldChanged(): void;
}

export function timerRows(sql: SqlStorage, memory: Pick<RowMemory, "timers">): TimerRows {
  const soonest = soonestOf();
  return {
    heldChanged: soonest.forget,
    want: (stream, timers) => {
      const wanted = new Map(timers.map(({ key, due }) => [key, due]));
      const before = memory.timers.get(stream.id) ?? null;
      for (const { key, timer, due } of timers) {
        if (before?.get(key) === due) continue;
        soonest.add(due);
        sql.exec(
          `INSERT INTO timers VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (stream, key) DO UPDATE SET
             fired = CASE WHEN due_at = excluded.due_at THEN fired ELSE 0 END, due_at = excluded.due_at`,
          ...[stream.id, key, stream.kind, timer, due],
        );
      }
      if (before === null || [...before.keys()].some((key) => !wanted.has(key)))
        sql.exec(
          "DELETE FROM timers WHERE stream = ? AND key NOT IN (SELECT value FROM json_each(?))",
          ...[stream.id, JSON.stringify([...wanted.keys()])],
        );
      memory.timers.set(stream.id, wanted);
    },
    dueTimers: (now) => {
      if (soonest.nothingAt(now)) return [];
      const due = sql
        .exec<TimerRow>(
          `SELECT * FROM timers WHERE fired = 0 AND due_at <= ?
           AND stream NOT IN (SELECT stream FROM held) ORDER BY due_at`,
          now,
        )
        .toArray()
        .map(({ stream: id, stream_kind: kind, key, timer, due_at: due }) => {
          return { stream: { kind, id }, key, timer, due };
        });
      if (due.length === 0) soonest.is(firstDue(sql));
      return due;
    },
    markFired: (stream, key) => {
      sql.exec("UPDATE timers SET fired = 1 WHERE stream = ? AND key = ?", stream.id, key);
    },
  };
}

function firstDue(sql: SqlStorage): number | null {
  return sql
    .exec<{ due: number | null }>(
      "SELECT min(due_at) AS due FROM timers WHERE fired = 0 AND stream NOT IN (SELECT stream FROM held)",
    )
    .one().due;
}
