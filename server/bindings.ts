import { diskService } from "./disk.ts";
import type { LogLevel } from "./log.ts";
import type { Secrets } from "./secrets.ts";

/**
 * The model that serves when nobody chose one: in the price table, and good enough for code at a moderate
 * price.
 */
export const defaultModel = "claude-sonnet-4-6";

/** The Worker's name in wrangler.toml; its own bindings refer to it. */
export const workerName = "tamma";
/** wrangler.toml, `compatibility_date`: bundle and host have to agree. */
export const compatibilityDate = "2026-10-20";

export interface WorkerSettings {
  /** Real path of the state folder. */
  state: string;
  secrets: Secrets;
  person: string;
  /** Where others reach it. */
  origin: string;
  /** Where it listens on this machine. */
  listensAt: string;
  providerUrl: string | null;
  providerModel: string | null;
  logLevel: LogLevel;
}

/**
 * The same names and kinds as in wrangler.toml, plus what a deployer would set as secrets, and what only a
 * host with a disk of its own has.
 */
export function workerEnv(settings: WorkerSettings, env: NodeJS.ProcessEnv) {
  return {
    DB: database,
    BLOBS: { type: "r2", name: "tamma-blobs" },
    ISSUE_LOOP: durableObject("IssueLoop"),
    REPO_COORDINATOR: durableObject("RepoCoordinator"),
    ACCOUNT_HUB: durableObject("AccountHub"),
    ORCHESTRATOR: { type: "worker", worker: workerName, exportName: "Orchestrator" },
    STATE_DISK: diskService(settings.state),
    TAMMA_TOKEN: text(settings.secrets.token),
    TAMMA_USER: text(settings.person),
    TAMMA_ORIGIN: text(settings.origin),
    TAMMA_LISTENS_AT: text(settings.listensAt),
    TAMMA_MASTER_KEY: text(settings.secrets.masterKey),
    TAMMA_MODEL: text(settings.providerModel ?? nonEmpty(env.TAMMA_MODEL) ?? defaultModel),
    TAMMA_UNKNOWN_PRICE_USD_PER_TURN: text(env.TAMMA_UNKNOWN_PRICE_USD_PER_TURN ?? ""),
    TAMMA_TURN_TIMEOUT_MS: text(env.TAMMA_TURN_TIMEOUT_MS ?? ""),
    TAMMA_TURN_SILENCE_MS: text(env.TAMMA_TURN_SILENCE_MS ?? ""),
    TAMMA_LOG: text(settings.logLevel),
    TAMMA_ONE_PROCESS: text("1"),
    ANTHROPIC_API_KEY: text(env.ANTHROPIC_API_KEY ?? ""),
    ANTHROPIC_BASE_URL: text(settings.providerUrl ?? env.ANTHROPIC_BASE_URL ?? ""),
  } as const;
}

export const database = { type: "d1", id: "tamma" } as const;

export const durableObjects = {
  IssueLoop: { type: "durable-object", storage: "sqlite" },
  RepoCoordinator: { type: "durable-object", storage: "sqlite" },
  AccountHub: { type: "durable-object", storage: "sqlite" },
} as const;

function durableObject(exportName: keyof typeof durableObjects) {
  return { type: "durable-object", worker: workerName, exportName } as const;
}

function text(value: string) {
  return { type: "text", value } as const;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
