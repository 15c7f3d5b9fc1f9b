import type { OrchestratorEnv } from "./env.ts";

/** Drawn at first use: a Worker has no randomness while it loads. */
let drawn: string | null = null;

/**
 * Names this run of the code, from the start of its isolate to its end. Null where Workers and objects may
 * live in several places at once, as on Cloudflare: there nobody can say that a stream died because an object
 * began anew.
 */
export function bootOf(env: Pick<OrchestratorEnv, "TAMMA_ONE_PROCESS">): string | null {
  if (env.TAMMA_ONE_PROCESS !== "1") return null;
  drawn ??= crypto.randomUUID();
  return drawn;
}
