import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compatibilityDate, database } from "../server/bindings.ts";
import { prepareDatabase } from "../server/database.ts";
import { createInstance } from "../server/instance.ts";
import { listMigrations } from "../server/migrations.ts";

const root = join(import.meta.dirname, "..");

/** The bench Worker in the same runtime, with the same persistence, as the real server. */
export interface LogHost extends AsyncDisposable {
  readonly folder: string;
  post(object: string, verb: "append" | "nothing" | "flush", id: string, text?: string): Promise<void>;
}

export async function openLogHost(): Promise<LogHost> {
  const folder = mkdtempSync(join(tmpdir(), "tamma-bench-"));
  await prepareDatabase(folder, listMigrations(join(root, "migrations")), {});
  const name = "tamma-bench";
  const instance = createInstance({
    host: "127.0.0.1",
    port: 0,
    resourcePersistencePath: folder,
    cf: false,
    telemetry: { enabled: false },
    enableDevRegistry: false,
    workers: [
      {
        config: {
          name,
          compatibilityDate,
          manifest: {
            mainModule: "index.js",
            modulesRoot: folder,
            modules: { "index.js": { type: "esm", contents: readFileSync(bundle(folder), "utf8") } },
          },
          env: {
            DB: database,
            LOG: { type: "durable-object", worker: name, exportName: "BenchLog" },
            TAMMA_MASTER_KEY: { type: "text", value: Buffer.alloc(32, "bench").toString("base64") },
          },
          exports: { BenchLog: { type: "durable-object", storage: "sqlite" } },
        },
      },
    ],
  });
  const url = await instance.ready;
  return {
    folder,
    async post(object, verb, id, text = "") {
      const response = await fetch(new URL(`/${object}/${verb}?id=${id}`, url), {
        method: "POST",
        body: text,
      });
      const answer = await response.text();
      if (!response.ok) throw new Error(`${verb} was answered with ${response.status}: ${answer}`);
    },
    async [Symbol.asyncDispose]() {
      await instance.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function bundle(folder: string): string {
  const outdir = join(folder, "worker");
  const args = ["deploy", "--dry-run", "--config", "bench/worker/wrangler.toml", "--outdir", outdir];
  const run = spawnSync(process.execPath, [join(root, "node_modules/wrangler/bin/wrangler.js"), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", CI: "1" },
  });
  if (run.status !== 0) throw new Error(`the bench Worker could not be built:\n${run.stdout}${run.stderr}`);
  return join(outdir, "index.js");
}
