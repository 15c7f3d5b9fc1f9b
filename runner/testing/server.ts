import { createPublicKey, verify } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Call {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: Buffer;
  json(): Record<string, unknown>;
}

/** Answers a call, or leaves it to the default by returning false. */
export type Route = (call: Call, response: ServerResponse) => boolean | undefined;

/** A server of the runner's wire: real HTTP on a free port; every test says what it answers. */
export async function wireServer(publicKey: string, route: Route) {
  const calls: Call[] = [];
  let tokens = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const path = request.url ?? "";
      const call: Call = {
        method: request.method ?? "",
        path,
        headers: request.headers,
        body,
        json: () => JSON.parse(body.toString()),
      };
      calls.push(call);
      if (path === "/runner/v1/token" && isSigned(publicKey, call.json()))
        return answer(response, 200, { token: `token-${++tokens}`, expiresAt: Date.now() + 900_000 });
      if (route(call, response) === false) answer(response, 404, { title: `no route ${path}` });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    calls,
    /** Paths behind `/runner/v1`, in order. */
    paths: () => calls.map((call) => call.path.replace("/runner/v1", "")),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export function answer(response: ServerResponse, status: number, body?: unknown): true {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
  return true;
}

/** Cuts the connection without an answer, or in the middle of one. */
export function cut(response: ServerResponse, begun?: string): true {
  if (begun === undefined) response.socket?.destroy();
  else {
    response.writeHead(200);
    response.write(begun, () => response.socket?.destroy());
  }
  return true;
}

function isSigned(publicKey: string, json: Record<string, unknown>): boolean {
  const text = `tamma-runner-token\n${json.runner}\n${json.at}\n${json.nonce}`;
  return verify(
    null,
    Buffer.from(text),
    createPublicKey(publicKey),
    Buffer.from(String(json.signature), "base64"),
  );
}
