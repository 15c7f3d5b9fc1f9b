import { decodeJwt, type JWTVerifyGetKey } from "jose";
import type { RunProofs } from "../ports/run-proof.ts";
import { claimsOf, keysOf } from "./_shared/run-token.ts";
import { githubIssuerAt, githubRunClaims, whyNotThisRun } from "./github/run-token.ts";

/** The keys of each issuer are kept by what this returns, so one is enough for a process. */
export function runProofs(fetch: typeof globalThis.fetch): RunProofs {
  const known = new Map<string, JWTVerifyGetKey>();
  const keys = (issuer: string): JWTVerifyGetKey => {
    const kept = known.get(issuer) ?? keysOf({ issuer, jwks: `${issuer}/.well-known/jwks` }, fetch);
    known.set(issuer, kept);
    return kept;
  };
  return {
    // Gitea issues no such tokens: its runs come with a ticket.
    issuerAt: (platform, baseUrl) => (platform === "github" ? githubIssuerAt(baseUrl) : null),
    issuerNamed(token) {
      try {
        return decodeJwt(token).iss ?? null;
      } catch {
        return null;
      }
    },
    async read(token, { issuer, audience, defaultBranch, now }) {
      const expected = { issuer, audience, keys: keys(issuer), claims: githubRunClaims };
      const reading = await claimsOf(token, expected, now);
      if ("refused" in reading) return reading;
      const { claims } = reading;
      const branch = defaultBranch(claims.repository_id);
      const refused =
        branch === null
          ? `no repository with the id ${claims.repository_id} was added through this connection`
          : whyNotThisRun(claims, { repository: claims.repository_id, defaultBranch: branch });
      if (refused !== null) return { refused };
      return {
        ...{ issuer, repository: claims.repository_id, run: claims.run_id, attempt: claims.run_attempt },
        ...{ jti: claims.jti, expiresAt: claims.exp * 1_000 },
      };
    },
  };
}
