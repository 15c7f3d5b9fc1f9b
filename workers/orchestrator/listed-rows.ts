import type { Repository } from "@tamma/core/protocol/rest.ts";

/** What was set up on the platform for a repository: whether it has a webhook, and with which secret. */
export const setUpTables = `
  CREATE TABLE set_ups (
    connection TEXT NOT NULL, id TEXT NOT NULL, webhook INTEGER NOT NULL, secrets_at INTEGER,
    PRIMARY KEY (connection, id))`;

export interface SetUpRow {
  /** False: it was added without a webhook. */
  webhook: boolean;
  /** When the secret was made that its webhook was given; null: it was given none yet. */
  secretsAt: number | null;
}

/** The account's repositories, in the order in which they were added. */
export interface ListedRows {
  all(): Repository[];
  /** False: it is there already. */
  add(repository: Repository): boolean;
  /** False: it was not there. What was set up for it is forgotten too. */
  remove(connection: string, id: string): boolean;
  setUp(connection: string, id: string): SetUpRow | null;
  putSetUp(connection: string, id: string, row: SetUpRow): void;
}

type Stored = Omit<Repository, "defaultBranch"> & { default_branch: string };

export function listedRows(sql: SqlStorage): ListedRows {
  return {
    all: () =>
      sql
        .exec<Stored>("SELECT * FROM repositories ORDER BY rowid")
        .toArray()
        .map(({ connection, id, name, url, default_branch: defaultBranch }) => ({
          ...{ connection, id, name, url, defaultBranch },
        })),
    add: ({ connection, id, name, url, defaultBranch }) => {
      const known = sql.exec("SELECT 1 FROM repositories WHERE connection = ? AND id = ?", connection, id);
      if (known.toArray().length > 0) return false;
      sql.exec(
        "INSERT INTO repositories VALUES (?, ?, ?, ?, ?)",
        ...[connection, id, name, url, defaultBranch],
      );
      return true;
    },
    remove: (connection, id) => {
      sql.exec("DELETE FROM set_ups WHERE connection = ? AND id = ?", connection, id);
      const gone = sql.exec(
        "DELETE FROM repositories WHERE connection = ? AND id = ? RETURNING id",
        ...[connection, id],
      );
      return gone.toArray().length > 0;
    },
    setUp: (connection, id) => {
      const [row] = sql
        .exec<{ webhook: number; secrets_at: number | null }>(
          "SELECT webhook, secrets_at FROM set_ups WHERE connection = ? AND id = ?",
          ...[connection, id],
        )
        .toArray();
      return row ? { webhook: row.webhook === 1, secretsAt: row.secrets_at } : null;
    },
    putSetUp: (connection, id, { webhook, secretsAt }) => {
      sql.exec(
        "INSERT OR REPLACE INTO set_ups VALUES (?, ?, ?, ?)",
        ...[connection, id, webhook ? 1 : 0, secretsAt],
      );
    },
  };
}
