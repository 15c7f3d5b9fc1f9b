import type { TurnEvent } from "@tamma/core/ports/provider.ts";
import { anthropicProvider } from "@tamma/core/providers/anthropic/index.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anthropicWire, renderSse, type WireEvent } from "./anthropic-wire.ts";
import { collect, contractNow } from "./provider-contract.ts";

/** Runs of each property; `npm run test:all` takes more. */
const runs = process.env.TAMMA_TEST_ALL === "1" ? 5_000 : 300;

const usage = { inputTokens: 12, outputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0 };
const call = { type: "tool-call", id: "c1", name: "read_file", input: { path: "ä/世界 \u{1F600}" } } as const;
const whole = Buffer.from(
  anthropicWire.answer({ content: [call], finish: "tool-calls", usage, model: "m" }).body as string,
);

/** One turn whose answer is these bytes, in these pieces. */
async function turnOn(pieces: readonly Uint8Array[], status = 200): Promise<TurnEvent[]> {
  const headers = { "content-type": status === 200 ? "text/event-stream" : "application/json" };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) if (piece.length > 0) controller.enqueue(piece);
      controller.close();
    },
  });
  const provider = anthropicProvider({
    ...{ apiKey: "sk-test", baseUrl: "http://bytes", model: "claude-haiku-4-5", now: () => contractNow },
    fetch: async () => new Response(body, { status, headers }),
  });
  return collect(provider);
}

const onEvents = (...events: WireEvent[]) => turnOn([Buffer.from(renderSse(events))]);

const counts = { input_tokens: 12, output_tokens: 1 };
const start = { type: "message_start", message: { model: "m", usage: counts } };
const end = (stop_reason: unknown) => [
  { type: "message_delta", delta: { stop_reason }, usage: { output_tokens: 3 } },
  { type: "message_stop" },
];
const tool = (json: string, name = "read_file") => [
  { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "c1", name, input: {} } },
  { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: json } },
  { type: "content_block_stop", index: 0 },
];

test("a stream that ends in good order at any byte is garbage, or the answer was whole", async () => {
  for (let cut = 0; cut < whole.length; cut++) {
    const last = (await turnOn([whole.subarray(0, cut)])).at(-1);
    if (last?.type === "answer") expect(last.answer.content, `cut at ${cut}`).toEqual([call]);
    else expect(last, `cut at ${cut}`).toMatchObject({ type: "error", error: { kind: "garbage" } });
  }
});

test.each<[string, WireEvent[]]>([
  ["arguments that are no JSON", [start, ...tool('{"path": '), ...end("tool_use")]],
  ["a tool call without a name", [start, ...tool("{}", ""), ...end("tool_use")]],
  ["a tool call that was announced and never came", [start, ...end("tool_use")]],
  ["no reason for its end", [start, ...end(null)]],
  ["a piece of a block that never began", [start, ...tool("{}").slice(1), ...end("tool_use")]],
  ["the end before the beginning", end("end_turn")],
  ["numbers that are none", [{ ...start, message: { model: "m", usage: { input_tokens: "many" } } }]],
  ["a negative count", [{ ...start, message: { model: "m", usage: { input_tokens: -1 } } }]],
  ["an index that is none", [start, { ...tool("{}")[0], index: "x" } as WireEvent, ...end("tool_use")]],
  ["a type that is none", [start, { type: 7 } as unknown as WireEvent]],
])("a stream with %s is garbage", async (_, events) => {
  expect((await onEvents(...events)).at(-1)).toMatchObject({ type: "error", error: { kind: "garbage" } });
});

test("an answer with nothing in it is an answer: what to make of it is for whoever asked", async () => {
  expect((await onEvents(start, ...end("end_turn"))).at(-1)).toMatchObject({ answer: { content: [] } });
});

test("a tool that nobody offered, and arguments of megabytes, come through as they are", async () => {
  const text = "x".repeat(3_000_000);
  const events = await onEvents(start, ...tool(JSON.stringify({ text }), "rm_rf"), ...end("tool_use"));
  expect(events.at(-1)).toMatchObject({ answer: { content: [{ name: "rm_rf", input: { text } }] } });
});

test("events and fields that we do not know change nothing", async () => {
  const news = { type: "news", of: ["tomorrow"] };
  const thought = { type: "content_block_start", index: 3, content_block: { type: "dream", text: 5 } };
  const events = [news, { ...start, more: 1 }, thought, news, ...tool("{}"), ...end("tool_use")];
  expect((await onEvents(...events)).at(-1)).toMatchObject({ answer: { content: [{ input: {} }] } });
});

test("missing money is for a person, whatever its status", async () => {
  const body = (message: string) =>
    Buffer.from(JSON.stringify({ type: "error", error: { type: "invalid_request_error", message } }));
  for (const [status, message] of [
    [400, "Your credit balance is too low to access the Anthropic API."],
    [429, "You exceeded your current quota (insufficient_quota)."],
    [402, "Payment required"],
  ] as const)
    expect(await turnOn([body(message)], status)).toMatchObject([{ error: { kind: "auth", status } }]);
});

test("whatever bytes come, a turn ends with one answer or one error", async () => {
  const bytes = fc.uint8Array({ maxLength: 400 });
  const line = fc.oneof(fc.json(), fc.string(), fc.constantFrom("[DONE]", "{}", "null", '{"type":"error"}'));
  const frames = fc.array(fc.tuple(fc.constantFrom("event", "data", "id", "retry", "", "dat"), line), {
    maxLength: 12,
  });
  const text = frames.map((all) => Buffer.from(all.map(([name, value]) => `${name}: ${value}\n\n`).join("")));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(bytes, text), { maxLength: 4 }), async (pieces) => {
      expectOneEnd(await turnOn(pieces));
    }),
    { numRuns: runs },
  );
});

test("an answer with bytes that were changed, lost or doubled ends as well", async () => {
  const change = fc.record({
    at: fc.nat({ max: whole.length - 1 }),
    remove: fc.nat({ max: 40 }),
    insert: fc.uint8Array({ maxLength: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      let bytes = Buffer.from(whole);
      for (const { at, remove, insert } of changes)
        bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
      expectOneEnd(await turnOn([bytes]));
    }),
    { numRuns: runs },
  );
});

function expectOneEnd(events: readonly TurnEvent[]): void {
  const ends = events.filter((event) => event.type !== "text");
  expect(ends).toHaveLength(1);
  expect(events.at(-1)).toBe(ends[0]);
  const [last] = ends;
  if (last?.type === "error") expect(["garbage", "transient", "limit"]).toContain(last.error.kind);
}
