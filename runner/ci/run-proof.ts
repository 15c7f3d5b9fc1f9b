import { randomBytes } from "node:crypto";
import type { TokenResponse } from "@tamma/core/protocol/runner.ts";
import { z } from "zod";
import type { Proof } from "../client/proof.ts";
import type { Fetch } from "../client/token.ts";

const IdToken = z.object({ value: z.string().min(1) });
const claimBytes = 32;

/** A run has nothing to prove itself with; the message says what its workflow lacks. */
export class NoProof extends Error {
  override readonly name = "NoProof";
}

export interface RunProofOptions {
  server: string;
  /** Null: the one that the ticket names, or all of the repository. */
  loop: string | null;
  env: NodeJS.ProcessEnv;
  fetch: Fetch;
  /** Told of everything that nobody may see in a log, before it is used. */
  mask(secret: string): void;
  received(token: TokenResponse): void;
}

/**
 * How a run of CI proves itself: by the token that its platform signs for it, asked for anew each time, where
 * the platform has such tokens and the workflow may ask (`id-token: write`); else by the ticket that Tamma
 * made for this run.
 *
 * @throws NoProof
 */
export function runProof({ server, loop, env, fetch, mask, received }: RunProofOptions): Proof {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env;
  const ticket = env.TAMMA_RUN_TOKEN;
  if (bearer) mask(bearer);
  if (ticket) mask(ticket);
  if (!(url && bearer) && !ticket)
    throw new NoProof(
      "this run can prove itself to nobody: give the job `permissions: id-token: write` (GitHub), " +
        "or the one-time token that Tamma made for it as TAMMA_RUN_TOKEN",
    );
  const claim = randomBytes(claimBytes).toString("base64url");
  return {
    server,
    async request(held, signal) {
      if (held !== null) return { token: held };
      if (!url || !bearer) return { ticket: ticket ?? "", claim };
      const asked = new URL(url);
      asked.searchParams.set("audience", new URL(server).origin);
      const headers = { authorization: `Bearer ${bearer}`, accept: "application/json" };
      const answer = await fetch(asked.href, { headers, signal });
      if (!answer.ok) throw new Error(`the platform gave this run no token (${answer.status})`);
      const { value: idToken } = IdToken.parse(await answer.json());
      mask(idToken);
      return { idToken, loop };
    },
    received(token) {
      mask(token.token);
      received(token);
    },
  };
}
