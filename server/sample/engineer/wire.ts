import type { Move } from "./next-move.ts";
import type { MessagesRequest } from "./request.ts";

/** Characters of English text and code per token, roughly; the figures only have to look like figures. */
const charsPerToken = 4;

/** A streamed answer comes in pieces of this size, so that whoever reads it has to put it together. */
const pieceChars = 40;

type Block = { type: "text"; text: string } | { type: "tool_use"; id: string; name: string; input: unknown };

export interface Message {
  readonly id: string;
  readonly type: "message";
  readonly role: "assistant";
  readonly model: string;
  readonly content: readonly Block[];
  readonly stop_reason: "end_turn" | "tool_use";
  readonly stop_sequence: null;
  readonly usage: { input_tokens: number; output_tokens: number };
}

/**
 * The move as a message. Ids come from the place in the conversation, so the same request has the same
 * answer.
 */
export function messageOf(move: Move, request: MessagesRequest): Message {
  const place = request.messages.length;
  const text: Block[] = move.text === "" ? [] : [{ type: "text", text: move.text }];
  const calls = move.calls.map(
    (call, n): Block => ({
      type: "tool_use",
      id: `toolu_${place}_${n + 1}`,
      name: call.tool,
      input: call.input,
    }),
  );
  const content = [...text, ...calls];
  return {
    id: `msg_scripted_${place}`,
    type: "message",
    role: "assistant",
    model: request.model,
    content,
    stop_reason: calls.length > 0 ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: { input_tokens: tokensIn(request.messages), output_tokens: tokensIn(content) },
  };
}

/** The message as the server-sent events of a streamed answer. */
export function* streamOf(message: Message): Generator<string> {
  const { input_tokens, output_tokens } = message.usage;
  const start = { ...message, content: [], stop_reason: null, usage: { input_tokens, output_tokens: 1 } };
  yield event({ type: "message_start", message: start });
  for (const [index, block] of message.content.entries()) {
    const empty = block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
    yield event({ type: "content_block_start", index, content_block: empty });
    for (const delta of deltasOf(block)) yield event({ type: "content_block_delta", index, delta });
    yield event({ type: "content_block_stop", index });
  }
  const delta = { stop_reason: message.stop_reason, stop_sequence: null };
  yield event({ type: "message_delta", delta, usage: { output_tokens } });
  yield event({ type: "message_stop" });
}

/** An error in the words of the API. */
export function errorBody(status: number, message: string): string {
  return JSON.stringify({ type: "error", error: { type: errorTypes[status] ?? "api_error", message } });
}

const errorTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

function deltasOf(block: Block): object[] {
  if (block.type === "text") return pieces(block.text).map((text) => ({ type: "text_delta", text }));
  const json = JSON.stringify(block.input);
  return pieces(json).map((partial_json) => ({ type: "input_json_delta", partial_json }));
}

function pieces(text: string): string[] {
  const count = Math.ceil(text.length / pieceChars);
  return Array.from({ length: count }, (_, n) => text.slice(n * pieceChars, (n + 1) * pieceChars));
}

function event(payload: Readonly<Record<string, unknown>> & { type: string }): string {
  return `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`;
}

function tokensIn(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / charsPerToken);
}
