import type { AnswerLimits, Provider, TurnEvent } from "@tamma/core/ports/provider.ts";
import type { TurnAnswer, TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import { describe, expect, test } from "vitest";
import type { ProviderWire, Trouble } from "./provider-wire.ts";
import { type Reply, startWireServer, unusedUrl, type WireServer } from "./wire-server.ts";

export interface ProviderSetting {
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly limits?: Partial<AnswerLimits>;
}

export const contractNow = Date.parse("2026-11-24T10:00:00Z");

export const request: TurnRequest = {
  system: "You answer shortly.",
  messages: [{ role: "user", content: [{ type: "text", text: "Good morning" }] }],
  tools: [],
  outputSchema: null,
  maxOutputTokens: 500,
  labels: { loop: "local/repo/7#1", issue: "7", step: "plan", attempt: "1", turn: "local/repo/7#1~e2~t1" },
};

export const usage = { inputTokens: 120, outputTokens: 34, cacheReadTokens: 1_000, cacheWriteTokens: 50 };
/** Letters of two, three and four bytes, so that cuts fall inside them. */
const text = 'Grüße, 世界 \u{1F600}: "quoted"\nand a line';

export const spoken: TurnAnswer = { content: [{ type: "text", text }], finish: "stop", usage, model: "m" };
const called: TurnAnswer = {
  content: [
    { type: "text", text: "I look first." },
    { type: "tool-call", id: "call_1", name: "read_file", input: { path: "src/ä.ts", from: 3 } },
    { type: "tool-call", id: "call_2", name: "list_all", input: {} },
  ],
  finish: "tool-calls",
  usage,
  model: "m",
};

/** All events of one turn. */
export async function collect(
  provider: Provider,
  signal = new AbortController().signal,
): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  for await (const event of provider.turn(request, signal)) events.push(event);
  return events;
}

/** What every adapter of the port has to do, proved over real HTTP with the vendor's own wire. */
export function providerContract(
  name: string,
  wire: ProviderWire,
  makeProvider: (setting: ProviderSetting) => Provider,
): void {
  const at = (server: WireServer) => makeProvider({ baseUrl: server.url, fetch, now: () => contractNow });
  const turnFor = async (reply: Reply): Promise<{ events: TurnEvent[]; requests: number }> => {
    await using server = await startWireServer();
    server.replyWith(reply);
    const events = await collect(at(server));
    return { events, requests: server.requests.length };
  };

  describe(`${name} answers`, () => {
    answerTests(wire, makeProvider, turnFor);
  });
  describe(`${name} reports trouble`, () => {
    refusalTests(wire, turnFor);
    brokenStreamTests(wire, at, turnFor);
    abortTests(wire, at);
  });
  describe(`${name} is checked`, () => {
    checkTests(wire, at, makeProvider);
  });
}

type TurnFor = (reply: Reply) => Promise<{ events: TurnEvent[]; requests: number }>;

function answerTests(
  wire: ProviderWire,
  makeProvider: (setting: ProviderSetting) => Provider,
  turnFor: TurnFor,
): void {
  test("text comes in pieces and then whole, with its usage", async () => {
    const { events } = await turnFor(wire.answer(spoken));
    expect(textOf(events)).toBe(text);
    expect(events.at(-1)).toEqual({ type: "answer", answer: spoken });
  });

  test("tool calls keep their order and their arguments, also when there are none", async () => {
    const { events } = await turnFor(wire.answer(called));
    expect(events.at(-1)).toEqual({ type: "answer", answer: called });
  });

  test("line ends and heartbeats change nothing", async () => {
    for (const style of [
      { newline: "\r\n", heartbeats: false },
      { newline: "\n", heartbeats: true },
      { newline: "\r\n", heartbeats: true },
    ] as const) {
      const { events } = await turnFor(wire.answer(called, style));
      expect(events.at(-1)).toEqual({ type: "answer", answer: called });
    }
  });

  test("it does not matter between which two bytes the stream arrives in two parts", async () => {
    const { body, headers } = wire.answer(called, { newline: "\r\n", heartbeats: false });
    const bytes = bytesOf(body);
    for (let cut = 1; cut < bytes.length; cut++) {
      const parts = [bytes.subarray(0, cut), bytes.subarray(cut)];
      const fetchParts = async () => new Response(streamOf(parts), { headers });
      const provider = makeProvider({ baseUrl: "http://parts", fetch: fetchParts, now: () => contractNow });
      expect((await collect(provider)).at(-1), `cut at byte ${cut}`).toEqual({
        type: "answer",
        answer: called,
      });
    }
  });

  test("fetch is called as a plain function, because workerd's own refuses anything else", async () => {
    const { body, headers } = wire.answer(spoken);
    async function strictFetch(this: unknown): Promise<Response> {
      if (this !== undefined) throw new TypeError("Illegal invocation");
      return new Response(body, { headers });
    }
    const provider = makeProvider({ baseUrl: "http://strict", fetch: strictFetch, now: () => contractNow });
    expect((await collect(provider)).at(-1)).toEqual({ type: "answer", answer: spoken });
  });

  test("a refusal is an answer that says so", async () => {
    const { events } = await turnFor(wire.answer({ ...spoken, content: [], finish: "refusal" }));
    expect(events).toEqual([{ type: "answer", answer: { ...spoken, content: [], finish: "refusal" } }]);
  });

  test("an answer cut by the token limit is marked, and half a tool call is not in it", async () => {
    const { events } = await turnFor(wire.answer({ ...spoken, finish: "length" }));
    expect(events.at(-1)).toMatchObject({ type: "answer", answer: { finish: "length" } });
  });
}

const kinds: [Trouble, string][] = [
  ["rate-limit", "limit"],
  ["overloaded", "transient"],
  ["bad-key", "auth"],
  ["no-right", "auth"],
  ["bad-request", "invalid"],
  ["too-long", "overflow"],
];

function refusalTests(wire: ProviderWire, turnFor: TurnFor): void {
  test.each(kinds)("%s is of kind %s and is not retried here", async (trouble, kind) => {
    const { events, requests } = await turnFor(wire.trouble(trouble));
    expect(events).toMatchObject([
      { type: "error", error: { kind, status: wire.statusOf(trouble), retryAt: null }, usage: null },
    ]);
    expect(requests).toBe(1);
  });

  test("a wait of hours is reported at once, not slept through", async () => {
    const { events } = await turnFor(wire.trouble("rate-limit", { "retry-after": "18000" }));
    expect(events).toMatchObject([{ error: { kind: "limit", retryAt: contractNow + 18_000_000 } }]);
  });

  test("a page of HTML with status 502 is transient", async () => {
    const headers = { "content-type": "text/html" };
    const { events } = await turnFor({ status: 502, headers, body: "<h1>Bad gateway</h1>", ending: "end" });
    expect(events).toMatchObject([{ type: "error", error: { kind: "transient", status: 502 } }]);
  });
}

function brokenStreamTests(wire: ProviderWire, at: (server: WireServer) => Provider, turnFor: TurnFor): void {
  test("a connection that breaks at any byte is transient, or the answer was whole", async () => {
    await using server = await startWireServer();
    const whole = wire.answer(spoken);
    const bytes = bytesOf(whole.body);
    for (let cut = 0; cut < bytes.length; cut++) {
      server.replyWith({ ...whole, body: bytes.subarray(0, cut), ending: "reset" });
      const last = (await collect(at(server))).at(-1);
      if (last?.type === "answer") expect(last.answer, `cut at byte ${cut}`).toEqual(spoken);
      else expect(last, `cut at byte ${cut}`).toMatchObject({ type: "error", error: { kind: "transient" } });
    }
    expect(server.requests).toHaveLength(bytes.length);
  });

  test("an error in mid-stream keeps its kind and the usage told so far", async () => {
    for (const [trouble, kind] of kinds) {
      const { events } = await turnFor(wire.brokenOff(spoken, trouble));
      expect(events.at(-1)).toMatchObject({
        type: "error",
        error: { kind },
        usage: { inputTokens: usage.inputTokens, cacheReadTokens: usage.cacheReadTokens },
      });
    }
  });

  test("a stream that ends in good order before its end was said is garbage", async () => {
    const { events } = await turnFor(wire.unfinished(spoken));
    expect(events.at(-1)).toMatchObject({ type: "error", error: { kind: "garbage" } });
  });

  test("a page of HTML with status 200 is garbage", async () => {
    const headers = { "content-type": "text/html" };
    const body = "<html><body>Sign in to the hotel's network</body></html>";
    const { events } = await turnFor({ status: 200, headers, body, ending: "end" });
    expect(events).toMatchObject([{ type: "error", error: { kind: "garbage" }, usage: null }]);
  });

  test("a stream of nonsense is garbage", async () => {
    const { headers } = wire.answer(spoken);
    for (const body of ["", "data: {\n\n", "event: message_start\ndata: {not json\n\n", "\u0000\u0001"]) {
      const { events } = await turnFor({ status: 200, headers, body, ending: "end" });
      expect(events, JSON.stringify(body)).toMatchObject([{ type: "error", error: { kind: "garbage" } }]);
    }
  });
}

function abortTests(wire: ProviderWire, at: (server: WireServer) => Provider): void {
  test("an abort ends a silent stream at once and hangs up", async () => {
    await using server = await startWireServer();
    const whole = wire.unfinished(spoken);
    server.replyWith({ ...whole, ending: "hold" });
    const stop = new AbortController();
    const events: TurnEvent[] = [];
    for await (const event of at(server).turn(request, stop.signal)) {
      events.push(event);
      stop.abort();
    }
    expect(events.at(-1)).toMatchObject({ type: "error", error: { kind: "stopped" } });
    await server.left;
  });

  test("an abort before the start sends nothing", async () => {
    await using server = await startWireServer();
    server.replyWith(wire.answer(spoken));
    const events = await collect(at(server), AbortSignal.abort());
    expect(events).toMatchObject([{ type: "error", error: { kind: "stopped" }, usage: null }]);
    expect(server.requests).toHaveLength(0);
  });
}

function checkTests(
  wire: ProviderWire,
  at: (server: WireServer) => Provider,
  makeProvider: (setting: ProviderSetting) => Provider,
): void {
  const never = new AbortController().signal;
  const checked = async (reply: Reply) => {
    await using server = await startWireServer();
    server.replyWith(reply);
    return await at(server).check(never);
  };

  test("a service that answers is there, whatever it answers", async () => {
    expect(await checked(wire.present())).toBeNull();
    expect(await checked(wire.trouble("overloaded"))).toBeNull();
    const page = { headers: { "content-type": "text/html" }, body: "not here", ending: "end" } as const;
    expect(await checked({ ...page, status: 404 })).toBeNull();
  });

  test("a wrong key is said, and so is nobody at home", async () => {
    expect(await checked(wire.trouble("bad-key"))).toMatchObject({ kind: "auth" });
    expect(await checked(wire.trouble("no-right"))).toMatchObject({ kind: "auth" });
    const nobody = makeProvider({ baseUrl: await unusedUrl(), fetch, now: () => contractNow });
    expect(await nobody.check(never)).toMatchObject({ kind: "transient" });
    expect(await collect(nobody)).toMatchObject([{ type: "error", error: { kind: "transient" } }]);
  });
}

function textOf(events: readonly TurnEvent[]): string {
  return events.map((event) => (event.type === "text" ? event.text : "")).join("");
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

function streamOf(parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}
