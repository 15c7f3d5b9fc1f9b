import type { Identity } from "./identity.ts";
import { accepted, CallRefused, FenceLost, Overloaded, TokenRefused, Unreachable } from "./refusals.ts";
import { pauseMs, wait } from "./retry.ts";
import { type Fetch, tokenSource } from "./token.ts";

/** One HTTP exchange, headers and body. The longest poll is 25 s; everything else is quicker. */
const exchangeTimeoutMs = 40_000;

export interface Call {
  method?: "GET" | "POST" | "PUT";
  json?: unknown;
  bytes?: Uint8Array;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** How long faults are answered with another try, from the first try on. 0: one try. */
  retryMs: number;
  timeoutMs?: number;
}

export interface Caller {
  /** `read` gets an answer with status 2xx; a cut while it reads counts as a fault of the network. */
  call<T>(path: string, call: Call, read: (response: Response) => Promise<T>): Promise<T>;
}

/** Speaks to one server as one runner: tokens, time limits, retries. */
export function caller(identity: Identity, fetch: Fetch, now: () => number = Date.now): Caller {
  const server = identity.server.replace(/\/+$/, "");
  const tokens = tokenSource({ ...identity, server }, fetch, now);
  const once = async <T>(
    path: string,
    call: Call,
    read: (response: Response) => Promise<T>,
    fresh: boolean,
  ) => {
    const signals = [AbortSignal.timeout(call.timeoutMs ?? exchangeTimeoutMs)];
    if (call.signal) signals.push(call.signal);
    const signal = AbortSignal.any(signals);
    const headers: Record<string, string> = {
      authorization: `Bearer ${await tokens.get(signal)}`,
      ...call.headers,
    };
    const init: RequestInit = { method: call.method ?? "POST", headers, signal };
    if (call.json !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(call.json);
    } else if (call.bytes) init.body = call.bytes;
    const response = await fetch(`${server}${path}`, init);
    if (response.status === 401 && !fresh) {
      // The server may have restarted with other keys; a new signature settles it.
      tokens.forget();
      throw new TokenRefused();
    }
    return read(await accepted(path, response));
  };

  return {
    async call(path, call, read) {
      const began = now();
      let fresh = false;
      for (let n = 1; ; n++) {
        try {
          return await once(path, call, read, fresh);
        } catch (error) {
          if (call.signal?.aborted) throw call.signal.reason;
          if (error instanceof FenceLost || error instanceof CallRefused) throw error;
          if (error instanceof TokenRefused) {
            fresh = true;
            continue;
          }
          const pause = Math.max(pauseMs(n), error instanceof Overloaded ? error.retryAfterMs : 0);
          if (now() - began + pause > call.retryMs)
            throw new Unreachable(`${path}: no answer from ${identity.server} after ${n} tries`, {
              cause: error,
            });
          await wait(pause, call.signal);
        }
      }
    },
  };
}
