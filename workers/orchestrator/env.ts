/** The bindings of the orchestrator; wrangler.toml and the host in server/ give them. */
export interface OrchestratorEnv {
  ISSUE_LOOP: DurableObjectNamespace;
  REPO_COORDINATOR: DurableObjectNamespace;
  ACCOUNT_HUB: DurableObjectNamespace;
  DB: D1Database;
  BLOBS: R2Bucket;
  /** The Worker itself: model turns are streamed there and never in an object. */
  ORCHESTRATOR: unknown;
  TAMMA_USER: string;
  TAMMA_ORIGIN: string;
  /** Base64 keys of 32 bytes, separated by commas; the first one seals. */
  TAMMA_MASTER_KEY: string;
  TAMMA_TOKEN?: string;
  ANTHROPIC_API_KEY?: string;
  ANTHROPIC_BASE_URL?: string;
  TAMMA_MODEL?: string;
  /** Ceiling per turn in dollars for a model whose price is unknown; without it such a model is refused. */
  TAMMA_UNKNOWN_PRICE_USD_PER_TURN?: string;
  /** "1" where the Worker and all objects live and die in one process, as under server/. */
  TAMMA_ONE_PROCESS?: string;
  /** Milliseconds that a whole turn may take, and that a provider may be silent in it (turn-limits.ts). */
  TAMMA_TURN_TIMEOUT_MS?: string;
  TAMMA_TURN_SILENCE_MS?: string;
}
