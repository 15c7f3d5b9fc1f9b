import type { Instant } from "../../domain/ids.ts";
import { PlatformError } from "../../ports/platform.ts";
import { failureOf } from "./failure.ts";

/** One request as it goes over the wire. */
export interface WireRequest {
  /** What is done, in our words, for errors and records. */
  operation: string;
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** Null: no body. */
  body: string | null;
  /** What of it must stand in no error, beside the token. */
  secrets?: readonly string[];
  /** It changes nothing, so it is sent again when the platform stumbles. */
  readOnly: boolean;
}

/** An answer that is a success, or a redirect that the caller asked for. */
export interface WireAnswer {
  status: number;
  headers: Headers;
  body: string;
  /** Where a redirect leads; null when it is none. */
  location: string | null;
}

export interface TransportOptions {
  fetch: typeof globalThis.fetch;
  now: () => Instant;
  pause: (ms: number) => Promise<void>;
  /** Counts what a loop costs the platform; one call per request that was really sent. */
  sent?: (request: { operation: string; method: string; path: string }) => void;
}

/** A `PlatformError` for an answer of the platform; `status` and `body` are for whoever knows more of it. */
export class AnswerError extends PlatformError {
  readonly status: number;
  readonly body: string;

  constructor(failure: PlatformError, status: number, body: string) {
    const { kind, operation, retryAt } = failure;
    const message = failure.message.slice(`${operation}: `.length);
    super({ kind, operation, message, retryAt });
    this.status = status;
    this.body = body;
  }
}

/** Platforms answer within seconds; GitHub itself gives up after ten. */
const answerMsMax = 30_000;
/** A log is long, and its storage another server. */
const tailMsMax = 120_000;
/** More than any answer that Tamma reads; the biggest is a page of a hundred comments. */
const answerBytesMax = 20_000_000;
/** A log beyond this is given up: its end would take minutes to arrive. */
const tailBytesMax = 500_000_000;
/** What is only read is read again when the platform stumbles: so often, after pauses that grow. */
const readPausesMs: readonly number[] = [250, 1_000];

/** HTTP as every client of a platform needs it. Every method throws `PlatformError` and nothing else. */
export interface Transport {
  /**
   * A redirect is never followed: the headers hold a token, which another address must not see.
   *
   * @param around a redirect is no failure then, but an answer with its `location`
   */
  send(request: WireRequest, around?: boolean): Promise<WireAnswer>;
  /** The error for a refusal that came with another status, as GraphQL's come with 200. */
  refusal(operation: string, status: number, answer: Pick<WireAnswer, "headers" | "body">): PlatformError;
  /** The last `bytesMax` bytes of what stands at `url`, asked for without any token. */
  tail(operation: string, url: URL, bytesMax: number): Promise<string>;
}

export function transport(options: TransportOptions): Transport {
  async function once(request: WireRequest, around: boolean): Promise<WireAnswer> {
    const { operation } = request;
    options.sent?.({ operation, method: request.method, path: request.url.pathname });
    const { response, body } = await within(answerMsMax, async (signal) => {
      const response = await sendOnce(options, request, signal);
      return { response, body: await textOf(response, operation) };
    });
    const { status, headers } = response;
    const location = status >= 300 && status < 400 ? headers.get("location") : null;
    if (response.ok || (around && location !== null)) return { status, headers, body, location };
    const safe = withoutSecrets(body, request);
    throw new AnswerError(failureOf({ operation, status, headers, body: safe }, options.now()), status, safe);
  }

  async function answered(request: WireRequest, around: boolean): Promise<WireAnswer> {
    for (const ms of request.readOnly ? readPausesMs : []) {
      try {
        return await once(request, around);
      } catch (error) {
        const again = error instanceof PlatformError && error.kind === "transient" && error.retryAt === null;
        if (!again) throw error;
        await options.pause(ms);
      }
    }
    return once(request, around);
  }

  return {
    send: (request, around = false) => answered(request, around),
    refusal: (operation, status, { headers, body }) =>
      failureOf({ operation, status, headers, body }, options.now()),
    tail: (operation, url, bytesMax) => {
      options.sent?.({ operation, method: "GET", path: url.pathname });
      return within(tailMsMax, async (signal) => {
        const response = await sendTail(options, operation, { url, signal });
        if (response.ok) return tailOf(response, operation, bytesMax);
        const { status, headers } = response;
        const body = await textOf(response, operation);
        throw new AnswerError(failureOf({ operation, status, headers, body }, options.now()), status, body);
      });
    },
  };
}

/**
 * Ends `work` after `ms`, from the first byte that is sent to the last that is read. `AbortSignal.timeout`
 * would go on counting when all is done, and keep an object of Cloudflare's awake for it.
 */
async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException("no answer in time", "TimeoutError")), ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function sendOnce(
  { fetch }: TransportOptions,
  request: WireRequest,
  signal: AbortSignal,
): Promise<Response> {
  const { method, headers, body, operation } = request;
  try {
    return await fetch(request.url, {
      ...{ method, headers: { ...headers }, redirect: "manual", signal },
      ...(body === null ? {} : { body }),
    });
  } catch (error) {
    throw unreached(operation, error);
  }
}

async function sendTail(
  { fetch }: TransportOptions,
  operation: string,
  { url, signal }: { url: URL; signal: AbortSignal },
): Promise<Response> {
  try {
    return await fetch(url, { redirect: "manual", signal });
  } catch (error) {
    throw unreached(operation, error);
  }
}

async function textOf(response: Response, operation: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const piece of piecesOf(response, operation)) {
    bytes += piece.byteLength;
    if (bytes > answerBytesMax) {
      const message = `the answer is longer than ${answerBytesMax} bytes`;
      throw new PlatformError({ kind: "validation", operation, message });
    }
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** Keeps no more than twice `bytesMax` in memory, whatever the length. */
async function tailOf(response: Response, operation: string, bytesMax: number): Promise<string> {
  let kept = new Uint8Array(0);
  let bytes = 0;
  for await (const piece of piecesOf(response, operation)) {
    bytes += piece.byteLength;
    if (bytes > tailBytesMax) {
      const message = `the log is longer than ${tailBytesMax} bytes`;
      throw new PlatformError({ kind: "validation", operation, message });
    }
    const fresh = piece.subarray(Math.max(0, piece.byteLength - bytesMax));
    const old = kept.subarray(Math.max(0, kept.byteLength + fresh.byteLength - bytesMax));
    const next = new Uint8Array(old.byteLength + fresh.byteLength);
    next.set(old);
    next.set(fresh, old.byteLength);
    kept = next;
  }
  return new TextDecoder().decode(bytes > bytesMax ? fromCharacter(kept) : kept);
}

/** A cut may have left the end of a character at the beginning (UTF-8: bytes 10xxxxxx). */
function fromCharacter(bytes: Uint8Array): Uint8Array {
  const start = bytes.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return bytes.subarray(Math.max(0, start));
}

async function* piecesOf(response: Response, operation: string): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const pieces = (response.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await read(pieces, operation);
      if (done) return;
      yield value;
    }
  } finally {
    // Leaving early closes the connection; an answer that broke has nothing left to close.
    await pieces.return?.().catch(() => undefined);
  }
}

async function read<T>(pieces: AsyncIterator<T>, operation: string): Promise<IteratorResult<T>> {
  try {
    return await pieces.next();
  } catch (error) {
    throw unreached(operation, error);
  }
}

function unreached(operation: string, error: unknown): PlatformError {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const message = `no answer: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new PlatformError({ kind: "transient", operation, message }, { cause: error });
}

/** Errors are shown to people, and a server may answer with what it was sent. */
function withoutSecrets(body: string, { headers, secrets = [] }: WireRequest): string {
  const token = headers.authorization?.split(" ").at(-1) ?? "";
  return [token, ...secrets]
    .filter((secret) => secret !== "")
    .reduce((text, secret) => text.replaceAll(secret, "[secret]"), body);
}
