import { randomUUID } from "node:crypto";
import type { TokenRequest, TokenResponse } from "@tamma/core/protocol/runner.ts";
import type { z } from "zod";
import { type Identity, tokenSignature } from "./identity.ts";

/** What is sent for a token; fields with a default may be left out. */
export type Proven = z.input<typeof TokenRequest>;

/** How a runner proves to a server who it is. */
export interface Proof {
  readonly server: string;
  /**
   * The body of a request for a token. `held`: a token that is still good and about to end; null when
   * there is none, or when the server did not take it for a new one.
   */
  request(held: string | null, signal: AbortSignal): Promise<Proven>;
  /** Told of each token that came. */
  received?(token: TokenResponse): void;
}

/** An enrolled runner signs each time anew. */
export function keyProof(identity: Identity, now: () => number): Proof {
  return {
    server: identity.server,
    async request() {
      const at = now();
      const nonce = randomUUID();
      return { runner: identity.runner, at, nonce, signature: tokenSignature(identity, at, nonce) };
    },
  };
}
