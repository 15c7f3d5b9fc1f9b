import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { cli } from "../testing/cli.ts";
import { loopAt, loopName } from "../testing/loop-view.ts";
import { token } from "../testing/small-server.ts";

/** What stands at the address answers request n (from 1) like this. */
type Odd = (n: number, request: IncomingMessage, response: ServerResponse) => void;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function odd(answer: Odd) {
  let n = 0;
  const http = createServer((request, response) => answer(++n, request, response));
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  const close = () =>
    new Promise<void>((closed) => {
      http.closeAllConnections();
      http.close(() => closed());
    });
  closing.push(close);
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, close };
}

const page = "<!doctype html><h1>Sign in to the hotel's network</h1>";
const inbox = JSON.stringify({ items: [] });

function expectClear(err: string): void {
  expect(err).toMatch(/^tamma: /m);
  expect(err).not.toMatch(/^ +at /m);
}

test("a web page in place of an answer is called that", async () => {
  const server = await odd((_, __, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end(page),
  );
  for (const command of [["inbox"], ["status"], ["approve", loopName], ["verify", loopName]]) {
    const run = cli(server, command);
    expect(await run.code).toBe(6);
    expect(run.err()).toContain("answers with a web page");
    expectClear(run.err());
  }
});

test.each([
  ["nothing", 200, ""],
  ["half of an answer that claims to be whole", 200, '{"items":[{"lo'],
  ["JSON of something else", 200, '{"jsonrpc":"2.0"}'],
  ["an answer of another version", 200, JSON.stringify({ items: [{ loop: "local/r/1#1", seen: true }] })],
  ["a page with 404", 404, page],
  ["a problem without its fields", 500, '{"title":"no"}'],
  ["a redirect to nowhere", 302, ""],
])("%s ends with a reason and no stack", async (_, status, body) => {
  const server = await odd((__, ___, response) => response.writeHead(status).end(body));
  const run = cli(server, ["inbox"]);
  expect([1, 6]).toContain(await run.code);
  expectClear(run.err());
});

test("an answer that is cut in its middle is asked for again", async () => {
  const server = await odd((n, request, response) => {
    response.writeHead(200, { "content-length": inbox.length });
    if (n > 1) return response.end(inbox);
    response.write(inbox.slice(0, 5), () => request.socket.resetAndDestroy());
  });
  expect(await cli(server, ["inbox"]).code).toBe(0);
});

test("a load balancer that has nobody behind it is waited for, and named in the end", async () => {
  const server = await odd((n, _, response) => {
    if (n > 2) response.writeHead(200).end(inbox);
    else response.writeHead(n === 1 ? 502 : 503, { "content-type": "text/html" }).end(page);
  });
  expect(await cli(server, ["inbox"]).code).toBe(0);
  const never = await odd((_, __, response) => response.writeHead(503, { "retry-after": "86400" }).end(page));
  const run = cli(never, ["inbox"], { patienceMs: 300 });
  expect(await run.code).toBe(6);
  expect(run.err()).toContain("the server answers 503");
});

test("a server that dies while it is followed ends with 6 and what to do", async () => {
  const view = loopAt("implement", "running");
  const server = await odd((n, request, response) => {
    const path = request.url ?? "";
    if (path.includes("/events")) response.end(JSON.stringify({ events: [], next: 0 }));
    else response.end(JSON.stringify(view));
    if (n === 4) void server.close();
  });
  const env = { TAMMA_SERVER: server.url, TAMMA_TOKEN: token };
  const run = cli(server, ["status", loopName, "--watch"], { env, patienceMs: 400 });
  expect(await run.code).toBe(6);
  expect(run.err()).toContain("npm start");
  expectClear(run.err());
});
