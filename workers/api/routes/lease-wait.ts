import type { LeaseRequest, LeaseResponse } from "@tamma/core/protocol/runner.ts";
import { inFlight } from "../../in-flight.ts";
import { jobBell } from "../../job-bell.ts";
import type { OrchestratorRpc, RunnerPass } from "../../rpc.ts";
import { unwrap } from "../problem.ts";

/** First pause between two questions: where the bell is not heard, a job should start soon all the same. */
const pauseFirstMs = 100;
/** Longest pause: a waiting runner costs the coordinator one question a second at most. */
const pauseMaxMs = 1_000;
/** Each empty answer makes the next pause half as long again. */
const pauseGrowth = 1.5;

/**
 * A job for the runner, or null when none came within `request.waitMs`. The Worker waits and asks again and
 * again; no request is held open in a Durable Object, which would keep it awake. When the bell rings it asks
 * at once, and only where the job was offered: with many repositories most questions would be for nothing.
 */
export async function leaseWithin(
  orchestrator: OrchestratorRpc,
  pass: RunnerPass,
  request: LeaseRequest,
  gone: AbortSignal | undefined,
): Promise<LeaseResponse | null> {
  const until = Date.now() + request.waitMs;
  let pauseMs = pauseFirstMs;
  let everywhereAt = Date.now();
  let among: string[] | null = null;
  let ask: LeaseRequest = { ...request, waitMs: 0 };
  // A runner that went away must not be given a job: it would be missed only when its lease ends. Nor is one
  // begun when the server ends.
  while (!gone?.aborted && !inFlight.ending) {
    const { rings } = jobBell;
    const job = unwrap(await orchestrator.lease(pass, ask, among));
    // Said once is enough: their leases are over.
    ask = { ...ask, gone: [] };
    if (job !== null || Date.now() >= until) return job;
    const restMs = Math.min(everywhereAt + pauseMs, until) - Date.now();
    // Rings that follow one another must not keep it from asking everywhere.
    const rang = restMs > 0 ? await jobBell.heard(rings, restMs) : null;
    among = rang && [...rang];
    if (among !== null) continue;
    everywhereAt = Date.now();
    pauseMs = Math.min(pauseMs * pauseGrowth, pauseMaxMs);
  }
  return null;
}
