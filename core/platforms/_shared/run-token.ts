import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { z } from "zod";
import type { Instant } from "../../domain/ids.ts";

/**
 * Who issues tokens to the runs of a platform, and where it publishes its keys. Both are configured, never
 * found.
 */
export interface RunTokenIssuer {
  /** Exactly as `iss` says it. */
  issuer: string;
  jwks: string;
}

/** CI and Tamma have clocks of their own. */
const clockToleranceS = 60;
/** Tokens live for minutes; an older one was kept by somebody. */
const ageMaxS = 900;
/** Issuers sign with RSA or elliptic curves; a shared secret or none at all proves nothing. */
const algorithms = ["RS256", "ES256"];
/** A key that is not known is looked for, but not more often than this. */
const keysCooldownMs = 5_000;
const keysAgeMaxMs = 600_000;
const keysAnswerMsMax = 5_000;

/** The issuer's keys, fetched when one is needed, and again when a token names one that is not there. */
export function keysOf({ jwks }: RunTokenIssuer, fetch: typeof globalThis.fetch): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(jwks), {
    ...{ cooldownDuration: keysCooldownMs, cacheMaxAge: keysAgeMaxMs, timeoutDuration: keysAnswerMsMax },
    // Whoever can send us elsewhere could sign: a redirect is no answer. (Workers know no redirect "error".)
    [customFetch]: (url, init) => fetch(url, { ...init, redirect: "manual" }),
  });
}

/**
 * The claims of a token that `issuer` gave to a run for `audience`; otherwise why it is refused. `later`:
 * nothing is proven either way, and another try may help. Whether it was used before is for whoever remembers
 * its `jti`.
 */
export async function claimsOf<T>(
  token: string,
  expected: { issuer: string; audience: string; keys: JWTVerifyGetKey; claims: z.ZodType<T> },
  now: Instant,
): Promise<{ claims: T } | { refused: string; later?: true }> {
  try {
    const { payload } = await jwtVerify(token, expected.keys, {
      ...{ issuer: expected.issuer, audience: expected.audience, algorithms },
      ...{ currentDate: new Date(now), clockTolerance: clockToleranceS, maxTokenAge: ageMaxS },
      requiredClaims: ["iss", "aud", "exp", "iat", "jti"],
    });
    const parsed = expected.claims.safeParse(payload);
    if (parsed.success) return { claims: parsed.data };
    return { refused: `the claim ${parsed.error.issues[0]?.path.join(".")} is missing or no text` };
  } catch (error) {
    const answered = error instanceof errors.JOSEError && !unreadable.includes(error.code);
    if (answered) return { refused: reasons[error.code] ?? error.message };
    return { refused: `the issuer's keys could not be read: ${String(error)}`, later: true };
  }
}

/** The issuer was asked for its keys and did not answer with them. */
const unreadable: readonly string[] = ["ERR_JOSE_GENERIC", "ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID"];

const reasons: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: "it is expired",
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "its signature is not the issuer's",
  ERR_JWKS_NO_MATCHING_KEY: "the issuer has no such key",
  ERR_JOSE_ALG_NOT_ALLOWED: "it is not signed in a way that proves anything",
};
