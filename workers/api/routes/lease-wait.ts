import type { LeaseRequest, LeaseResponse } from "@tamma/core/protocol/runner.ts";
import { inFlight } from "../../in-flight.ts";
import { jobBell } from "../../job-bell.ts";
import type { OrchestratorRpc, RunnerPass } from "../../rpc.ts";
import { unwrap } from "../problem.ts";

/** First pause between two questions: a job that was just queued should start at once. */
const pauseFirstMs = 50;
/** Longest pause: a waiting runner costs the coordinator one question a second at most. */
const pauseMaxMs = 1_000;
/** Each empty answer makes the next pause half as long again. */
const pauseGrowth = 1.5;

/**
 * A job for the runner, or null when none came within `request.waitMs`. The Worker waits and asks again and
 * again, at once when the bell rings; no request is held open in a Durable Object, which would keep it awake.
 */
export async function leaseWithin(
  orchestrator: OrchestratorRpc,
  pass: RunnerPass,
  request: LeaseRequest,
  gone: AbortSignal | undefined,
): Promise<LeaseResponse | null> {
  const until = Date.now() + request.waitMs;
  let pauseMs = pauseFirstMs;
  let ask: LeaseRequest = { ...request, waitMs: 0 };
  // A runner that went away must not be given a job: it would be missed only when its lease ends. Nor is one
  // begun when the server ends.
  while (!gone?.aborted && !inFlight.ending) {
    const { rings } = jobBell;
    const job = unwrap(await orchestrator.lease(pass, ask));
    // Said once is enough: their leases are over.
    ask = { ...ask, gone: [] };
    const leftMs = until - Date.now();
    if (job !== null || leftMs <= 0) return job;
    await jobBell.heard(rings, Math.min(pauseMs, leftMs));
    pauseMs = Math.min(pauseMs * pauseGrowth, pauseMaxMs);
  }
  return null;
}
