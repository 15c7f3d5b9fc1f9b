import type { TurnAnswer } from "@tamma/core/protocol/model-turn.ts";
import { type ProviderWire, plainStyle, type StreamStyle, type Trouble } from "./provider-wire.ts";
import type { Reply } from "./wire-server.ts";

/** The Messages API as documented, and as its recordings in ../shared/ai-contracts show it. */
export interface WireEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

const streamHeaders = { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_wire" };
const jsonHeaders = { "content-type": "application/json", "request-id": "req_wire" };

const troubles: Record<Trouble, { status: number; type: string; message: string }> = {
  "rate-limit": {
    status: 429,
    type: "rate_limit_error",
    message: "Number of tokens has exceeded your limit",
  },
  overloaded: { status: 529, type: "overloaded_error", message: "Overloaded" },
  "bad-key": { status: 401, type: "authentication_error", message: "invalid x-api-key" },
  "no-right": { status: 403, type: "permission_error", message: "Your key may not use this model" },
  "bad-request": { status: 400, type: "invalid_request_error", message: "tools.0.name: invalid" },
  "too-long": {
    status: 400,
    type: "invalid_request_error",
    message: "prompt is too long: 210000 tokens > 200000 maximum",
  },
};

const stopReasons = { stop: "end_turn", "tool-calls": "tool_use", length: "max_tokens", refusal: "refusal" };

export const anthropicWire: ProviderWire = {
  answer: (answer, style) => streamReply(renderSse(eventsOf(answer), style)),
  unfinished: (answer) => streamReply(renderSse(eventsOf(answer).slice(0, -2))),
  brokenOff: (answer, trouble) =>
    streamReply(renderSse([...eventsOf(answer).slice(0, -3), errorBody(trouble)])),
  trouble: (trouble, headers = {}) => ({
    status: troubles[trouble].status,
    headers: { ...jsonHeaders, ...headers },
    body: JSON.stringify(errorBody(trouble)),
    ending: "end",
  }),
  heartbeat: () => streamReply(renderSse([{ type: "ping" }])),
  statusOf: (trouble) => troubles[trouble].status,
  present: () => ({
    status: 200,
    headers: jsonHeaders,
    body: JSON.stringify({ type: "model", id: "m", display_name: "M", created_at: "2026-01-01T00:00:00Z" }),
    ending: "end",
  }),
};

export function streamReply(body: string): Reply {
  return { status: 200, headers: streamHeaders, body, ending: "end" };
}

/** Puts the frame of server-sent events around the payloads. */
export function renderSse(events: readonly WireEvent[], style: StreamStyle = plainStyle): string {
  const ping = { type: "ping" };
  const all = style.heartbeats ? events.flatMap((event) => [event, ping]) : events;
  const lines = all.flatMap((event) => [`event: ${event.type}`, `data: ${JSON.stringify(event)}`, ""]);
  const comment = style.heartbeats ? [": keep-alive", ""] : [];
  return [...comment, ...lines, ""].join(style.newline);
}

function errorBody(trouble: Trouble): WireEvent {
  const { type, message } = troubles[trouble];
  return { type: "error", error: { type, message }, request_id: "req_wire" };
}

function eventsOf(answer: TurnAnswer): WireEvent[] {
  const { usage } = answer;
  const input = {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
  };
  const message = {
    id: "msg_wire",
    type: "message",
    role: "assistant",
    model: answer.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...input, output_tokens: 1 },
  };
  return [
    { type: "message_start", message },
    ...answer.content.flatMap(blockEvents),
    {
      type: "message_delta",
      delta: { stop_reason: stopReasons[answer.finish], stop_sequence: null },
      usage: { output_tokens: usage.outputTokens },
    },
    { type: "message_stop" },
  ];
}

function blockEvents(part: TurnAnswer["content"][number], index: number): WireEvent[] {
  const block =
    part.type === "text"
      ? { type: "text", text: "" }
      : { type: "tool_use", id: part.id, name: part.name, input: {} };
  return [
    { type: "content_block_start", index, content_block: block },
    ...deltasOf(part).map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

/** In pieces of eight characters; a tool without arguments sends one empty piece, as the recordings do. */
function deltasOf(part: TurnAnswer["content"][number]): unknown[] {
  if (part.type === "text") return pieces(part.text).map((text) => ({ type: "text_delta", text }));
  const empty = JSON.stringify(part.input) === "{}";
  const json = empty ? [""] : pieces(JSON.stringify(part.input));
  return json.map((partial_json) => ({ type: "input_json_delta", partial_json }));
}

function pieces(text: string): string[] {
  return [...text].flatMap((_, at, all) => (at % 8 === 0 ? [all.slice(at, at + 8).join("")] : []));
}
