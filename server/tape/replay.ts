import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { canonicalJson } from "@tamma/core/domain/audit/canonical-json.ts";
import { type Asked, askedOf } from "./asked.ts";
import { bytesOf, type Cassette, type Exchange, type Purpose } from "./cassette.ts";
import { differenceFrom } from "./difference.ts";
import { answersHeader, keysIn, readBody } from "./http.ts";
import { tapeRedactor } from "./redaction.ts";

/** What a replay came to. */
export interface Tally {
  served: number;
  /** The same request once more, after its answers were all given: the last one again. */
  repeated: number;
  /** Turns that are not on the tape. */
  missed: number;
  /** Requests that are not of the taped loops: of another issue, or no turn at all. Refused, and no miss. */
  other: number;
  /** Exchanges of the tape that nobody asked for. */
  unused: number;
}

export interface ReplayOptions {
  tape: Cassette;
  env: NodeJS.ProcessEnv;
  served(exchange: Exchange): void;
  missed(why: string): void;
}

/** A server that answers what is on the tape and nothing else. */
export function player(options: ReplayOptions): { server: Server; tally(): Tally } {
  const { tape } = options;
  const left = new Set(tape.exchanges);
  const count = { served: 0, repeated: 0, missed: 0, other: 0 };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/", headers } = request;
    const redact = tapeRedactor(options.env, keysIn(headers));
    const body = await readBody(request);
    const asked = askedOf({ method, path: redact(path), headers, body }, redact);
    const found = find(asked, tape, left);
    if ("exchange" in found) {
      count[found.repeated ? "repeated" : "served"] += 1;
      left.delete(found.exchange);
      options.served(found.exchange);
      return play(found.exchange, response);
    }
    if (method === "GET") {
      count.other += 1;
      return refuse(response, 404, `${method} ${path} is not on the tape`);
    }
    const ours = tape.exchanges.some((one) => one.purpose.issue === asked.purpose.issue);
    count[ours ? "missed" : "other"] += 1;
    if (ours) options.missed(found.why);
    refuse(response, 400, `the tape has no answer: ${found.why}`);
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  return { server, tally: () => ({ ...count, unused: left.size }) };
}

type Found = { exchange: Exchange; repeated: boolean } | { why: string };

/** Strict: the purpose and every word of the request must be those of the tape. */
function find(asked: Asked, { exchanges, parts }: Cassette, left: ReadonlySet<Exchange>): Found {
  const wanted = canonicalJson(asked.fields);
  const sameCall = exchanges.filter((one) => one.method === asked.method && one.path === asked.path);
  const forIt = sameCall.filter((one) => canonicalJson(one.purpose) === canonicalJson(asked.purpose));
  const equal = forIt.filter((one) => canonicalJson(one.asked) === wanted);
  const next = equal.find((one) => left.has(one));
  if (next) return { exchange: next, repeated: false };
  const last = equal.at(-1);
  if (last) return { exchange: last, repeated: true };
  const nearest = forIt.find((one) => left.has(one)) ?? forIt.at(-1);
  if (!nearest) return { why: `${inWords(asked.purpose)} is not on it; ${nextOn(exchanges, left)}` };
  const difference = differenceFrom(asked, nearest, parts);
  if (!difference) return { why: `${inWords(asked.purpose)} differs in the order of its fields` };
  const { where, taped, asked: now } = difference;
  const prefix = asked.prefix === nearest.prefix ? "" : " (the stable prefix: model, tools, system prompt)";
  return {
    why: `${inWords(asked.purpose)} differs first in ${where}${prefix}: taped "${taped}", asked "${now}"`,
  };
}

function nextOn(exchanges: readonly Exchange[], left: ReadonlySet<Exchange>): string {
  const next = exchanges.find((one) => left.has(one) && one.method !== "GET");
  return next ? `next on it is ${inWords(next.purpose)}` : "all its answers were given";
}

export function inWords({ issue, step, attempt, turn }: Purpose): string {
  if (step === "") return "a request without labels";
  return `issue ${issue || "?"}, step ${step}, attempt ${attempt || "?"}, turn ${turn || "?"}`;
}

function play(exchange: Exchange, response: ServerResponse): void {
  if (exchange.status === null) {
    response.destroy();
    return;
  }
  response.writeHead(exchange.status, { ...exchange.headers, [answersHeader]: exchange.answers });
  response.flushHeaders();
  for (const chunk of exchange.body) response.write(bytesOf(chunk));
  if (exchange.ended === "whole") response.end();
  // After what was written has gone out.
  else response.write("", () => response.destroy());
}

/** In the words of the Messages API, which other clients show as well. */
function refuse(response: ServerResponse, status: number, message: string): void {
  const type = status === 404 ? "not_found_error" : "invalid_request_error";
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify({ type: "error", error: { type, message } }));
}
