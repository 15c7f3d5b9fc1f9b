import type { Person } from "@tamma/core/domain/loop/work.ts";
import type { OrchestratorRpc, RunnerPass } from "../rpc.ts";

/** What the Worker is given from outside. */
export interface Bindings {
  ORCHESTRATOR: OrchestratorRpc;
  /** The local bearer token of the REST API. An empty one lets nobody in. */
  TAMMA_TOKEN: string;
  /** Who the local token stands for; becomes the person of every decision made with it. */
  TAMMA_USER: string;
  /**
   * Where people reach this server, `http://127.0.0.1:8787`: the only host names it answers to follow from
   * it.
   */
  TAMMA_ORIGIN: string;
  /** Where a server of one's own listens on its machine; absent on Cloudflare, whose edge is in front. */
  TAMMA_LISTENS_AT?: string;
  /** The host's look at the disk with the state (storage-fault.ts); absent where Cloudflare keeps it. */
  STATE_DISK?: Pick<Fetcher, "fetch">;
}

/** Hono's view of a request: bindings from outside, variables set by our middleware. */
export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    /** Set behind the bearer token or the session, never by a body. */
    person: Person;
    /** Set behind a runner token. */
    runner: string;
    pass: RunnerPass;
  };
}
