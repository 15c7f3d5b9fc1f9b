import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Exchange, readCassette } from "./cassette.ts";
import { recorder } from "./record.ts";
import { player, type Tally } from "./replay.ts";

const apiKey = "key-of-the-tests-0123456789";
const envSecret = "environment-secret-0123456789";

let folder: string;
let file: string;
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tamma-tape-"));
  file = join(folder, "a.tape.jsonl");
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
  rmSync(folder, { recursive: true, force: true });
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const hello: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", "x-tamma-answers": "scripted" });
  response.write("data: hel\n\n");
  response.end("data: lo\n\n");
};

/** Records what `upstream` answers; `seen` is what the recorder told. */
async function record(upstream: RequestListener, more: { scripted?: boolean } = {}) {
  const seen: Exchange[] = [];
  const left: string[] = [];
  const server = recorder({
    file,
    upstream: await listen(createServer(upstream)),
    by: "test",
    now: () => new Date(0),
    env: { SOME_TOKEN: envSecret },
    scripted: more.scripted ?? false,
    taped: (exchange) => seen.push(exchange),
    left: (why) => left.push(why),
  });
  return { url: await listen(server), seen, left };
}

async function replay(): Promise<{ url: string; missed: string[]; tally(): Tally }> {
  const missed: string[] = [];
  const { server, tally } = player({
    tape: readCassette(file),
    env: { SOME_TOKEN: envSecret },
    served: () => {},
    missed: (why) => missed.push(why),
  });
  return { url: await listen(server), missed, tally };
}

interface Told {
  issue?: string;
  step?: string;
  turn?: string;
  system?: string;
  texts?: string[];
  model?: string;
  loop?: string;
}

/** One turn as the client of Tamma sends it. */
function ask(url: string, told: Told = {}): Promise<Response> {
  const { issue = "1", step = "plan", turn = "~t1", loop = "plain-git/abc/1#1" } = told;
  const { system = "You plan (plan-1).", texts = ["Fix it."], model = "some-model" } = told;
  const content = (text: string) => [{ type: "text", text, cache_control: { type: "ephemeral" } }];
  const messages = texts.map((text) => ({ role: "user", content: content(text) }));
  const labels = {
    "x-tamma-loop": encodeURIComponent(loop),
    "x-tamma-issue": issue,
    "x-tamma-step": step,
    "x-tamma-attempt": "1",
    "x-tamma-turn": encodeURIComponent(`${loop}${turn}`),
  };
  return fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": apiKey, ...labels },
    body: JSON.stringify({ model, max_tokens: 10, system, messages }),
  });
}

const said = async (answer: Promise<Response>) => {
  const response = await answer;
  return { status: response.status, text: await response.text() };
};

test("what a provider answers reaches the client unchanged, piece by piece, and is on the tape", async () => {
  const { promise: read, resolve: go } = Promise.withResolvers<void>();
  const { url } = await record(async (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "x-other": "kept" });
    response.write("data: first\n\n");
    await read;
    response.end("data: last\n\n");
  });
  const response = await ask(url);
  expect([response.status, response.headers.get("x-other")]).toEqual([200, "kept"]);
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? []).toString()).toBe("data: first\n\n");
  go();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: last\n\n");
  await reader?.read();
  const [exchange] = readCassette(file).exchanges;
  expect(exchange).toMatchObject({
    status: 200,
    body: ["data: first\n\n", "data: last\n\n"],
    ended: "whole",
  });
  expect(exchange?.purpose).toEqual({ issue: "1", step: "plan", attempt: "1", turn: "~t1" });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("only answers of a model are called recorded", async () => {
  const { url, seen } = await record(hello);
  await said(ask(url));
  expect(seen[0]?.answers).toBe("scripted");
  file = join(folder, "b");
  const model = await record((_request, response) => response.end("{}"));
  await said(ask(model.url));
  expect(model.seen[0]?.answers).toBe("recorded");
  file = join(folder, "c");
  const silent = await record((_request, response) => response.end("{}"), { scripted: true });
  await said(ask(silent.url));
  expect(silent.seen[0]?.answers).toBe("scripted");
});

test("no secret gets onto the tape: keys of headers, of the environment, of known shapes, cut", async () => {
  const shaped = "sk-ant-0123456789abcdefghij";
  const half = Math.floor(envSecret.length / 2);
  const { url } = await record(async (_request, response) => {
    response.write(`${Buffer.from(apiKey).toString("base64")} ${envSecret.slice(0, half)}`);
    await new Promise((later) => setImmediate(later));
    response.end(`${envSecret.slice(half)} end`);
  });
  const answer = await said(ask(url, { texts: [`mine is ${shaped}, yours ${apiKey}`] }));
  expect(answer.text).toContain(envSecret);
  const tape = readFileSync(file, "utf8");
  for (const secret of [apiKey, envSecret, envSecret.slice(0, half), shaped])
    expect(tape).not.toContain(secret);
  expect(tape).not.toContain(Buffer.from(apiKey).toString("base64"));
  // The client that asks again sends the same secrets, and finds its answer.
  const again = await replay();
  expect((await said(ask(again.url, { texts: [`mine is ${shaped}, yours ${apiKey}`] }))).status).toBe(200);
});

test("a tape answers the same request in another run, with other ids, times and folders", async () => {
  const text = (run: string, n: string) =>
    `Delimiter of this message: ${run}${run}\n[[data ${run}${run}\n` +
    `in /tmp/${run}/jobs/job-0123456789ab/src ` +
    `after ${n} ms at 2026-11-2${n}T10:00:00Z on 127.0.0.1:80${n}0\nduration_ms ${n}.${n}`;
  const { url } = await record(hello);
  await said(ask(url, { loop: "plain-git/aaa/1#1", texts: [text("one", "3")] }));
  const again = await replay();
  const answer = await said(ask(again.url, { loop: "plain-git/bbb/1#1", texts: [text("two", "7")] }));
  expect(answer).toEqual({ status: 200, text: "data: hel\n\ndata: lo\n\n" });
  expect(again.tally()).toEqual({ served: 1, repeated: 0, missed: 0, other: 0, unused: 0 });
});

test.each<[string, Told, RegExp]>([
  [
    "another word",
    { texts: ["Fix it.", "Fix that."] },
    /message 2, content 1, text: taped "Fix this.", asked "Fix that."/,
  ],
  ["a message more", { texts: ["Fix it.", "Fix this.", "Now."] }, /message 3: taped "\(nothing\)"/],
  ["another prompt version", { system: "You plan (plan-2)." }, /system \(the stable prefix.*plan-1.*plan-2/],
  ["another model", { model: "other" }, /model \(the stable prefix/],
  ["another turn", { turn: "~t9" }, /turn ~t9 is not on it; next on it is issue 1, step plan/],
  ["another step", { step: "design" }, /step design, .* is not on it/],
])("%s is a miss that names the place", async (_title, told, why) => {
  const texts = ["Fix it.", "Fix this."];
  const { url } = await record(hello);
  await said(ask(url, { texts }));
  const again = await replay();
  const { status, text } = await said(ask(again.url, { texts, ...told }));
  expect(status).toBe(400);
  expect(text).toContain("the tape has no answer");
  expect(again.missed).toEqual([expect.stringMatching(why)]);
  expect(again.tally()).toMatchObject({ served: 0, missed: 1, unused: 1 });
});

test("answers to one request come in the order of the tape, and the last one again", async () => {
  let n = 0;
  const { url } = await record((_request, response) => {
    n += 1;
    response.writeHead(n === 1 ? 529 : 200, { "retry-after": "2", "content-type": "text/plain" });
    response.end(`answer ${n}`);
  });
  for (const _ of [1, 2]) await said(ask(url));
  const again = await replay();
  const first = await ask(again.url);
  expect([first.status, first.headers.get("retry-after"), await first.text()]).toEqual([
    529,
    "2",
    "answer 1",
  ]);
  expect(await said(ask(again.url))).toEqual({ status: 200, text: "answer 2" });
  expect(await said(ask(again.url))).toEqual({ status: 200, text: "answer 2" });
  expect(again.tally()).toMatchObject({ served: 2, repeated: 1, unused: 0 });
});

test("another issue's turns and questions for models are refused and are no miss", async () => {
  const { url } = await record(hello);
  await said(ask(url));
  const again = await replay();
  expect((await said(ask(again.url, { issue: "2" }))).status).toBe(400);
  expect((await said(fetch(`${again.url}/v1/models/x`))).status).toBe(404);
  expect(again.tally()).toMatchObject({ missed: 0, other: 2, unused: 1 });
});

test("an answer that was cut, or never came, is so again", async () => {
  const letter = Buffer.from("ä");
  const { url } = await record((request, response) => {
    if (request.headers["x-tamma-step"] === "design") return response.destroy();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(letter.subarray(0, 1), () => response.destroy());
  });
  const broken = async (base: string) => {
    await expect(said(ask(base))).rejects.toThrow();
    await expect(said(ask(base, { step: "design" }))).rejects.toThrow();
  };
  await broken(url);
  await expect.poll(() => readCassette(file).exchanges.length).toBe(2);
  expect(readCassette(file).exchanges).toMatchObject([
    { status: 200, body: [{ base64: letter.subarray(0, 1).toString("base64") }], ended: "cut" },
    { status: null, body: [], ended: "cut" },
  ]);
  const again = await replay();
  await broken(again.url);
  expect(again.tally()).toMatchObject({ served: 2, missed: 0, unused: 0 });
});

test("a client that leaves in the middle leaves no half answer on the tape", async () => {
  const { url, left } = await record((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: half");
  });
  const stop = new AbortController();
  const response = await fetch(`${url}/v1/messages`, { method: "POST", body: "{}", signal: stop.signal });
  await response.body?.getReader().read();
  stop.abort();
  await expect.poll(() => left).toEqual(["the client left in the middle of an answer"]);
  expect(readCassette(file).exchanges).toEqual([]);
});

test("a tape that is there is not written over, and one that cannot be read says where", async () => {
  writeFileSync(file, '{"kind":"tape","version":1,"by":"t","made":"2026-01-01T00:00:00.000Z"}\n{"kind":"pa');
  await expect(record(hello)).rejects.toThrow(/EEXIST/);
  expect(() => readCassette(file)).toThrow(/line 2: it is not JSON; was the file cut off\?/);
  writeFileSync(file, "");
  expect(() => readCassette(file)).toThrow(/is no tape/);
  writeFileSync(file, '{"kind":"part","id":"a","value":1}\n');
  expect(() => readCassette(file)).toThrow(/is no tape/);
  writeFileSync(file, '{"kind":"tape","version":2,"by":"t","made":"2026-01-01T00:00:00.000Z"}\n');
  expect(() => readCassette(file)).toThrow(/line 1: .*version/s);
  expect(() => readCassette(join(folder, "absent"))).toThrow(/cannot be read/);
});

test("a conversation that grows is written once", async () => {
  const { url } = await record(hello);
  const long = "word ".repeat(2_000);
  const texts = Array.from({ length: 8 }, (_, n) => `${n} ${long}`);
  for (let n = 1; n <= texts.length; n += 1)
    await said(ask(url, { turn: `~t${n}`, texts: texts.slice(0, n) }));
  expect(readFileSync(file, "utf8").length).toBeLessThan(1.2 * long.length * texts.length);
  const again = await replay();
  for (let n = 1; n <= texts.length; n += 1)
    expect((await said(ask(again.url, { turn: `~t${n}`, texts: texts.slice(0, n) }))).status).toBe(200);
  expect(again.tally()).toMatchObject({ served: 8, unused: 0 });
});
