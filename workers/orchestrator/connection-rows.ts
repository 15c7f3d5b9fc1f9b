import type { Credential } from "@tamma/core/protocol/connections.ts";
import { type Cipher, openJson, sealJson } from "./cipher.ts";
import { logError } from "./log.ts";
import { hideSecrets } from "./redaction.ts";

/** Credentials and webhook secrets are sealed; nothing else of a connection is secret. */
export const connectionTables = `
  CREATE TABLE connections (
    id TEXT PRIMARY KEY, platform TEXT NOT NULL, base_url TEXT NOT NULL, kind TEXT NOT NULL,
    added_at INTEGER NOT NULL, secrets_at INTEGER NOT NULL, key_id TEXT NOT NULL, sealed BLOB NOT NULL)`;

/** Where the platform reaches this server; null: at its own address. */
export const connectionColumns = "ALTER TABLE connections ADD COLUMN webhook_base_url TEXT";

export interface ConnectionSecrets {
  credential: Credential;
  /** The one that is used first; the one before it stays good until the next rotation. */
  webhook: string[];
}

export interface ConnectionRow {
  id: string;
  platform: "github" | "gitea";
  baseUrl: string;
  kind: Credential["kind"];
  addedAt: number;
  secretsAt: number;
  webhookBaseUrl: string | null;
}

export interface ConnectionRows {
  all(): ConnectionRow[];
  find(id: string): ConnectionRow | null;
  secrets(id: string): ConnectionSecrets | null;
  add(row: ConnectionRow, secrets: ConnectionSecrets): void;
  setWebhookBaseUrl(id: string, url: string | null): void;
  setSecrets(id: string, at: number, secrets: ConnectionSecrets): void;
  remove(id: string): void;
}

type Stored = {
  id: string;
  platform: ConnectionRow["platform"];
  base_url: string;
  kind: ConnectionRow["kind"];
  added_at: number;
  secrets_at: number;
  webhook_base_url: string | null;
};

export function connectionRows(sql: SqlStorage, cipher: Cipher): ConnectionRows {
  const context = (id: string) => `connection ${id}`;
  const columns = "id, platform, base_url, kind, added_at, secrets_at, webhook_base_url";
  const rowOf = (row: Stored): ConnectionRow => ({
    ...{ id: row.id, platform: row.platform, baseUrl: row.base_url, kind: row.kind },
    ...{ addedAt: row.added_at, secretsAt: row.secrets_at, webhookBaseUrl: row.webhook_base_url },
  });
  return {
    all: () => sql.exec<Stored>(`SELECT ${columns} FROM connections ORDER BY rowid`).toArray().map(rowOf),
    find: (id) => {
      const [row] = sql.exec<Stored>(`SELECT ${columns} FROM connections WHERE id = ?`, id).toArray();
      return row ? rowOf(row) : null;
    },
    secrets: (id) => {
      const [row] = sql
        .exec<{ key_id: string; sealed: ArrayBuffer }>(
          "SELECT key_id, sealed FROM connections WHERE id = ?",
          id,
        )
        .toArray();
      if (!row) return null;
      const secrets = openJson<ConnectionSecrets>(cipher, row.key_id, row.sealed, context(id));
      hideSecrets(id, secretsOf(secrets.credential, secrets.webhook));
      return secrets;
    },
    add: (row, secrets) => {
      const { id, platform, baseUrl, kind, addedAt, secretsAt, webhookBaseUrl } = row;
      const sealed = sealJson(cipher, secrets, context(id));
      hideSecrets(id, secretsOf(secrets.credential, secrets.webhook));
      sql.exec(
        `INSERT INTO connections (${columns}, key_id, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[id, platform, baseUrl, kind, addedAt, secretsAt, webhookBaseUrl, cipher.keyId, sealed],
      );
    },
    setWebhookBaseUrl: (id, url) => {
      sql.exec("UPDATE connections SET webhook_base_url = ? WHERE id = ?", url, id);
    },
    setSecrets: (id, at, secrets) => {
      hideSecrets(id, secretsOf(secrets.credential, secrets.webhook));
      sql.exec(
        "UPDATE connections SET kind = ?, secrets_at = ?, key_id = ?, sealed = ? WHERE id = ?",
        ...[secrets.credential.kind, at, cipher.keyId, sealJson(cipher, secrets, context(id)), id],
      );
    },
    remove: (id) => {
      sql.exec("DELETE FROM connections WHERE id = ?", id);
    },
  };
}

export function secretsOf(credential: Credential, webhook: readonly string[]): string[] {
  return [credential.kind === "token" ? credential.token : credential.privateKey, ...webhook];
}

/** Opens them all, so that this process hides what it may be told back before it asks anybody. */
export function hideAll(rows: ConnectionRows): void {
  for (const { id } of rows.all()) {
    try {
      rows.secrets(id);
    } catch (thrown) {
      // Sealed with a key that is not here: nobody can use this connection, and so nobody echoes it.
      logError("connection", thrown, { connection: id });
    }
  }
}
