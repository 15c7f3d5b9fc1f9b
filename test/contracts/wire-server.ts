import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One answer, as bytes: what a provider, or what stands in front of it, puts on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /**
   * `end`: as it should be. `reset`: the connection breaks after the body. `hold`: nothing more ever comes.
   * `again`: the body comes again and again, for ever. `mute`: not even the head ever comes.
   */
  readonly ending: "end" | "reset" | "hold" | "again" | "mute";
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; null when there was no body. */
  readonly body: unknown;
}

/** A real HTTP server on 127.0.0.1 that answers what it is told, in order; the last answer is repeated. */
export interface WireServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** The answers to the next requests; forgets those not given yet. */
  replyWith(...replies: Reply[]): void;
  /** Resolves when a client has left before its answer was over. */
  readonly left: Promise<void>;
}

export async function startWireServer(): Promise<WireServer> {
  const requests: SeenRequest[] = [];
  const left = Promise.withResolvers<void>();
  let queue: Reply[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.push(await seen(request));
    const reply = queue.length > 1 ? queue.shift() : queue[0];
    if (!reply) throw new Error(`The test gave no reply for ${request.method} ${request.url}.`);
    response.on("close", () => {
      if (!response.writableFinished) left.resolve();
    });
    if (reply.ending === "mute") return;
    response.writeHead(reply.status, reply.headers);
    response.flushHeaders();
    if (reply.ending === "again") return repeat(reply.body, response);
    if (reply.ending === "end") response.end(reply.body);
    else if (reply.body.length > 0) response.write(reply.body, () => breakAfter(reply, response));
    else breakAfter(reply, response);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    left: left.promise,
    replyWith: (...replies) => {
      queue = replies;
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** An address on which nobody listens. */
export async function unusedUrl(): Promise<string> {
  const server = await startWireServer();
  await server[Symbol.asyncDispose]();
  return server.url;
}

/** As fast as the client reads. */
function repeat(body: Reply["body"], response: ServerResponse): void {
  const once = () => {
    if (!response.destroyed) response.write(body, () => setImmediate(once));
  };
  once();
}

function breakAfter(reply: Reply, response: ServerResponse): void {
  if (reply.ending === "reset") response.socket?.destroy();
}

async function seen(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const text = Buffer.concat(chunks).toString("utf8");
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers,
    body: text === "" ? null : (JSON.parse(text) as unknown),
  };
}
