import type { Identity } from "./identity.ts";
import { keyProof, type Proof } from "./proof.ts";
import { accepted, CallRefused, FenceLost, Overloaded, TokenRefused, Unreachable } from "./refusals.ts";
import { pauseMs, wait } from "./retry.ts";
import { type Fetch, tokenSource } from "./token.ts";

/**
 * One HTTP exchange, headers and body. The longest poll is 10 s, everything else is quicker; a connection
 * that swallows what it is given says so to nobody, and is noticed by this alone.
 */
const exchangeTimeoutMs = 15_000;
/** A slow line carries 200 kB in a second; a large body gets the time that it needs there. */
const bytesPerMsMin = 200;

export interface Call {
  method?: "GET" | "POST" | "PUT";
  json?: unknown;
  bytes?: Uint8Array;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** How long faults are answered with another try, from the first try on. 0: one try. */
  retryMs: number;
  timeoutMs?: number;
  /** What the answer may bring, for which there is time as well. */
  answerBytes?: number;
  /** Until the head of the answer, where the body may take longer than that. */
  headTimeoutMs?: number;
}

export interface Caller {
  /** `read` gets an answer with status 2xx; a cut while it reads counts as a fault of the network. */
  call<T>(path: string, call: Call, read: (response: Response) => Promise<T>): Promise<T>;
}

/** Speaks to one server as one runner: tokens, time limits, retries. */
export function caller(who: Identity | Proof, fetch: Fetch, now: () => number = Date.now): Caller {
  const server = who.server.replace(/\/+$/, "");
  const tokens = tokenSource("request" in who ? who : keyProof(who, now), fetch, now);
  const once = async <T>(
    path: string,
    call: Call,
    read: (response: Response) => Promise<T>,
    fresh: boolean,
  ) => {
    const body = call.json === undefined ? call.bytes : Buffer.from(JSON.stringify(call.json), "utf8");
    const carryMs = Math.ceil(((body?.length ?? 0) + (call.answerBytes ?? 0)) / bytesPerMsMin);
    const { timeoutMs = exchangeTimeoutMs + carryMs, headTimeoutMs = timeoutMs } = call;
    const head = new AbortController();
    const signals = [AbortSignal.timeout(timeoutMs), head.signal];
    if (call.signal) signals.push(call.signal);
    const signal = AbortSignal.any(signals);
    const headers: Record<string, string> = {
      authorization: `Bearer ${await tokens.get(signal)}`,
      ...(call.json === undefined ? {} : { "content-type": "application/json" }),
      ...call.headers,
    };
    const init: RequestInit = { method: call.method ?? "POST", headers, signal, ...(body ? { body } : {}) };
    const silent = () => head.abort(new Error(`no answer within ${headTimeoutMs / 1000} s`));
    const waiting = setTimeout(silent, headTimeoutMs + carryMs);
    const response = await fetch(`${server}${path}`, init).finally(() => clearTimeout(waiting));
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
            throw new Unreachable(`${path}: no answer from ${who.server} after ${n} tries`, {
              cause: error,
            });
          await wait(pause, call.signal);
        }
      }
    },
  };
}
