import { APIConnectionError, APIError, APIUserAbortError } from "@anthropic-ai/sdk";
import { ZodError } from "zod";
import { retryAtOf } from "../../domain/retry-after.ts";
import type { TurnError } from "../../protocol/model-turn.ts";
import { AnswerGivenUp } from "../_shared/answer-limits.ts";
import { BrokenStream } from "./answer.ts";

type Kind = TurnError["kind"];

/** A provider may answer with a whole page of HTML; this much of it tells which page. */
const reasonCharsMax = 300;

/** Errors in mid-stream come without a status; their type says the same. */
const kindOfType: Readonly<Record<string, Kind>> = {
  rate_limit_error: "limit",
  overloaded_error: "transient",
  api_error: "transient",
  timeout_error: "transient",
  authentication_error: "auth",
  permission_error: "auth",
  billing_error: "auth",
  request_too_large: "overflow",
  not_found_error: "invalid",
  invalid_request_error: "invalid",
};

/** The API has no code for a context that is too long, only these words (read in a 400's message). */
const overflowWords =
  /prompt is too long|exceeds? (the )?(model'?s )?(maximum )?context|context (window|limit|length)/i;

/** Some gateways say with a 400 or a 429 that money is missing: waiting does not help then. */
const unpaidWords = /credit balance|insufficient[_ ](quota|funds|balance)|billing (hard )?limit/i;

/** Whatever a turn threw, as what the caller should do. */
export function turnErrorOf(
  thrown: unknown,
  circumstances: { now: number; requestId: string | null },
): TurnError {
  if (thrown instanceof APIUserAbortError) return stoppedError(circumstances.requestId);
  if (thrown instanceof APIError && !(thrown instanceof APIConnectionError))
    return apiError(thrown, circumstances);
  const broken = isBroken(thrown);
  return {
    kind: broken ? "garbage" : "transient",
    message: broken
      ? `The answer of the provider is not a stream of the Messages API: ${reasonOf(thrown)}. ` +
        "Look at what stands between here and the provider (base URL, proxy)."
      : `The connection to the provider failed: ${reasonOf(thrown)}. It is worth trying again.`,
    status: null,
    retryAt: null,
    requestId: circumstances.requestId,
  };
}

/** The caller's signal ended the turn. */
export function stoppedError(requestId: string | null): TurnError {
  return { kind: "stopped", message: "The turn was stopped.", status: null, retryAt: null, requestId };
}

function apiError(error: APIError, { now, requestId }: { now: number; requestId: string | null }): TurnError {
  const headers: Headers | undefined = error.headers;
  const where = error.status === undefined ? "in the middle of its answer" : `with status ${error.status}`;
  return {
    kind: kindOf(error),
    message: redirected(error) ?? cut(`The provider refused ${where}: ${error.apiMessage ?? error.message}`),
    status: error.status ?? null,
    retryAt: headers ? retryAtOf(headers, now) : null,
    requestId: error.requestID ?? requestId,
  };
}

/** A request carries a key, so it is not sent on to wherever an answer points. Null: it is no redirect. */
function redirected({ status, headers }: APIError): string | null {
  if (status === undefined || status < 300 || status >= 400) return null;
  const location = cut((headers as Headers | undefined)?.get("location") ?? "nowhere");
  return `The address redirects (${status}) to ${location}. Set the base URL to where the service is.`;
}

function kindOf(error: APIError): Kind {
  const { status } = error;
  if (status === undefined) {
    // An error event that is not even an object says nothing that could be acted on.
    if (typeof error.error !== "object" || error.error === null) return "garbage";
    return overflowOr(error, kindOfType[error.type ?? ""] ?? "transient");
  }
  if (unpaidWords.test(error.apiMessage ?? error.message)) return "auth";
  if (status === 429) return "limit";
  // 402: the account cannot pay, which only a person or another key can change.
  if (status === 401 || status === 402 || status === 403) return "auth";
  if (status === 408 || status === 409 || status >= 500) return "transient";
  if (status === 413) return "overflow";
  // A redirect, too, is a wrong address.
  return overflowOr(error, "invalid");
}

function overflowOr(error: APIError, kind: Kind): Kind {
  return kind === "invalid" && overflowWords.test(error.apiMessage ?? error.message) ? "overflow" : kind;
}

function isBroken(thrown: unknown): boolean {
  if (thrown instanceof AnswerGivenUp) return thrown.why === "endless";
  return thrown instanceof BrokenStream || thrown instanceof SyntaxError || thrown instanceof ZodError;
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof ZodError) return cut(thrown.issues.map((issue) => issue.message).join("; "));
  if (!(thrown instanceof Error)) return cut(String(thrown));
  // Node hides what happened ("ECONNREFUSED") in the cause.
  const causes = [thrown.message];
  for (let cause = thrown.cause; cause instanceof Error && causes.length < 4; cause = cause.cause)
    causes.push(cause.message || ("code" in cause ? String(cause.code) : ""));
  return cut(
    causes
      .map((cause) => cause.replace(/\.$/, ""))
      .filter(Boolean)
      .join(": "),
  );
}

function cut(text: string): string {
  return text.length > reasonCharsMax ? `${text.slice(0, reasonCharsMax)}…` : text;
}
