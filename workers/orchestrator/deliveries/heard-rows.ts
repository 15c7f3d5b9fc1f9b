/** Comments that were heard: whatever delivers one again, and whoever looks again, hears it once. */
export const heardTables = `
  CREATE TABLE heard (comment TEXT PRIMARY KEY, at INTEGER NOT NULL);
  CREATE INDEX heard_by_time ON heard (at);
  CREATE TABLE looked (what TEXT PRIMARY KEY, at INTEGER NOT NULL)`;

/** Longer than any loop lives, so that no look finds an old order anew. */
const keptMs = 30 * 24 * 60 * 60_000;

export interface HeardRows {
  has(comment: string): boolean;
  add(comment: string, at: number): void;
  /** When this was looked at last; null: never. */
  lookedAt(what: string): number | null;
  setLooked(what: string, at: number): void;
}

export function heardRows(sql: SqlStorage): HeardRows {
  return {
    has: (comment) => sql.exec("SELECT 1 FROM heard WHERE comment = ?", comment).toArray().length > 0,
    add: (comment, at) => {
      sql.exec("DELETE FROM heard WHERE at < ?", at - keptMs);
      sql.exec("INSERT OR REPLACE INTO heard VALUES (?, ?)", comment, at);
    },
    lookedAt: (what) =>
      sql.exec<{ at: number }>("SELECT at FROM looked WHERE what = ?", what).toArray()[0]?.at ?? null,
    setLooked: (what, at) => {
      sql.exec("INSERT OR REPLACE INTO looked VALUES (?, ?)", what, at);
    },
  };
}
