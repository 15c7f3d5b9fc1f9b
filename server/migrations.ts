import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The part of D1's interface that migrating needs. */
export interface MigrationTarget {
  prepare(sql: string): MigrationStatement;
  batch(statements: MigrationStatement[]): Promise<unknown>;
}
export interface MigrationStatement {
  bind(...values: unknown[]): MigrationStatement;
  run(): Promise<unknown>;
  all(): Promise<{ results: unknown[] }>;
}

export interface Migration {
  name: string;
  sql: string;
}

/** The migrations of a folder in order of their names; none when there is no folder. */
export function listMigrations(folder: string): Migration[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(folder, name), "utf8") }));
}

/**
 * Applies what was not applied before, each migration whole or not at all, and notes it in `d1_migrations`
 * (the table that `wrangler d1 migrations` uses, so that a state folder can move to Cloudflare and back).
 *
 * @returns the names that were applied now
 * @throws Error naming the migration that failed, or one that is on record but not in the folder
 */
export async function applyMigrations(database: MigrationTarget, migrations: Migration[]): Promise<string[]> {
  await database
    .prepare(
      "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE," +
        " applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
    )
    .run();
  const rows = await database.prepare("SELECT name FROM d1_migrations").all();
  const done = new Set(rows.results.map((row) => (row as { name: string }).name));
  refuseNewerState(done, migrations);

  const applied: string[] = [];
  for (const { name, sql } of migrations) {
    if (done.has(name)) continue;
    const note = database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
    try {
      // A batch is one transaction. A statement may hold the whole file: miniflare runs them one after
      // another.
      await database.batch([database.prepare(sql), note]);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`migration ${name} failed and was undone: ${why}`, { cause: error });
    }
    applied.push(name);
  }
  return applied;
}

/** Migrations go forward only: a program that does not know a migration must not write to its tables. */
function refuseNewerState(done: Set<string>, migrations: Migration[]) {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...done].filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new Error(
      `the state folder was used by a newer Tamma (migration ${unknown.join(", ")} is not known here); ` +
        "update this copy, or give another folder with --state",
    );
}
