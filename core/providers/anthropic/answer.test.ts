import { expect, test } from "vitest";
import { collectAnswer } from "./answer.ts";

const start = {
  type: "message_start",
  message: { model: "m", usage: { input_tokens: 9, output_tokens: 1, cache_read_input_tokens: 4 } },
};
const call = {
  type: "content_block_start",
  index: 0,
  content_block: { type: "tool_use", id: "c", name: "run", input: {} },
};
const json = (partial_json: string) => ({
  type: "content_block_delta",
  index: 0,
  delta: { type: "input_json_delta", partial_json },
});
const end = (stop_reason: string | null) => [
  { type: "message_delta", delta: { stop_reason }, usage: { output_tokens: 5, input_tokens: null } },
  { type: "message_stop" },
];

function collect(...events: unknown[]) {
  const collected = collectAnswer();
  for (const event of events) collected.add(event);
  return collected;
}

test("half a tool call is dropped when the token limit cut it, and is a broken stream otherwise", () => {
  expect(collect(start, call, json('{"command":'), ...end("max_tokens")).answer()).toMatchObject({
    content: [],
    finish: "length",
  });
  expect(() => collect(start, call, json('{"command":'), ...end("tool_use")).answer()).toThrow(/not JSON/);
});

test("later counts replace earlier ones and nothing told keeps what was told", () => {
  const collected = collect(start, ...end("end_turn"));
  expect(collected.usage()).toEqual({
    inputTokens: 9,
    outputTokens: 5,
    cacheReadTokens: 4,
    cacheWriteTokens: 0,
  });
});

test("thinking, unknown blocks and unknown events are read over", () => {
  const thinking = {
    type: "content_block_start",
    index: 0,
    content_block: { type: "thinking", thinking: "" },
  };
  const delta = { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } };
  const news = { type: "weather_report", temperature: 3 };
  expect(collect(start, thinking, delta, news, ...end("end_turn")).answer().content).toEqual([]);
});

test("a stream that contradicts itself is broken", () => {
  expect(() => collect(...end("end_turn"))).toThrow(/began with/);
  expect(() => collect(start, json("{}"))).toThrow(/before its beginning/);
  expect(() => collect(start, ...end("tool_use")).answer()).toThrow(/held none/);
  expect(() => collect(start, ...end(null)).answer()).toThrow(/no reason/);
  expect(() => collect(start, { type: "content_block_start", index: 0 })).toThrow();
  expect(() => collect(start).answer()).toThrow(/before message_stop/);
});

test("calls in an answer that says it simply ended are still calls", () => {
  expect(collect(start, call, ...end("end_turn")).answer().finish).toBe("tool-calls");
});
