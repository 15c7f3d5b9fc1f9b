import type { ClockRows } from "./steady-clock.ts";

/** One row: since when, by both clocks, the object's own runs ahead of the machine's. */
export const clockTable =
  "CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), wall INTEGER NOT NULL, own INTEGER NOT NULL)";

export function clockRows(sql: SqlStorage): ClockRows {
  return {
    read: () => sql.exec<{ wall: number; own: number }>("SELECT wall, own FROM clock").toArray()[0] ?? null,
    write: (both) => {
      if (both === null) sql.exec("DELETE FROM clock");
      else sql.exec("INSERT OR REPLACE INTO clock VALUES (1, ?, ?)", both.wall, both.own);
    },
  };
}
