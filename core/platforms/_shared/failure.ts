import type { Instant } from "../../domain/ids.ts";
import { retryAtOf } from "../../domain/retry-after.ts";
import { PlatformError, type PlatformErrorKind } from "../../ports/platform.ts";

/** An answer that is no success. */
export interface FailedAnswer {
  /** What was asked for, in our words: `openPullRequest`. */
  operation: string;
  status: number;
  headers: Pick<Headers, "get">;
  /** Its body as text, or the beginning of it. */
  body: string;
}

/** A sentence of the platform, not its whole page. */
const messageCharsMax = 300;
/** GitHub counts per hour: whatever asks for a longer pause is asked again after this one. */
const pauseMsMax = 3_600_000;

const kinds: Readonly<Record<number, PlatformErrorKind>> = {
  ...{ 400: "validation", 401: "auth", 403: "forbidden", 404: "not-found", 405: "validation" },
  ...{ 406: "validation", 408: "transient", 409: "conflict", 410: "not-found", 412: "conflict" },
  ...{ 413: "validation", 415: "validation", 422: "validation", 423: "forbidden", 425: "transient" },
  ...{ 429: "rate-limited", 451: "forbidden" },
};

/**
 * What an answer means for whoever asked. 403 is also GitHub's answer to who asks too often: then it says
 * when to come back, or that nothing is left (GitHub Docs, "Rate limits for the REST API").
 */
export function failureOf({ operation, status, headers, body }: FailedAnswer, now: Instant): PlatformError {
  const known = kinds[status] ?? (status >= 500 ? "transient" : "validation");
  const kind = known === "forbidden" && isLimit(headers, body) ? "rate-limited" : known;
  const request = headers.get("x-github-request-id") ?? headers.get("x-request-id");
  const message = `${status} ${wordsOf(body, headers)}${request ? ` (request ${request})` : ""}`;
  // Every answer of GitHub says when its hour is over; only who used it up has to wait for that.
  const reset = kind === "rate-limited" ? resetOf(headers) : null;
  const asked = kind === "rate-limited" || kind === "transient" ? (retryAtOf(headers, now) ?? reset) : null;
  const retryAt = asked === null ? null : Math.min(Math.max(asked, now), now + pauseMsMax);
  return new PlatformError({ kind, operation, message, retryAt });
}

function isLimit(headers: Pick<Headers, "get">, body: string): boolean {
  if (headers.get("retry-after") !== null || headers.get("x-ratelimit-remaining") === "0") return true;
  return /\brate limit\b/i.test(body);
}

/** `x-ratelimit-reset` is in seconds since the epoch. */
function resetOf(headers: Pick<Headers, "get">): Instant | null {
  const seconds = headers.get("x-ratelimit-reset") ?? "";
  return /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1_000 : null;
}

function wordsOf(body: string, headers: Pick<Headers, "get">): string {
  const location = headers.get("location");
  if (location !== null) return `it is at another address now: ${location.slice(0, messageCharsMax)}`;
  if (/^\s*<(?:!doctype|html)/i.test(body)) return "a web page, and no answer of the platform's API";
  return (messageIn(body) ?? body.trim()).slice(0, messageCharsMax).toWellFormed() || "without a word";
}

/** Both GitHub and Gitea answer with `message`; GitHub names the fields in `errors`. */
function messageIn(body: string): string | null {
  try {
    const { message, errors } = JSON.parse(body) as { message?: unknown; errors?: unknown };
    if (typeof message !== "string") return null;
    const named = Array.isArray(errors) ? errors.length > 0 : errors !== undefined;
    return !named ? message : `${message}: ${JSON.stringify(errors)}`;
  } catch {
    return null;
  }
}
