import { routeOf } from "@tamma/core/domain/ids.ts";
import type { TurnOutcome } from "@tamma/core/ports/model.ts";
import type { TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import type { TurnCall } from "@tamma/core/protocol/runner.ts";
import type { Answer } from "../rpc.ts";
import { providerOf } from "./compose.ts";
import { issueLoop } from "./objects.ts";
import { ownerOf, type Parts } from "./parts.ts";
import { ok } from "./refusal.ts";
import { runTurn, type TurnPorts, turnError } from "./run-turn.ts";
import { systemTimers } from "./system-timers.ts";
import { turnLimits } from "./turn-limits.ts";
import { turnStream } from "./turn-stream.ts";

/** A turn for a job, streamed to its runner. */
export async function turn(
  parts: Parts,
  runner: string,
  job: string,
  { fence, turn: n, request }: TurnCall,
): Promise<Answer<ReadableStream<Uint8Array>>> {
  const owner = ownerOf(parts, job);
  if (!owner.ok) return owner;
  const { object, loop } = owner.value;
  const held = await object.holds(job, runner, fence);
  if (!held.ok) return held;
  const wish = { loop, turn: `${job}~f${fence}~t${n}`, lease: { job, fence, runner }, request };
  return ok(turnStream((reader) => runTurn(wish, portsOf(parts, loop), reader), parts.keepAlive));
}

/** A turn for one of the loop's own tasks; its answer is small and comes back whole. */
export async function modelTurn(
  parts: Parts,
  loop: string,
  id: string,
  request: TurnRequest,
): Promise<TurnOutcome> {
  if (!routeOf(loop)) return { error: turnError("invalid", `${loop} is no loop id`) };
  return runTurn({ loop, turn: id, lease: null, request }, portsOf(parts, loop));
}

function portsOf({ env, blobs, redact, keepAlive }: Parts, loop: string): TurnPorts {
  const cap = Number(env.TAMMA_UNKNOWN_PRICE_USD_PER_TURN);
  return {
    provider: providerOf(env),
    loop: issueLoop(env, routeOf(loop)?.name ?? ""),
    ...{ blobs, redact, keepAlive },
    now: () => Date.now(),
    fraction: Math.random,
    after: systemTimers.after,
    timeoutMs: turnLimits(env).timeoutMs,
    unknownPriceUsd: cap > 0 ? cap : null,
  };
}
