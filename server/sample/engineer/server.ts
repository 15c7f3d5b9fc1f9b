import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { answersHeader } from "../../tape/http.ts";
import type { IssueScript, Script } from "../script.ts";
import { NoScript, nextMove, scriptFor } from "./next-move.ts";
import { MessagesRequest, type Situation, situationOf } from "./request.ts";
import { errorBody, messageOf, streamOf } from "./wire.ts";

/** A conversation of fifty turns with whole files is a fraction of this. */
const requestBytesMax = 20_000_000;

interface Options {
  readonly script: Script;
  /** What the request's key must be; null takes any key. */
  readonly key: string | null;
}

/** An answer that is no message. */
class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** A server that speaks the Messages API and answers from a script. It keeps nothing between requests. */
export function engineerServer(options: Options): Server {
  return createServer((request, response) => {
    response.setHeader(answersHeader, "scripted");
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    answer(options, request, response, gone.signal).catch((error: unknown) => {
      if (!gone.signal.aborted) refuse(response, error);
    });
  });
}

async function answer(
  { script, key }: Options,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  if (key !== null && keyOf(request) !== key) throw new Refusal(401, "invalid API key");
  const path = (request.url ?? "").split("?")[0] ?? "";
  const model = /^\/v1\/models\/([^/]+)$/.exec(path)?.[1];
  if (request.method === "GET" && model) return sendJson(response, modelBody(decodeURIComponent(model)));
  if (request.method !== "POST" || path !== "/v1/messages")
    throw new Refusal(404, `${request.method} ${path} is not here`);

  const parsed = MessagesRequest.safeParse(parseJson(await readBody(request)));
  if (!parsed.success) throw new Refusal(400, parsed.error.issues[0]?.message ?? "not a request");
  const situation = situationOf(headersOf(request), parsed.data);
  const issue = scriptFor(script, situation);
  if (issue.delayMs > 0) await wait(issue.delayMs, undefined, { signal: gone });
  failAsScripted(issue, situation);

  const message = messageOf(nextMove(issue, situation), parsed.data);
  if (!parsed.data.stream) return sendJson(response, message);
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "request-id": message.id });
  for (const event of streamOf(message)) response.write(event);
  response.end();
}

function failAsScripted(issue: IssueScript, { step, attempt, turn }: Situation): void {
  const fault = issue.faults.find(
    (one) =>
      one.step === step &&
      (one.attempt === undefined || one.attempt === attempt) &&
      (one.turn === undefined || one.turn === turn),
  );
  if (fault) throw new Refusal(fault.status, "scripted fault", fault.headers);
}

/** Older clients send `x-api-key`, the SDK since API version 2026-10-21 a bearer token. */
function keyOf({ headers }: IncomingMessage): unknown {
  return headers["x-api-key"] ?? headers.authorization?.replace(/^Bearer /i, "");
}

function modelBody(id: string): object {
  return { type: "model", id, display_name: "Scripted engineer", created_at: "2026-01-01T00:00:00Z" };
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, error: unknown): void {
  const refusal =
    error instanceof Refusal
      ? error
      : error instanceof NoScript
        ? new Refusal(400, error.message)
        : new Refusal(500, error instanceof Error ? error.message : String(error));
  response
    .writeHead(refusal.status, { "content-type": "application/json", ...refusal.headers })
    .end(errorBody(refusal.status, refusal.message));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > requestBytesMax) throw new Refusal(413, `a request may have ${requestBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "the body is not JSON");
  }
}

function headersOf(request: IncomingMessage): Headers {
  return new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
}
