import type { Dispatched } from "@tamma/core/domain/platform/dispatch.ts";

/** The last run of the repository's CI that was started for each loop. */
export const dispatchTables = `
  CREATE TABLE dispatches (
    loop TEXT PRIMARY KEY, at INTEGER NOT NULL, job TEXT NOT NULL, tries INTEGER NOT NULL,
    runs INTEGER NOT NULL, run TEXT, due_at INTEGER, given_up TEXT)`;

export interface DispatchRow {
  last: Dispatched;
  /** The platform's id of the run; null where it does not tell. */
  run: string | null;
  /** When it is to be looked at again; null: when something happens. */
  dueAt: number | null;
  /** The job for which no further run is started. */
  givenUp: string | null;
}

export interface DispatchRows {
  find(loop: string): DispatchRow | null;
  put(loop: string, row: DispatchRow): void;
  /** Times that have come are over: whoever looks now sets new ones. */
  settleDue(now: number): void;
  /** The earliest time at which one is to be looked at; null: none. */
  nextAt(): number | null;
}

type Stored = {
  at: number;
  job: string;
  tries: number;
  runs: number;
  run: string | null;
  due_at: number | null;
  given_up: string | null;
};

export function dispatchRows(sql: SqlStorage): DispatchRows {
  return {
    find: (loop) => {
      const [row] = sql.exec<Stored>("SELECT * FROM dispatches WHERE loop = ?", loop).toArray();
      if (!row) return null;
      const { at, job, tries, runs, run, due_at: dueAt, given_up: givenUp } = row;
      return { last: { at, job, tries, runs }, run, dueAt, givenUp };
    },
    put: (loop, { last, run, dueAt, givenUp }) => {
      const { at, job, tries, runs } = last;
      sql.exec(
        "INSERT OR REPLACE INTO dispatches VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ...[loop, at, job, tries, runs, run, dueAt, givenUp],
      );
    },
    settleDue: (now) => {
      sql.exec("UPDATE dispatches SET due_at = NULL WHERE due_at <= ?", now);
    },
    nextAt: () => sql.exec<{ at: number | null }>("SELECT min(due_at) AS at FROM dispatches").one().at,
  };
}
