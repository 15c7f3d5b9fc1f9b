/**
 * Deliveries that a connection was sent and that proved nothing. Anybody can send those, so little of them is
 * kept, and nothing that they say.
 */
export const refusedTables = `
  CREATE TABLE refused_deliveries (
    n INTEGER PRIMARY KEY AUTOINCREMENT, connection TEXT NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL)`;

export interface RefusedDelivery {
  n: number;
  connection: string;
  at: number;
  why: string;
}

/** Of each connection. One is enough to see that something is wrong; more show since when. */
const keptMax = 20;
/** The same once more within this time tells nothing new, and costs a write. */
const sameMs = 10_000;

export interface RefusedRows {
  note(refused: Omit<RefusedDelivery, "n">): void;
  /** The newest first. */
  all(): RefusedDelivery[];
}

export function refusedRows(sql: SqlStorage): RefusedRows {
  return {
    note: ({ connection, at, why }) => {
      const again = "SELECT 1 FROM refused_deliveries WHERE connection = ? AND why = ? AND at > ?";
      if (sql.exec(again, connection, why, at - sameMs).toArray().length > 0) return;
      sql.exec(
        "INSERT INTO refused_deliveries (connection, at, why) VALUES (?, ?, ?)",
        ...[connection, at, why],
      );
      sql.exec(
        `DELETE FROM refused_deliveries WHERE connection = ? AND n NOT IN
           (SELECT n FROM refused_deliveries WHERE connection = ? ORDER BY n DESC LIMIT ?)`,
        ...[connection, connection, keptMax],
      );
    },
    all: () =>
      sql
        .exec<{ n: number; connection: string; at: number; why: string }>(
          "SELECT n, connection, at, why FROM refused_deliveries ORDER BY at DESC, n DESC",
        )
        .toArray(),
  };
}
