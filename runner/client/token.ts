import { randomUUID } from "node:crypto";
import { TokenResponse } from "@tamma/core/protocol/runner.ts";
import type { z } from "zod";
import { type Identity, tokenSignature } from "./identity.ts";
import { accepted } from "./refusals.ts";

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

/** Exchanges signatures for tokens, and keeps the present one. */
export function tokenSource(identity: Identity, fetch: Fetch, now: () => number): TokenSource {
  let token: Promise<Token> | null = null;
  const exchange = async (signal: AbortSignal): Promise<Token> => {
    const at = now();
    const nonce = randomUUID();
    const body = { runner: identity.runner, at, nonce, signature: tokenSignature(identity, at, nonce) };
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", body: JSON.stringify(body), headers, signal };
    const response = await accepted(tokenPath, await fetch(`${identity.server}${tokenPath}`, init));
    return TokenResponse.parse(await response.json());
  };
  return {
    async get(signal) {
      const old = await token?.catch(() => null);
      if (old && old.expiresAt - now() >= refreshBeforeMs) return old.token;
      const fresh = exchange(signal);
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
