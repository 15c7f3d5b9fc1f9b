import { TokenResponse } from "@tamma/core/protocol/runner.ts";
import type { z } from "zod";
import type { Proof } from "./proof.ts";
import { accepted, CallRefused } from "./refusals.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;
type Token = z.infer<typeof TokenResponse>;

/** A new token before the old one ends, so that none expires on its way. */
const refreshBeforeMs = 60_000;
const tokenPath = "/runner/v1/token";

export interface TokenSource {
  /** A token that is good for a while; asked for when there is none. */
  get(signal: AbortSignal): Promise<string>;
  /** The server does not take it any more. */
  forget(): void;
}

/** Exchanges proofs for tokens, and keeps the present one. */
export function tokenSource(proof: Proof, fetch: Fetch, now: () => number): TokenSource {
  let token: Promise<Token> | null = null;
  const server = proof.server.replace(/\/+$/, "");
  const ask = async (held: string | null, signal: AbortSignal): Promise<Token> => {
    const body = await proof.request(held, signal);
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", body: JSON.stringify(body), headers, signal };
    const response = await accepted(tokenPath, await fetch(`${server}${tokenPath}`, init));
    const fresh = TokenResponse.parse(await response.json());
    proof.received?.(fresh);
    return fresh;
  };
  const exchange = async (held: string | null, signal: AbortSignal): Promise<Token> => {
    try {
      return await ask(held, signal);
    } catch (error) {
      // What was good a moment ago may be void by now; then the proof has to begin anew.
      if (held === null || !(error instanceof CallRefused)) throw error;
      return ask(null, signal);
    }
  };
  return {
    async get(signal) {
      const old = await token?.catch(() => null);
      if (old && old.expiresAt - now() >= refreshBeforeMs) return old.token;
      const held = old && old.expiresAt > now() ? old.token : null;
      const fresh = exchange(held, signal);
      // A failed exchange is not kept: the next caller tries again.
      fresh.catch(() => {
        if (token === fresh) token = null;
      });
      token = fresh;
      return (await fresh).token;
    },
    forget() {
      token = null;
    },
  };
}
