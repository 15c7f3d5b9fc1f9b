/**
 * Runs of CI that were let in, runs that Tamma dispatched, tickets (as hashes), and the ids of platform
 * tokens that were taken already.
 */
export const runTables = `
  CREATE TABLE ci_runs (
    runner TEXT PRIMARY KEY, connection TEXT NOT NULL, repository TEXT NOT NULL, loop TEXT,
    until INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE dispatched_runs (
    connection TEXT NOT NULL, repository TEXT NOT NULL, run TEXT NOT NULL, loop TEXT NOT NULL,
    until INTEGER NOT NULL, PRIMARY KEY (connection, repository, run));
  CREATE TABLE tickets (
    hash TEXT PRIMARY KEY, loop TEXT NOT NULL, expires_at INTEGER NOT NULL, claim TEXT, runner TEXT);
  CREATE TABLE taken_ids (
    issuer TEXT NOT NULL, jti TEXT NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (issuer, jti))`;

/** What a run of CI may work on; `loop` null: every loop of the repository. */
export interface RunScope {
  connection: string;
  repository: string;
  loop: string | null;
}

export interface AdmittedRun extends RunScope {
  runner: string;
  /** No token of it outlives this. */
  until: number;
}

export interface RunRows {
  admit(run: AdmittedRun): void;
  /** An admitted run whose time is not up and that nobody ended. */
  alive(runner: string, now: number): AdmittedRun | null;
  /** Runs of the loop that were admitted, but this one; they are over from now on. */
  replace(loop: string, runner: string): string[];
  /** False when there is no such run. */
  end(runner: string): boolean;
  dispatched(run: { connection: string; repository: string; run: string; loop: string; until: number }): void;
  /** The loop for which Tamma started the run; null when it did not. */
  loopOf(run: { connection: string; repository: string; run: string }): string | null;
  addTicket(hash: string, loop: string, expiresAt: number): void;
  /** `claim`: the hash of who came first with it; null while nobody has. */
  ticket(
    hash: string,
  ): { loop: string; expiresAt: number; claim: string | null; runner: string | null } | null;
  claimTicket(hash: string, claim: string, runner: string): void;
  /** False when the platform token with this id was taken before. */
  takeId(issuer: string, jti: string, expiresAt: number): boolean;
  forgetExpired(now: number): void;
}

type RunRow = AdmittedRun & Record<string, SqlStorageValue>;

export function runRows(sql: SqlStorage): RunRows {
  const first = <T extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]) =>
    sql.exec<T>(query, ...bindings).toArray()[0] ?? null;
  const changes = (query: string, ...bindings: SqlStorageValue[]) =>
    sql.exec(query, ...bindings).toArray().length > 0;
  const columns = "runner, connection, repository, loop, until";
  return {
    admit: ({ runner, connection, repository, loop, until }) => {
      sql.exec(
        `INSERT OR IGNORE INTO ci_runs (${columns}) VALUES (?, ?, ?, ?, ?)`,
        ...[runner, connection, repository, loop, until],
      );
    },
    alive: (runner, now) =>
      first<RunRow>(
        `SELECT ${columns} FROM ci_runs WHERE runner = ? AND until > ? AND ended = 0`,
        ...[runner, now],
      ),
    replace: (loop, runner) =>
      sql
        .exec<{ runner: string }>(
          "UPDATE ci_runs SET ended = 1 WHERE loop = ? AND runner <> ? AND ended = 0 RETURNING runner",
          ...[loop, runner],
        )
        .toArray()
        .map((row) => row.runner),
    end: (runner) => changes("UPDATE ci_runs SET ended = 1 WHERE runner = ? RETURNING runner", runner),
    dispatched: ({ connection, repository, run, loop, until }) => {
      sql.exec(
        "INSERT OR REPLACE INTO dispatched_runs VALUES (?, ?, ?, ?, ?)",
        ...[connection, repository, run, loop, until],
      );
    },
    loopOf: ({ connection, repository, run }) =>
      first<{ loop: string }>(
        "SELECT loop FROM dispatched_runs WHERE connection = ? AND repository = ? AND run = ?",
        ...[connection, repository, run],
      )?.loop ?? null,
    addTicket: (hash, loop, expiresAt) => {
      sql.exec("INSERT INTO tickets (hash, loop, expires_at) VALUES (?, ?, ?)", hash, loop, expiresAt);
    },
    ticket: (hash) => {
      type Row = { loop: string; expires_at: number; claim: string | null; runner: string | null };
      const row = first<Row>("SELECT loop, expires_at, claim, runner FROM tickets WHERE hash = ?", hash);
      return row && { loop: row.loop, expiresAt: row.expires_at, claim: row.claim, runner: row.runner };
    },
    claimTicket: (hash, claim, runner) => {
      sql.exec("UPDATE tickets SET claim = ?, runner = ? WHERE hash = ?", claim, runner, hash);
    },
    takeId: (issuer, jti, expiresAt) =>
      changes("INSERT OR IGNORE INTO taken_ids VALUES (?, ?, ?) RETURNING jti", issuer, jti, expiresAt),
    forgetExpired: (now) => {
      sql.exec("DELETE FROM taken_ids WHERE expires_at <= ?", now);
      sql.exec("DELETE FROM tickets WHERE expires_at <= ?", now);
      sql.exec("DELETE FROM dispatched_runs WHERE until <= ?", now);
      sql.exec("DELETE FROM ci_runs WHERE until <= ?", now);
    },
  };
}
