import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SimulatedForge } from "./index.ts";
import { gitEnv } from "./model/git.ts";

/** What the tests of the simulator itself use: plain fetch, real git, a receiver of webhooks. */

/** Any JSON, to be looked into by tests: what is not there fails at the look, not at the types. */
export type Read = { readonly [field: string]: Read } & readonly Read[];

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Read;
}

export type Ask = (line: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>;

/** Asks the API as the owner of this token: `ask("GET /user")`. */
export const asker =
  (forge: SimulatedForge, token: string | null, base = forge.apiUrl): Ask =>
  async (line, body, headers = {}) => {
    const [method = "GET", path = "/"] = line.split(" ");
    const response = await fetch(`${base}${path}`, {
      ...{ method, redirect: "manual" },
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as Read,
    };
  };

export interface Received {
  readonly headers: Headers;
  readonly text: string;
  readonly body: Read;
}

/** Takes webhooks; answers 204, or what `answer` says. */
export async function startReceiver() {
  const received: Received[] = [];
  const control = { answer: 204 };
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const text = Buffer.concat(chunks).toString();
    const headers = new Headers(
      Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
    );
    received.push({ headers, text, body: JSON.parse(text) });
    response.writeHead(control.answer).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received, control },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** A folder that is gone afterwards. */
export async function temporary() {
  const path = await mkdtemp(join(tmpdir(), "forge-test-"));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Real git in a folder; rejects with what git said. */
export async function gitIn(dir: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", args, { cwd: dir, env: { ...gitEnv } });
  return stdout.trim();
}
