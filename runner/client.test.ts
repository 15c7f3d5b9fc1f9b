import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TurnAnswer, TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureKey, readIdentity } from "./client/identity.ts";
import { CallRefused, FenceLost } from "./client/refusals.ts";
import { pauseMs } from "./client/retry.ts";
import { type RunnerClient, runnerClient } from "./client.ts";
import { enrol } from "./enroll.ts";
import { remove, temporaryFolder } from "./testing/repository.ts";
import { answer, cut, type Route, wireServer } from "./testing/server.ts";

let folder: string;
let close: (() => Promise<unknown>) | undefined;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await close?.();
  remove(folder);
});

async function connected(route: Route) {
  const keyFile = join(folder, "key.pem");
  const { privateKey, publicKey } = ensureKey(keyFile);
  const server = await wireServer(publicKey, route);
  close = server.close;
  const client = runnerClient({ runner: "r1", server: `${server.url}/`, privateKey }, fetch);
  return { client, server };
}

const job = "local/repo/1#1~j1";
const { signal } = new AbortController();
const heartbeat = (client: RunnerClient) => client.heartbeat(job, { fence: 1, part: null }, 5_000);
const going = { continue: true, reason: null };

test("enrolment makes a private key, sends the public one and remembers who we are", async () => {
  const keyFile = join(folder, "keys", "runner.pem");
  const { server } = await connected((call, response) => {
    expect(call.headers.authorization).toBe("Bearer local");
    return answer(response, 201, { runner: "runner-7" });
  });
  expect(await enrol({ server: server.url, token: "local", keyFile, name: "mine", fetch })).toBe("runner-7");
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(statSync(`${keyFile}.json`).mode & 0o777).toBe(0o600);
  const sent = server.calls[0]?.json();
  expect(server.calls[0]?.path).toBe("/api/v1/runners");
  expect(sent).toEqual({ name: "mine", publicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/) });
  expect(readIdentity(keyFile)).toEqual({
    runner: "runner-7",
    server: server.url,
    privateKey: readFileSync(keyFile, "utf8"),
  });
  await enrol({ server: server.url, token: "local", keyFile, fetch });
  expect(server.calls[1]?.json().publicKey).toBe(sent?.publicKey);
});

test("a key that others can read is not used", () => {
  const keyFile = join(folder, "open.pem");
  ensureKey(keyFile);
  writeFileSync(`${keyFile}.json`, JSON.stringify({ runner: "r", server: "http://127.0.0.1" }));
  writeFileSync(join(folder, "copy.pem"), readFileSync(keyFile), { mode: 0o644 });
  writeFileSync(join(folder, "copy.pem.json"), readFileSync(`${keyFile}.json`));
  expect(() => readIdentity(join(folder, "copy.pem"))).toThrow(/chmod 600/);
  expect(() => readIdentity(join(folder, "none.pem"))).toThrow(/enroll/);
});

test("one signed exchange gives the token for all calls, and a refused token is exchanged anew", async () => {
  let revoked = false;
  const { client, server } = await connected((call, response) => {
    if (revoked && call.headers.authorization === "Bearer token-1") return answer(response, 401, {});
    return answer(response, 200, going);
  });
  await heartbeat(client);
  await heartbeat(client);
  expect(server.paths().filter((path) => path === "/token")).toHaveLength(1);
  expect(server.calls.at(-1)?.path).toBe(`/runner/v1/jobs/${encodeURIComponent(job)}/heartbeat`);
  revoked = true;
  expect(await heartbeat(client)).toEqual(going);
  expect(server.calls.at(-1)?.headers.authorization).toBe("Bearer token-2");
});

test("a lease is a job, or null on 204", async () => {
  const { client, server } = await connected((_, response) => answer(response, 204));
  const request = {
    protocol: 1,
    labels: [],
    tools: {},
    waitMs: 0,
    loop: null,
    instance: "i-1",
    received: [],
    gone: [],
  };
  expect(await client.lease(request, signal)).toBe(null);
  expect(server.calls.at(-1)?.json()).toEqual(request);
});

test("a result is offered again after cuts and overload, until it is acknowledged", async () => {
  let tries = 0;
  const { client } = await connected((_, response) => {
    tries++;
    if (tries === 1) return cut(response);
    if (tries === 2) return answer(response, 503, {});
    if (tries === 3) return cut(response, '{"accep');
    return answer(response, 200, { accepted: true, already: false });
  });
  const result = { kind: "open", result: { outcome: "stopped", reason: "x" } } as const;
  expect(await client.result(job, { fence: 1, result }, signal)).toEqual({ accepted: true, already: false });
  expect(tries).toBe(4);
});

test("an old fence is told apart from a refusal, and neither is tried again", async () => {
  const { client, server } = await connected((call, response) =>
    answer(response, call.path.endsWith("/log") ? 400 : 409, { code: "old-fence" }),
  );
  await expect(heartbeat(client)).rejects.toBeInstanceOf(FenceLost);
  await expect(client.log(job, { fence: 1, offset: 0, text: "x" }, signal)).rejects.toBeInstanceOf(
    CallRefused,
  );
  expect(server.calls).toHaveLength(3);
});

test("an abort ends the wait for another try", async () => {
  const stop = new AbortController();
  const { client } = await connected((_, response) => {
    stop.abort(new Error("enough"));
    return answer(response, 503, {});
  });
  const result = { kind: "open", result: { outcome: "stopped", reason: "x" } } as const;
  await expect(client.result(job, { fence: 1, result }, stop.signal)).rejects.toThrow("enough");
});

test("blobs go and come under their hash; other bytes under it are not taken", async () => {
  const body = Buffer.from([0, 1, 2, 255]);
  const sha256 = createHash("sha256").update(body).digest("hex");
  let reads = 0;
  const { client, server } = await connected((call, response) => {
    if (call.method === "PUT") return answer(response, 204);
    reads++;
    response.writeHead(200).end(reads === 1 ? body.subarray(0, 2) : body);
    return true;
  });
  const ref = await client.putBlob(job, 3, body, "text/x-diff", signal);
  expect(ref).toEqual({ sha256, size: 4, mediaType: "text/x-diff" });
  const put = server.calls.at(-1);
  expect(put?.body).toEqual(body);
  expect(put?.headers).toMatchObject({ "x-tamma-fence": "3", "content-type": "text/x-diff" });
  expect(put?.path).toContain(`/blobs/${sha256}`);
  expect(Buffer.from(await client.getBlob(job, 3, ref, signal))).toEqual(body);
  expect(reads).toBe(2);
});

const request: TurnRequest = {
  system: "s",
  messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
  tools: [],
  outputSchema: null,
  maxOutputTokens: 10,
  labels: { loop: "l", issue: "1", step: "implement", attempt: "1", turn: "1" },
};
const model: TurnAnswer = {
  content: [{ type: "text", text: "höhe" }],
  finish: "stop",
  usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 },
  model: "m",
};
const lines = (...values: unknown[]) => `${values.map((value) => JSON.stringify(value)).join("\n")}\n`;

/** Asks one turn and tells under which numbers it went out. */
async function turnWith(route: (n: number, response: Parameters<Route>[1]) => boolean) {
  const numbers: unknown[] = [];
  const { client } = await connected((call, response) => {
    numbers.push(call.json().turn);
    return route(numbers.length, response);
  });
  let n = 0;
  const outcome = await client
    .turn(job, { fence: 1, next: () => ++n, request, signal })
    .catch((error) => error);
  return { outcome, numbers };
}

test("a turn's answer is the last line of a stream that may be cut anywhere", async () => {
  const text = Buffer.from(lines({ ping: true }, { text: "hö" }, { unknown: 1 }, { answer: model }));
  const { outcome, numbers } = await turnWith((_, response) => {
    response.writeHead(200);
    const send = (at: number): void => {
      if (at >= text.length) return void response.end();
      response.write(text.subarray(at, at + 7), () => send(at + 7));
    };
    send(0);
    return true;
  });
  expect(outcome).toEqual({ answer: model });
  expect(numbers).toEqual([1]);
});

test("a cut turn is asked for again under its number", async () => {
  const { outcome, numbers } = await turnWith((n, response) => {
    if (n === 1) return cut(response, '{"ping":true}\n{"answer":{"con');
    response.end(lines({ answer: model }));
    return true;
  });
  expect(outcome).toEqual({ answer: model });
  expect(numbers).toEqual([1, 1]);
});

test("a turn that was cut twice is a transient error, not an endless bill", async () => {
  const { outcome, numbers } = await turnWith((_, response) => cut(response, '{"ping":true}\n'));
  expect(outcome).toMatchObject({ error: { kind: "transient" } });
  expect(numbers).toEqual([1, 1]);
});

test("a lost turn is left behind and the next number taken, however it is told", async () => {
  const lost = { kind: "turn-lost", message: "?", status: null, retryAt: null, requestId: null };
  const { outcome, numbers } = await turnWith((n, response) => {
    if (n === 1) return answer(response, 409, { code: "turn-lost" });
    response.end(n === 2 ? lines({ error: lost }) : lines({ answer: model }));
    return true;
  });
  expect(outcome).toEqual({ answer: model });
  expect(numbers).toEqual([1, 2, 3]);
});

test("a provider's error is an answer, and an old fence ends the job", async () => {
  const error = { kind: "limit", message: "slow down", status: 429, retryAt: 5, requestId: "q" };
  const limited = await turnWith((_, response) => {
    response.end(lines({ error }));
    return true;
  });
  expect(limited.outcome).toEqual({ error });
  await close?.();
  const void409 = await turnWith((_, response) => answer(response, 409, { code: "old-fence" }));
  expect(void409.outcome).toBeInstanceOf(FenceLost);
});

test("pauses are random below a bound that is low at first, then doubles up to a limit", () => {
  expect([1, 6, 7, 8, 40].map((n) => pauseMs(n, () => 1))).toEqual([250, 250, 500, 1000, 15_000]);
  expect(pauseMs(5, () => 0)).toBe(0);
});
