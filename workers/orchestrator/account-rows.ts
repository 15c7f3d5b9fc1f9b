import { randomBytes } from "node:crypto";

/** Secrets are kept as hashes only: who reads the database can sign in as nobody. */
export const accountTables = `
  CREATE TABLE repositories (
    connection TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL,
    default_branch TEXT NOT NULL, PRIMARY KEY (connection, id));
  CREATE TABLE runners (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, public_key TEXT NOT NULL, at INTEGER NOT NULL);
  CREATE TABLE runner_nonces (
    runner TEXT NOT NULL, nonce TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (runner, nonce));
  CREATE TABLE runner_tokens (hash TEXT PRIMARY KEY, runner TEXT NOT NULL, expires_at INTEGER NOT NULL);
  CREATE TABLE logins (hash TEXT PRIMARY KEY, person TEXT NOT NULL, expires_at INTEGER NOT NULL);
  CREATE TABLE sessions (hash TEXT PRIMARY KEY, person TEXT NOT NULL, expires_at INTEGER NOT NULL)`;

/** When a runner was seen last, what it said of itself then (JSON), and when its right was ended. */
export const runnerColumns = `
  ALTER TABLE runners ADD COLUMN seen_at INTEGER;
  ALTER TABLE runners ADD COLUMN about TEXT;
  ALTER TABLE runners ADD COLUMN revoked_at INTEGER`;

/** What a runner says of itself when it asks for jobs. */
export interface RunnerAbout {
  labels: string[];
  tools: Record<string, string>;
}

export type RunnerRow = {
  id: string;
  name: string;
  public_key: string;
  at: number;
  seen_at: number | null;
  about: string | null;
  revoked_at: number | null;
};

type Secrets = "runner_tokens" | "logins" | "sessions";
const ownerColumn: Record<Secrets, string> = {
  runner_tokens: "runner",
  logins: "person",
  sessions: "person",
};

export interface SecretRows {
  add(table: Secrets, hash: string, owner: string, expiresAt: number): void;
  /** The owner of an unexpired secret, or null. */
  find(table: Secrets, hash: string, now: number): { owner: string; expiresAt: number } | null;
  /** The same, and the secret is gone afterwards. */
  take(table: Secrets, hash: string, now: number): { owner: string } | null;
  forgetExpired(now: number): void;
  /** Every secret of this owner is gone. */
  forgetAll(table: Secrets, owner: string): void;
  /** False when the runner used this nonce before. */
  useNonce(runner: string, nonce: string, now: number): boolean;
}

const secretBytes = 32;

/** A new secret, as text that needs no escaping anywhere. */
export function secret(): string {
  return randomBytes(secretBytes).toString("base64url");
}

/** A nonce is kept longer than a request with it could be accepted. */
const nonceKeptMs = 10 * 60_000;

export function secretRows(sql: SqlStorage): SecretRows {
  function find(table: Secrets, hash: string, now: number): { owner: string; expiresAt: number } | null {
    const rows = sql.exec<{ owner: string; expires_at: number }>(
      `SELECT ${ownerColumn[table]} AS owner, expires_at FROM ${table} WHERE hash = ? AND expires_at > ?`,
      hash,
      now,
    );
    const [row] = rows.toArray();
    return row ? { owner: row.owner, expiresAt: row.expires_at } : null;
  }
  return {
    find,
    add: (table, hash, owner, expiresAt) => {
      sql.exec(`INSERT INTO ${table} VALUES (?, ?, ?)`, hash, owner, expiresAt);
    },
    take: (table, hash, now) => {
      const found = find(table, hash, now);
      if (found) sql.exec(`DELETE FROM ${table} WHERE hash = ?`, hash);
      return found;
    },
    forgetExpired: (now) => {
      for (const table of Object.keys(ownerColumn))
        sql.exec(`DELETE FROM ${table} WHERE expires_at <= ?`, now);
      sql.exec("DELETE FROM runner_nonces WHERE at < ?", now - nonceKeptMs);
    },
    forgetAll: (table, owner) => {
      sql.exec(`DELETE FROM ${table} WHERE ${ownerColumn[table]} = ?`, owner);
    },
    useNonce: (runner, nonce, now) => {
      const used = sql
        .exec("SELECT 1 FROM runner_nonces WHERE runner = ? AND nonce = ?", runner, nonce)
        .toArray();
      if (used.length > 0) return false;
      sql.exec("INSERT INTO runner_nonces VALUES (?, ?, ?)", runner, nonce, now);
      return true;
    },
  };
}
