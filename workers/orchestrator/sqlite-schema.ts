import { clockTable } from "./clock-rows.ts";

/**
 * The schema that every object has: its log, the answers of its commands, effects, timers and the outbox's
 * place. Forward only: a change is a new entry at the end. D1's own migrations are in /migrations.
 */
const steps: readonly string[] = [
  `CREATE TABLE events (
     stream TEXT NOT NULL, kind TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
     type TEXT NOT NULL, version INTEGER NOT NULL, actor TEXT NOT NULL,
     correlation TEXT, causation TEXT NOT NULL, step TEXT,
     key_id TEXT NOT NULL, payload BLOB NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL,
     PRIMARY KEY (stream, seq));
   CREATE TABLE commands (
     stream TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, changed INTEGER NOT NULL,
     at INTEGER NOT NULL, PRIMARY KEY (stream, id));
   CREATE TABLE effects (
     stream TEXT NOT NULL, key TEXT NOT NULL, stream_kind TEXT NOT NULL, kind TEXT NOT NULL,
     key_id TEXT NOT NULL, body BLOB NOT NULL,
     state TEXT NOT NULL, tries INTEGER NOT NULL, due_at INTEGER NOT NULL, note TEXT NOT NULL,
     PRIMARY KEY (stream, key));
   CREATE INDEX effects_due ON effects (state, due_at);
   CREATE TABLE timers (
     stream TEXT NOT NULL, key TEXT NOT NULL, stream_kind TEXT NOT NULL, timer TEXT NOT NULL,
     due_at INTEGER NOT NULL, fired INTEGER NOT NULL, PRIMARY KEY (stream, key));
   CREATE INDEX timers_due ON timers (fired, due_at);
   CREATE TABLE outbox (stream TEXT PRIMARY KEY, kind TEXT NOT NULL, flushed INTEGER NOT NULL)`,
  // What a command said, sealed, so that it can be decided again; NULL in rows from before.
  "ALTER TABLE commands ADD COLUMN key_id TEXT; ALTER TABLE commands ADD COLUMN said BLOB",
  // Streams that may not grow, and events that a person gave up for those of D1: held-rows.ts.
  `CREATE TABLE held (stream TEXT PRIMARY KEY, why TEXT NOT NULL, at INTEGER NOT NULL);
   CREATE TABLE set_aside (
     stream TEXT NOT NULL, kind TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
     type TEXT NOT NULL, version INTEGER NOT NULL, actor TEXT NOT NULL,
     correlation TEXT, causation TEXT NOT NULL, step TEXT,
     key_id TEXT NOT NULL, payload BLOB NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL)`,
  clockTable,
];

/** Brings the object's tables up to date. Cheap when they are. */
export function migrate(
  storage: DurableObjectStorage,
  own: { name: string; steps: readonly string[] },
): void {
  storage.sql.exec(
    "CREATE TABLE IF NOT EXISTS schema_versions (part TEXT PRIMARY KEY, version INTEGER NOT NULL)",
  );
  for (const part of [{ name: "log", steps }, own]) {
    const rows = storage.sql
      .exec<{ version: number }>("SELECT version FROM schema_versions WHERE part = ?", part.name)
      .toArray();
    const from = rows[0]?.version ?? 0;
    if (from === part.steps.length) continue;
    storage.transactionSync(() => {
      for (const step of part.steps.slice(from)) storage.sql.exec(step);
      storage.sql.exec("INSERT OR REPLACE INTO schema_versions VALUES (?, ?)", part.name, part.steps.length);
    });
  }
}
