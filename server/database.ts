import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compatibilityDate, database } from "./bindings.ts";
import { createInstance } from "./instance.ts";
import { applyMigrations, type Migration } from "./migrations.ts";

/** An empty Worker: only its binding is wanted. */
const noWorker = "export default { fetch: () => new Response(null, { status: 404 }) };";

/**
 * Brings the tables of a state folder up to date in an instance of its own that nobody can reach, so that the
 * real one never answers a request, or wakes an alarm, on old tables. Costs half a second, and only when
 * something is new.
 */
export async function prepareDatabase(
  state: string,
  migrations: Migration[],
  runtimeEnv: Record<string, string>,
) {
  const note = join(state, "schema.json");
  const wanted = JSON.stringify({ migrations: migrations.map((migration) => migration.name) });
  const noted = existsSync(note) && readFileSync(note, "utf8") === wanted;
  if (noted && databaseFiles(state).some((file) => file.startsWith("d1"))) return [];

  const instance = createInstance(
    {
      host: "127.0.0.1",
      port: 0,
      resourcePersistencePath: state,
      cf: false,
      telemetry: { enabled: false },
      enableDevRegistry: false,
      unsafeRuntimeEnv: runtimeEnv,
      workers: [
        {
          config: {
            name: "migrate",
            compatibilityDate,
            manifest: {
              mainModule: "index.js",
              modulesRoot: state,
              modules: { "index.js": { type: "esm", contents: noWorker } },
            },
            env: { DB: database },
          },
        },
      ],
    },
    scratchOf(state),
  );
  try {
    await instance.ready;
    const applied = await applyMigrations(await instance.getD1Database("DB"), migrations);
    writeFileSync(note, wanted);
    return applied;
  } finally {
    await instance.dispose();
  }
}

/** Where the runtime's host keeps what it needs while it runs; whatever is there at a start is left over. */
export function scratchOf(state: string): string {
  return join(state, "scratch");
}

/** The SQLite files below a state folder that miniflare wrote, relative to it. */
export function databaseFiles(state: string): string[] {
  return globSync("{d1,do,r2}/**/*.sqlite", { cwd: state });
}
