import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** A request for a turn, by what its headers say of it. */
export interface AskedTurn {
  readonly issue: number;
  readonly step: string;
  /** Which request of this issue and step it is, from 1. */
  readonly n: number;
}

/** What happens to a turn in place of its answer; null: the real provider answers. */
export type ProviderFault = (turn: ProvidedTurn) => Promise<void> | void;

export interface ProvidedTurn {
  readonly response: ServerResponse;
  /** The real provider's answer: a whole stream. */
  real(): Promise<{ status: number; body: Buffer }>;
}

export interface FaultyProvider extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly AskedTurn[];
}

/** Stands before `upstream`, which speaks the Messages API, and does to its turns what `faultOf` says. */
export async function startFaultyProvider(
  upstream: string,
  faultOf: (turn: AskedTurn) => ProviderFault | null,
): Promise<FaultyProvider> {
  const asked: AskedTurn[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const real = () => ask(upstream, request, body);
    const issue = Number(request.headers["x-tamma-issue"]);
    const step = String(request.headers["x-tamma-step"]);
    const n = asked.filter((turn) => turn.issue === issue && turn.step === step).length + 1;
    asked.push({ issue, step, n });
    const fault = faultOf({ issue, step, n });
    if (fault) return fault({ response, real });
    const { status, body: whole } = await real();
    response.writeHead(status, { "content-type": "text/event-stream" }).end(whole);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

function ask(upstream: string, { method, url, headers }: IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
    const host = new URL(upstream).host;
    const call = openRequest(`${upstream}${url}`, { method, headers: { ...headers, host } }, (answer) => {
      bodyOf(answer).then((whole) => resolve({ status: answer.statusCode ?? 500, body: whole }), reject);
    });
    call.on("error", reject).end(body);
  });
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const stream = { "content-type": "text/event-stream" };
const event = (value: object) =>
  `event: ${(value as { type: string }).type}\ndata: ${JSON.stringify(value)}\n\n`;

/** The Messages API's own words for trouble, and what networks and gateways make of its answers. */
export const faults = {
  refuse:
    (status: number, type: string, message: string, headers: Record<string, string> = {}): ProviderFault =>
    ({ response }: ProvidedTurn) => {
      const body = { type: "error", error: { type, message }, request_id: "req_1" };
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(body));
    },
  page: ({ response }: ProvidedTurn) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in to the network</html>");
  },
  mute: () => {},
  silentAfterHead: ({ response }: ProvidedTurn) => {
    response.writeHead(200, stream).flushHeaders();
  },
  pingsOnly: ({ response }: ProvidedTurn) => {
    response.writeHead(200, stream);
    const beat = setInterval(() => response.write(event({ type: "ping" })), 50);
    response.on("close", () => clearInterval(beat));
  },
  hangUp: ({ response }: ProvidedTurn) => {
    response.socket?.resetAndDestroy();
  },
  redirect: ({ response }: ProvidedTurn) => {
    response.writeHead(307, { location: "https://elsewhere.invalid/v1/messages" }).end();
  },
  gzipGarbage: ({ response }: ProvidedTurn) => {
    const packed = gzipSync("event: ping\n\n");
    response.writeHead(200, { ...stream, "content-encoding": "gzip" }).end(packed.fill(7, 12));
  },
  /** A whole answer without its last event. */
  noEnd: async ({ response, real }: ProvidedTurn) => {
    const text = (await real()).body.toString("utf8");
    response.writeHead(200, stream).end(text.slice(0, text.lastIndexOf("event: message_stop")));
  },
  /** The connection breaks in the middle of the answer. */
  cut: async ({ response, real }: ProvidedTurn) => {
    const { body } = await real();
    response.writeHead(200, stream).flushHeaders();
    response.write(body.subarray(0, body.length / 2), () => response.socket?.resetAndDestroy());
  },
  overloadedInside: async ({ response, real }: ProvidedTurn) => {
    const text = (await real()).body.toString("utf8");
    const begun = text.slice(0, text.indexOf("\n\n") + 2);
    const error = { type: "overloaded_error", message: "Overloaded" };
    response.writeHead(200, stream).end(begun + event({ type: "error", error }));
  },
  /** An answer of one text. */
  says:
    (text: string, stop_reason = "end_turn"): ProviderFault =>
    ({ response }: ProvidedTurn) =>
      answer(
        response,
        [
          { type: "text", text: "" },
          { type: "text_delta", text },
        ],
        stop_reason,
      ),
  /** An answer of one tool call, with these bytes for arguments. */
  calls:
    (name: string, partial_json: string): ProviderFault =>
    ({ response }: ProvidedTurn) => {
      const block = { type: "tool_use", id: "odd_1", name, input: {} };
      answer(response, [block, { type: "input_json_delta", partial_json }], "tool_use");
    },
};

function answer(response: ServerResponse, [block, delta]: [object, object], stop_reason: string): void {
  const counts = { input_tokens: 10, output_tokens: 5 };
  const events = [
    { type: "message_start", message: { model: "scripted", usage: counts } },
    { type: "content_block_start", index: 0, content_block: block },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason }, usage: { output_tokens: 5 } },
    { type: "message_stop" },
  ];
  response.writeHead(200, stream).end(events.map(event).join(""));
}
