import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as openRequest,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What a network does to one request. */
export const faultKinds = [
  /** The connection breaks before anything was passed on. */
  "reset",
  /** The server gets the request and works; its answer is lost with the connection. */
  "answer-lost",
  /** The server gets half of the request, then both connections break. */
  "request-cut",
  /** The client gets the head and half of the answer, then the connection breaks. */
  "answer-cut",
  /** Nothing is passed on, and nothing is said: the client has to lose patience. */
  "black-hole",
  /** The server gets the request, and the client never hears of it. */
  "answer-swallowed",
  /** A pause before the request is passed on. */
  "delay",
  /** The answer comes in small pieces with pauses. */
  "drip",
  /** The request is delivered twice at once; the client gets one answer. */
  "twice",
  /** The request is delivered again some time after it was answered. */
  "again-later",
  /** A load balancer answers with a page of its own. */
  "page-502",
  "page-503",
  /** The server gets the request, and the load balancer loses patience with it. */
  "page-504",
  /** The listener is gone for a while: every connection is refused. */
  "refuse",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Passing {
  /** Counts from 1. */
  readonly n: number;
  readonly method: string;
  readonly path: string;
}

/** What shall happen to a request; null: nothing. */
export type Schedule = (passing: Passing) => FaultKind | null;

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** From the next request on. */
  follow(schedule: Schedule): void;
  /** How often each fault happened since the last `follow`. */
  readonly happened: ReadonlyMap<FaultKind, number>;
}

const delayMs = 700;
const dripMs = 15;
const dripPieces = 40;
const refusedMs = 400;
const laterMs = 1_500;
const page = "<html><body><h1>Bad Gateway</h1><p>nginx</p></body></html>";

/** A proxy on 127.0.0.1 in front of `upstream` that does to requests what `schedule` says. */
export async function startFaultProxy(upstream: string, schedule: Schedule): Promise<FaultProxy> {
  const target = new URL(upstream);
  const happened = new Map<FaultKind, number>();
  const ended = new AbortController();
  let current = schedule;
  let n = 0;

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    n += 1;
    const fault = current({ n, method: request.method ?? "", path: request.url ?? "" });
    if (fault) happened.set(fault, (happened.get(fault) ?? 0) + 1);
    if (fault === "reset" || fault === "refuse") {
      request.socket.resetAndDestroy();
      if (fault === "refuse") await refuseFor(server, port, refusedMs, ended.signal);
      return;
    }
    const body = await bodyOf(request);
    const call: Call = {
      target,
      method: request.method ?? "",
      path: request.url ?? "",
      body,
      headers: request.headers,
    };
    const left = new AbortController();
    response.on("close", () => left.abort());
    await faults[fault ?? "none"](call, response, AbortSignal.any([left.signal, ended.signal]));
  };
  const server = createServer((request, response) => {
    // The client has left, or the server has: for the other one that is a broken connection.
    pass(request, response).catch(() => response.socket?.resetAndDestroy());
  });
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    happened,
    follow(next) {
      happened.clear();
      current = next;
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

interface Call {
  target: URL;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

type Fault = (call: Call, response: ServerResponse, left: AbortSignal) => Promise<void>;

const faults: Record<Exclude<FaultKind, "reset" | "refuse"> | "none", Fault> = {
  none: async (call, response, left) => relay(await send(call, left), response),
  "answer-lost": async (call, response) => {
    await bodyOf(await send(call));
    response.socket?.resetAndDestroy();
  },
  "request-cut": async (call, response) => {
    await sendHalf(call);
    response.socket?.resetAndDestroy();
  },
  "answer-cut": async (call, response) => {
    const answer = await send(call);
    const body = await bodyOf(answer);
    response.writeHead(answer.statusCode ?? 502, plainHeaders(answer.headers));
    response.flushHeaders();
    const half = body.subarray(0, Math.ceil(body.length / 2));
    response.write(half, () => response.socket?.resetAndDestroy());
  },
  "black-hole": (_, __, left) => forever(left),
  "answer-swallowed": async (call, _, left) => {
    await bodyOf(await send(call));
    await forever(left);
  },
  delay: async (call, response, left) => {
    await pause(delayMs, undefined, { signal: left });
    await relay(await send(call, left), response);
  },
  drip: async (call, response, left) => {
    const answer = await send(call, left);
    response.writeHead(answer.statusCode ?? 502, plainHeaders(answer.headers));
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      const size = Math.max(1, Math.ceil(chunk.length / dripPieces));
      for (let at = 0; at < chunk.length; at += size) {
        response.write(chunk.subarray(at, at + size));
        await pause(dripMs, undefined, { signal: left });
      }
    }
    response.end();
  },
  twice: async (call, response) => {
    const [first, second] = await Promise.all([send(call), send(call)]);
    await Promise.all([relay(first, response), bodyOf(second)]);
  },
  "again-later": async (call, response, left) => {
    await relay(await send(call, left), response);
    await pause(laterMs);
    await bodyOf(await send(call)).catch(() => {});
  },
  "page-502": async (_, response) => sendPage(response, 502),
  "page-503": async (_, response) => sendPage(response, 503),
  "page-504": async (call, response) => {
    await bodyOf(await send(call));
    sendPage(response, 504);
  },
};

function send({ target, method, path, headers, body }: Call, left?: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = openRequest(
      // Each on a connection of its own, as it would be behind a load balancer.
      {
        host: target.hostname,
        port: target.port,
        method,
        path,
        agent: false,
        signal: left,
        headers: sentOn(headers, target),
      },
      resolve,
    );
    request.on("error", reject).end(body);
  });
}

function sendHalf({ target, method, path, headers, body }: Call): Promise<void> {
  return new Promise((resolve) => {
    const all = { ...sentOn(headers, target), "content-length": String(body.length) };
    const request = openRequest({
      host: target.hostname,
      port: target.port,
      method,
      path,
      agent: false,
      headers: all,
    });
    request.on("error", () => resolve()).on("close", resolve);
    request.write(body.subarray(0, Math.floor(body.length / 2)), () => {
      request.socket?.resetAndDestroy();
      resolve();
    });
  });
}

/** The server answers to its own name only, so it is asked by that. */
function sentOn(headers: IncomingHttpHeaders, target: URL): IncomingHttpHeaders {
  const { connection: _, "transfer-encoding": __, ...rest } = headers;
  return { ...rest, host: target.host };
}

function plainHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _, "transfer-encoding": __, "keep-alive": ___, ...rest } = headers;
  return rest;
}

async function relay(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(answer.statusCode ?? 502, plainHeaders(answer.headers));
  response.flushHeaders();
  for await (const chunk of answer as AsyncIterable<Buffer>) response.write(chunk);
  response.end();
}

function sendPage(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/html" }).end(page);
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function forever(left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (left.aborted) resolve();
    left.addEventListener("abort", () => resolve());
  });
}

async function refuseFor(server: Server, port: number, ms: number, ended: AbortSignal): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await pause(ms, undefined, { signal: ended }).catch(() => {});
  if (!ended.aborted) await listen(server, port);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
