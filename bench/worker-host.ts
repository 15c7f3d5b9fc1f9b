import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compatibilityDate, database } from "../server/bindings.ts";
import { prepareDatabase } from "../server/database.ts";
import { createInstance } from "../server/instance.ts";
import { listMigrations } from "../server/migrations.ts";

const root = join(import.meta.dirname, "..");

/**
 * `steps`: 14 steps, rules that cost nothing, all inside of their object; `calls`: the same with a call for
 * each step; `loop`: the production loop with neighbours that cost nothing.
 */
export type LoopKind = "steps" | "calls" | "loop";

/** The bench Worker in the same runtime, with the same persistence, as the real server. */
export interface WorkerHost extends AsyncDisposable {
  readonly folder: string;
  post(
    object: string,
    verb: "append" | "nothing" | "flush" | "state" | "verify",
    id: string,
    text?: string,
  ): Promise<void>;
  /** Takes run `run` of a work item from its start to its end. */
  drive(kind: LoopKind, item: number, run: number): Promise<void>;
  /** Events of the work item that D1 does not have yet. */
  waiting(kind: LoopKind, item: number): Promise<number>;
  /** Size of the work item's database. */
  bytes(kind: LoopKind, item: number): Promise<number>;
}

/** A new folder with the tables of D1 and the bench Worker's bundle. */
export async function makeBench(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "tamma-bench-"));
  await prepareDatabase(folder, listMigrations(join(root, "migrations")), {});
  build(folder);
  return folder;
}

/** Serves the bench Worker on a folder, also on one that it was killed on. */
export async function serveBench(folder: string): Promise<{ url: URL; end(): Promise<void> }> {
  const name = "tamma-bench";
  const options: Parameters<typeof createInstance>[0] = {
    host: "127.0.0.1",
    port: 0,
    resourcePersistencePath: folder,
    cf: false,
    telemetry: { enabled: false },
    enableDevRegistry: false,
    // Whoever kills this process finds its workerd by this.
    unsafeRuntimeEnv: { TAMMA_STATE: folder },
    workers: [
      {
        dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] },
        config: {
          name,
          compatibilityDate,
          manifest: {
            mainModule: "index.js",
            modulesRoot: folder,
            modules: { "index.js": { type: "esm", contents: readFileSync(bundleIn(folder), "utf8") } },
          },
          env: {
            DB: database,
            LOG: { type: "durable-object", worker: name, exportName: "BenchLog" },
            LOOP: { type: "durable-object", worker: name, exportName: "EngineLoop" },
            STEPS: { type: "durable-object", worker: name, exportName: "StepLoop" },
            TAMMA_MASTER_KEY: text(Buffer.alloc(32, "bench").toString("base64")),
            TAMMA_ORIGIN: text("http://bench.test"),
            TAMMA_ONE_PROCESS: text("1"),
          },
          exports: {
            BenchLog: { type: "durable-object", storage: "sqlite" },
            EngineLoop: { type: "durable-object", storage: "sqlite" },
            StepLoop: { type: "durable-object", storage: "sqlite" },
          },
        },
      },
    ],
  };
  const instance = createInstance(options, join(folder, "scratch"));
  await instance.ready;
  return { url: await instance.unsafeGetDirectURL(), end: () => instance.dispose() };
}

/** A call to the bench Worker; the answer's text. */
export async function askBench(url: URL | string, path: string, body = ""): Promise<string> {
  const response = await fetch(new URL(path, url), { method: "POST", body });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${answer}`);
  return answer;
}

export async function openWorkerHost(): Promise<WorkerHost> {
  const folder = await makeBench();
  const { url, end } = await serveBench(folder);
  const ask = (path: string, body?: string) => askBench(url, path, body);
  return {
    folder,
    async post(object, verb, id, text = "") {
      await ask(`/log/${object}/${verb}?id=${id}`, text);
    },
    async drive(kind, item, run) {
      await ask(`/${kind}/${item}/${run}`);
    },
    async waiting(kind, item) {
      return (JSON.parse(await ask(`/${kind}/${item}/copying`)) as { waiting: number }).waiting;
    },
    async bytes(kind, item) {
      return Number(await ask(`/${kind}/${item}/bytes`));
    },
    async [Symbol.asyncDispose]() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const bundleIn = (folder: string) => join(folder, "worker/index.js");

function build(folder: string): void {
  const outdir = join(folder, "worker");
  const args = ["deploy", "--dry-run", "--config", "bench/worker/wrangler.toml", "--outdir", outdir];
  const run = spawnSync(process.execPath, [join(root, "node_modules/wrangler/bin/wrangler.js"), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", CI: "1" },
  });
  if (run.status !== 0) throw new Error(`the bench Worker could not be built:\n${run.stdout}${run.stderr}`);
}

function text(value: string) {
  return { type: "text", value } as const;
}
