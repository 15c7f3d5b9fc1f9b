import { appendFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { askedOf } from "./asked.ts";
import { bytesOf, chunkOf, type Exchange, type Provenance, type TapeLine, tapeVersion } from "./cassette.ts";
import { answersHeader, keysIn, passedOn, readBody } from "./http.ts";
import { tapeRedactor } from "./redaction.ts";

/** Response headers that a client acts on; the others would only make tapes differ. */
const keptHeaders = ["content-type", "request-id", "retry-after", "retry-after-ms"];

export interface RecordOptions {
  file: string;
  /** Where requests go: the provider's address, without a slash at the end. */
  upstream: string;
  /** Who writes the tape, for its first line. */
  by: string;
  now: () => Date;
  env: NodeJS.ProcessEnv;
  /** The upstream is written by people, and does not say so itself. */
  scripted: boolean;
  /** Told of every exchange that is on the tape. */
  taped(exchange: Exchange): void;
  /** Told of what is not on the tape, and why. */
  left(why: string): void;
}

/**
 * A proxy between Tamma and a provider that writes every exchange to a new file, line by line as they end.
 * What passes is changed in nothing; what is written holds no secret.
 *
 * @throws Error when the file is there already
 */
export function recorder(options: RecordOptions): Server {
  const { file, by, now } = options;
  const written = new Set<string>();
  const write = (line: TapeLine) => appendFileSync(file, `${JSON.stringify(line)}\n`);
  const head: TapeLine = { kind: "tape", version: tapeVersion, by, made: now().toISOString() };
  writeFileSync(file, `${JSON.stringify(head)}\n`, { flag: "wx", mode: 0o600 });

  const keep = (parts: Map<string, unknown>, exchange: Exchange) => {
    for (const [id, value] of parts) {
      if (!written.has(id)) write({ kind: "part", id, value });
      written.add(id);
    }
    write(exchange);
    options.taped(exchange);
  };
  return createServer((request, response) => {
    pass(request, response, options, keep).catch((error: unknown) => {
      options.left(error instanceof Error ? error.message : String(error));
      response.destroy();
    });
  });
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  options: RecordOptions,
  keep: (parts: Map<string, unknown>, exchange: Exchange) => void,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const body = await readBody(request);
  const { method = "GET", url: path = "/", headers } = request;
  const redact = tapeRedactor(options.env, keysIn(headers));
  const { parts, fields, ...asked } = askedOf({ method, path: redact(path), headers, body }, redact);
  const base = { kind: "exchange", ...asked, asked: fields } as const;

  const answer = await fetch(`${options.upstream}${path}`, {
    method,
    // Nothing packed, so that what is taped can be read.
    headers: { ...passedOn(headers), "accept-encoding": "identity" },
    redirect: "manual",
    signal: gone.signal,
    ...(body === "" ? {} : { body }),
  }).catch((error: unknown) => (gone.signal.aborted ? "left" : (error as Error)));
  if (answer === "left") return options.left("the client left before an answer came");
  if (answer instanceof Error) {
    const nothing: Pick<Exchange, "headers" | "body"> = { headers: {}, body: [] };
    keep(parts, { ...base, ...nothing, answers: provenance(options, null), status: null, ended: "cut" });
    response.destroy();
    return;
  }
  response.writeHead(answer.status, passedOn(answer.headers));
  response.flushHeaders();
  const { chunks, ended } = await stream(answer, response);
  if (gone.signal.aborted && ended === "cut")
    return options.left("the client left in the middle of an answer");
  keep(parts, {
    ...base,
    answers: provenance(options, answer.headers),
    status: answer.status,
    headers: Object.fromEntries(
      keptHeaders.flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, redact(value)]];
      }),
    ),
    body: redactedChunks(chunks, redact),
    ended,
  });
  if (ended === "cut") response.destroy();
  else response.end();
}

/** Passes the body on piece by piece, and keeps the pieces. */
async function stream(
  answer: Response,
  response: ServerResponse,
): Promise<{ chunks: Uint8Array[]; ended: "whole" | "cut" }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of answer.body ?? []) {
      chunks.push(chunk);
      response.write(chunk);
    }
    return { chunks, ended: "whole" };
  } catch {
    // The provider broke off, or the client has left; the caller knows which.
    return { chunks, ended: "cut" };
  }
}

/** The pieces as they came; one piece when a secret stood in them, because it may lie across two. */
function redactedChunks(chunks: readonly Uint8Array[], redact: (text: string) => string): Exchange["body"] {
  const whole = Buffer.concat(chunks).toString("utf8");
  const clean = redact(whole);
  return clean === whole ? chunks.map(chunkOf) : [clean];
}

function provenance({ scripted }: RecordOptions, headers: Headers | null): Provenance {
  return scripted || headers?.get(answersHeader) === "scripted" ? "scripted" : "recorded";
}

export const sizeOf = (exchange: Exchange): number =>
  exchange.body.reduce((sum, chunk) => sum + bytesOf(chunk).length, 0);
