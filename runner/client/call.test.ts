import { generateKeyPairSync } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { answer, cut, type Route, wireServer } from "../testing/server.ts";
import { caller } from "./call.ts";
import { FenceLost } from "./refusals.ts";

let close: (() => Promise<unknown>) | undefined;
afterEach(() => close?.());

async function connected(route: Route) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const server = await wireServer(publicKey, route);
  close = server.close;
  return { server, ...caller({ runner: "r1", server: server.url, privateKey }, fetch) };
}

const path = "/runner/v1/jobs/j/log";
const text = (response: Response) => response.text();
const html = "<html><h1>502 Bad Gateway</h1></html>";

test("a request that is swallowed is noticed by its time alone, and sent again", async () => {
  let n = 0;
  // The first one gets no answer at all.
  const { call, server } = await connected((_, response) => ++n === 1 || answer(response, 200, { next: 5 }));
  expect(await call(path, { json: {}, retryMs: 60_000, timeoutMs: 200 }, text)).toBe('{"next":5}');
  expect(server.paths().filter((each) => each.endsWith("/log"))).toHaveLength(2);
});

test("the head of an answer has its own time, where the body may take longer", async () => {
  let n = 0;
  const { call } = await connected((_, response) => ++n === 1 || answer(response, 200, { next: 5 }));
  const limits = { retryMs: 60_000, timeoutMs: 600_000, headTimeoutMs: 200 };
  expect(await call(path, { json: {}, ...limits }, text)).toBe('{"next":5}');
});

test("the time for the head does not cut a body that is under way", async () => {
  const { call } = await connected((_, response) => {
    response.writeHead(200).flushHeaders();
    // Slower than the head may be; the body has begun.
    setTimeout(() => response.end("late"), 400);
    return true;
  });
  expect(await call(path, { json: {}, retryMs: 0, timeoutMs: 60_000, headTimeoutMs: 200 }, text)).toBe(
    "late",
  );
});

test("a body that falls silent, one that is cut and a page of a load balancer are tried again", async () => {
  const bad: Route[] = [
    (_, response) => {
      response.writeHead(200).write('{"next"');
      return true;
    },
    (_, response) => cut(response, '{"next"'),
    (_, response) => {
      response.writeHead(502, { "content-type": "text/html" }).end(html);
      return true;
    },
    (_, response) => {
      response.writeHead(503, { "retry-after": "nonsense" }).end();
      return true;
    },
  ];
  let n = 0;
  const { call } = await connected((one, response) => {
    const route = bad[n++];
    return route ? route(one, response) : answer(response, 200, { next: 5 });
  });
  const asked = call(path, { json: {}, retryMs: 60_000, timeoutMs: 300 }, (response) => response.json());
  expect(await asked).toEqual({ next: 5 });
  expect(n).toBe(bad.length + 1);
});

test("a page with status 200 is tried again: it is not from the server", async () => {
  let n = 0;
  const { call } = await connected((_, response) => {
    if (++n > 1) return answer(response, 200, { next: 5 });
    response.writeHead(200, { "content-type": "text/html" }).end(html);
    return true;
  });
  const asked = call(path, { json: {}, retryMs: 60_000 }, (response) => response.json());
  expect(await asked).toEqual({ next: 5 });
});

test("a stop ends a swallowed request at once, with the reason of the stop", async () => {
  const stop = new AbortController();
  const { call } = await connected(() => {
    stop.abort(new Error("told to end"));
    return true;
  });
  await expect(call(path, { json: {}, retryMs: 60_000, signal: stop.signal }, text)).rejects.toThrow(
    "told to end",
  );
});

test("a fence that is lost is never tried again, whatever the network did before", async () => {
  let n = 0;
  const { call, server } = await connected((_, response) =>
    ++n === 1 ? cut(response) : answer(response, 409, {}),
  );
  await expect(call(path, { json: {}, retryMs: 60_000 }, text)).rejects.toThrow(FenceLost);
  expect(server.paths().filter((each) => each.endsWith("/log"))).toHaveLength(2);
});
