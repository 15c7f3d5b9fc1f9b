import type { Provider, TurnEvent } from "../ports/provider.ts";
import type { TurnError, TurnRequest } from "../protocol/model-turn.ts";

/** A fault that outlives two repetitions is an outage: the loop waits for it instead of a request. */
const repetitionsMax = 2;
/** The first pause at most; it doubles. An overloaded service is often free a second later. */
const pauseFirstMs = 1_000;
/** A provider that wants a longer pause than this gets it from the loop, which can show it and be stopped. */
export const retryAfterWaitMsMax = 20_000;

export interface PersistencePorts {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Random, 0 to below 1. */
  fraction(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * One turn that outlasts a short fault: the only retry of requests that there is. It asks again after a
 * transient error or a limit, with full jitter or when the provider said, but only while the provider has
 * told nothing yet: what was told is paid for, and was passed on. Like `Provider.turn`, it never throws.
 */
export async function* persistentTurn(
  provider: Pick<Provider, "turn">,
  request: TurnRequest,
  signal: AbortSignal,
  ports: PersistencePorts,
): AsyncGenerator<TurnEvent> {
  for (let repetition = 1; ; repetition++) {
    let told = false;
    let pauseMs: number | null = null;
    for await (const event of provider.turn(request, signal)) {
      const silent = !told && event.type === "error" && event.usage === null;
      pauseMs = silent ? pauseOf(event.error, repetition, ports) : null;
      if (pauseMs !== null) break;
      told = true;
      yield event;
    }
    if (pauseMs === null) return;
    await ports.wait(pauseMs, signal);
  }
}

/** How long to wait before this repetition, in milliseconds; null when there should be none. */
function pauseOf({ kind, retryAt }: TurnError, repetition: number, ports: PersistencePorts): number | null {
  if ((kind !== "transient" && kind !== "limit") || repetition > repetitionsMax) return null;
  const jitterMs = ports.fraction() * pauseFirstMs * 2 ** (repetition - 1);
  if (retryAt === null) return jitterMs;
  const waitMs = retryAt - ports.now() + jitterMs;
  return waitMs <= retryAfterWaitMsMax ? waitMs : null;
}
