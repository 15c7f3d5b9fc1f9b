import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Store, WantedTimer } from "@tamma/core/ports/store.ts";

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
}

export function timerRows(sql: SqlStorage): TimerRows {
  return {
    want: (stream, timers) => {
      for (const { key, timer, due } of timers)
        sql.exec(
          `INSERT INTO timers VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (stream, key) DO UPDATE SET
             fired = CASE WHEN due_at = excluded.due_at THEN fired ELSE 0 END, due_at = excluded.due_at`,
          ...[stream.id, key, stream.kind, timer, due],
        );
      sql.exec(
        "DELETE FROM timers WHERE stream = ? AND key NOT IN (SELECT value FROM json_each(?))",
        stream.id,
        JSON.stringify(timers.map((timer) => timer.key)),
      );
    },
    dueTimers: (now) =>
      sql
        .exec<TimerRow>(
          `SELECT * FROM timers WHERE fired = 0 AND due_at <= ?
           AND stream NOT IN (SELECT stream FROM held) ORDER BY due_at`,
          now,
        )
        .toArray()
        .map(({ stream: id, stream_kind: kind, key, timer, due_at: due }) => {
          return { stream: { kind, id }, key, timer, due };
        }),
    markFired: (stream, key) => {
      sql.exec("UPDATE timers SET fired = 1 WHERE stream = ? AND key = ?", stream.id, key);
    },
  };
}
