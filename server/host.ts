import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isThisMachine } from "@tamma/core/domain/platform/webhook-address.ts";
import type { Miniflare, MiniflareOptions } from "miniflare";
import { endRestore, isRestored } from "./backup.ts";
import { compatibilityDate, durableObjects, workerEnv, workerName } from "./bindings.ts";
import { ensureBundle } from "./bundle.ts";
import { watchClock } from "./clock-watch.ts";
import { databaseFiles, prepareDatabase, scratchOf } from "./database.ts";
import { createInstance } from "./instance.ts";
import { lockState } from "./lock.ts";
import type { Log, LogLevel } from "./log.ts";
import { listMigrations } from "./migrations.ts";
import { endOrphans } from "./orphans.ts";
import { drainWorker, resumeWorker } from "./own-calls.ts";
import { collect } from "./own-memory.ts";
import { localPerson } from "./person.ts";
import { listenOn, tryPort } from "./port.ts";
import { keptRuntime } from "./runtime.ts";
import { RuntimeLog } from "./runtime-log.ts";
import { ensureSecrets, type Secrets } from "./secrets.ts";

/** One user on one machine: never reachable from elsewhere. */
const host = "127.0.0.1";

export interface HostOptions {
  /** Tamma's own folder: bundle, migrations. */
  root: string;
  /** Real path of the state folder, from `ensureStateFolder`. */
  state: string;
  port: number;
  /** Where others reach it, when a proxy or tunnel is in front; null: where it listens. */
  origin: string | null;
  providerUrl: string | null;
  providerModel: string | null;
  logLevel: LogLevel;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Called when workerd ended and could not be started again: nothing is served from then on. */
  runtimeLost: (why: string) => void;
  /** The Worker's bundle; built from `root` when absent. */
  bundle?: string;
}

export interface Host {
  url: string;
  /** What was in flight when the Worker started, and what became of it; never rejects. */
  resumed: Promise<void>;
  /** Begins nothing new, lets what is under way end, then ends the runtime and gives the folder back. */
  stop(): Promise<void>;
}

/**
 * Starts the Worker on a state folder: lock, orphans, port, bundle, migrations, and only then listens.
 *
 * @throws StateLocked, PortTaken, or an Error with the reason; nothing is left running then
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { state, log } = options;
  const lock = lockState(state);
  try {
    const restored = isRestored(state);
    if (restored) log("info", "this state folder came out of a backup");
    for (const pid of await endOrphans(state))
      log("warn", "ended the workerd of a server that was killed", { pid });
    rmSync(scratchOf(state), { recursive: true, force: true });
    const port = await tryPort(host, options.port);
    const bundle = options.bundle ?? ensureBundle(options.root, (text) => log("info", text));
    const applied = await prepareDatabase(state, listMigrations(join(options.root, "migrations")), {
      TAMMA_STATE: state,
    });
    if (applied.length > 0) {
      log("info", "applied migrations", { applied });
      // The instance that applied them is gone; the next one is as large.
      collect();
    }

    if (options.origin !== null) warnWithoutTls(options.origin, log);
    const secrets = ensureSecrets(state);
    const serve = (on: number) => openRuntime({ ...options, bundle }, on, secrets);
    const { instance, own, clockWasSetBack } = await listenOn(
      { host, wanted: options.port, port },
      serve,
      lostItsPort,
    );
    const { url } = own;
    const endWatch = watchClock((ms) => {
      clockWasSetBack();
      instance.reopen(`the machine's clock was set back by ${ms} ms`);
    });
    const address = join(state, "server.json");
    writeFileSync(address, `${JSON.stringify({ url, pid: process.pid, startedAt: Date.now() })}\n`, {
      mode: 0o600,
    });
    return {
      url,
      // Not awaited: whoever waits for the ready line should have it first.
      resumed: resumeWorker(own, { again: restored, waiting: restored }).then((resumed) => {
        if (restored && resumed) endRestore(state);
      }),
      async stop() {
        endWatch();
        rmSync(address, { force: true });
        // The runtime is ended by SIGKILL whatever it does.
        await drainWorker(own);
        await instance.dispose();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Serves on this port, or leaves nothing open and throws why. */
async function openRuntime(options: HostOptions & { bundle: string }, port: number, secrets: Secrets) {
  const { state, log, bundle } = options;
  const own = { url: `http://${host}:${port}`, token: secrets.token, log };
  // After that also the alarms of those that wait for a person come too late.
  let waiting = false;
  const reopened = () => {
    void resumeWorker(own, { again: false, waiting });
    waiting = false;
  };
  const open = (lost: (why: string) => void) =>
    openWorker({ ...options, runtimeLost: lost }, port, bundle, own.url, secrets, reopened);
  const instance = keptRuntime(open, { log, reopened, lost: options.runtimeLost });
  try {
    await instance.ready;
    assertPersistent(state);
    const clockWasSetBack = () => {
      waiting = true;
    };
    return { instance, own, clockWasSetBack };
  } catch (error) {
    // When the port was lost in between, dispose rejects with the same error; the first one is the one to
    // tell.
    await instance.dispose().catch(() => {});
    throw error;
  }
}

/** miniflare's word for a port that somebody took after it was found free. */
function lostItsPort(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_ADDRESS_IN_USE";
}

function warnWithoutTls(origin: string, log: Log): void {
  if (origin.startsWith("https:") || isThisMachine(origin)) return;
  log("warn", "others reach this server without TLS: who listens on the way learns their tokens", { origin });
}

function openWorker(
  options: HostOptions,
  port: number,
  bundle: string,
  listensAt: string,
  secrets: Secrets,
  restarted: () => void,
): Miniflare {
  const { state, env, log, providerUrl, providerModel, logLevel } = options;
  const settings = {
    state,
    secrets,
    person: localPerson(),
    origin: options.origin ?? listensAt,
    listensAt,
    providerUrl,
    providerModel,
    logLevel,
  };
  const instance: MiniflareOptions = {
    // Its own way in is for itself: a Worker of miniflare's in front of ours, which costs each request more
    // than ours does. Ours listens by itself.
    host,
    port: 0,
    resourcePersistencePath: state,
    cf: false,
    telemetry: { enabled: false },
    enableDevRegistry: false,
    logRequests: false,
    log: new RuntimeLog(log, options.runtimeLost),
    // Marks workerd as ours, so that the next start can find and end it when this process is killed.
    unsafeRuntimeEnv: { TAMMA_STATE: state },
    unsafeHandleRuntimeRestart: () => {
      log("error", "workerd ended unexpectedly and was started again");
      restarted();
    },
    handleUncaughtError: (error) =>
      log("error", "uncaught in the Worker", { error: error.stack ?? error.message }),
    handleStructuredLogs: ({ level, message }) => log(workerLevel(level), message, { from: "worker" }),
    workers: [
      {
        dev: { unsafeDirectSockets: [{ host, port }] },
        config: {
          name: workerName,
          compatibilityDate,
          manifest: {
            mainModule: "index.js",
            modulesRoot: dirname(bundle),
            modules: { "index.js": { type: "esm", contents: readFileSync(bundle, "utf8") } },
          },
          env: workerEnv(settings, env),
          exports: durableObjects,
        },
      },
    ],
  };
  return createInstance(instance, scratchOf(state));
}

/**
 * miniflare drops the persistence folder without a word when options do not fit; then all would be lost at
 * the end.
 */
function assertPersistent(state: string) {
  if (databaseFiles(state).length > 0) return;
  throw new Error(
    `no database file appeared in ${state}; nothing would be kept, so the server does not start`,
  );
}

function workerLevel(level: string): LogLevel {
  if (level === "error" || level === "warn" || level === "debug") return level;
  return "info";
}
