import type { TurnAnswer, Usage } from "../../protocol/model-turn.ts";
import { parseEvent, type WireEvent, type WireUsage } from "./schema.ts";

/** The stream is not what the Messages API promises. */
export class BrokenStream extends Error {
  override readonly name = "BrokenStream";
}

type Content = TurnAnswer["content"][number];
type OpenBlock =
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string; name: string; json: string; input: unknown }
  | { type: "other" };

/**
 * Thinking and whatever else we cannot send back is left out of the answer; it is paid for through `usage`.
 */
interface Message {
  readonly model: string;
  readonly blocks: Map<number, OpenBlock>;
  stopReason: string | null;
  stopped: boolean;
}

const finishOf: Readonly<Record<string, TurnAnswer["finish"]>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "stop",
  tool_use: "tool-calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "refusal",
};

/** Collects a stream's events into an answer. */
export interface AnswerCollector {
  /**
   * Takes the next event; answers the text that it added, empty when none. Throws when it breaks the
   * protocol.
   */
  add(event: unknown): string;
  /** Has `message_stop` come? Nothing after it counts. */
  complete(): boolean;
  /** The whole answer. Throws `BrokenStream` when the stream was not complete or makes no sense. */
  answer(): TurnAnswer;
  /** What the provider said so far; null before it said anything. */
  usage(): Usage | null;
}

export function collectAnswer(): AnswerCollector {
  let message: Message | null = null;
  let usage: Usage | null = null;

  const add = (raw: unknown): string => {
    const event = parseEvent(raw);
    if (event === null) return "";
    if (event.type === "message_start") {
      // A gateway that falls back to another model in mid-stream starts anew; what came before was not the
      // answer.
      message = { model: event.message.model, blocks: new Map(), stopReason: null, stopped: false };
      usage = countUsage(usage, event.message.usage);
      return "";
    }
    if (message === null) throw new BrokenStream(`the stream began with ${event.type}`);
    if (event.type === "message_delta") usage = countUsage(usage, event.usage);
    return addToMessage(message, event);
  };

  return {
    add,
    complete: () => message?.stopped ?? false,
    answer: () => {
      if (!message?.stopped || usage === null) throw new BrokenStream("the stream ended before message_stop");
      return answerOf(message, usage);
    },
    usage: () => usage,
  };
}

function addToMessage(message: Message, event: Exclude<WireEvent, { type: "message_start" }>): string {
  switch (event.type) {
    case "content_block_start":
      return startBlock(message, event);
    case "content_block_delta":
      return extendBlock(message, event);
    case "content_block_stop":
      return "";
    case "message_delta":
      message.stopReason = event.delta.stop_reason ?? message.stopReason;
      return "";
    case "message_stop":
      message.stopped = true;
      return "";
    default:
      return event satisfies never;
  }
}

function startBlock(message: Message, event: Extract<WireEvent, { type: "content_block_start" }>): string {
  const block = event.content_block;
  const open: OpenBlock = block.type === "tool_use" ? { ...block, json: "" } : { ...block };
  message.blocks.set(event.index, open);
  return block.type === "text" ? block.text : "";
}

function extendBlock(message: Message, event: Extract<WireEvent, { type: "content_block_delta" }>): string {
  const block = message.blocks.get(event.index);
  if (!block) throw new BrokenStream(`a piece of block ${event.index} came before its beginning`);
  if (block.type === "text" && event.delta.type === "text_delta") {
    block.text += event.delta.text;
    return event.delta.text;
  }
  if (block.type === "tool_use" && event.delta.type === "input_json_delta")
    block.json += event.delta.partial_json;
  return "";
}

function answerOf(message: Message, usage: Usage): TurnAnswer {
  if (message.stopReason === null) throw new BrokenStream("the stream gave no reason for its end");
  const finish = finishOf[message.stopReason] ?? "stop";
  // An answer that was cut off may end inside a tool call, which must not be performed by halves.
  const cut = finish === "length" || finish === "refusal";
  const content = [...message.blocks.entries()]
    .sort(([a], [b]) => a - b)
    .flatMap(([, block]) => contentOf(block, cut));
  const calls = content.some((part) => part.type === "tool-call");
  if (finish === "tool-calls" && !calls)
    throw new BrokenStream("the stream announced a tool call and held none");
  return { content, finish: calls && finish === "stop" ? "tool-calls" : finish, usage, model: message.model };
}

function contentOf(block: OpenBlock, cut: boolean): Content[] {
  if (block.type === "other") return [];
  if (block.type === "text") return block.text === "" ? [] : [{ type: "text", text: block.text }];
  const { id, name } = block;
  // A tool without arguments may send no piece at all, or an empty one.
  if (block.json.trim() === "") return cut ? [] : [{ type: "tool-call", id, name, input: block.input ?? {} }];
  try {
    return [{ type: "tool-call", id, name, input: JSON.parse(block.json) as unknown }];
  } catch (cause) {
    if (cut) return [];
    throw new BrokenStream(`the arguments of the tool call ${name} are not JSON`, { cause });
  }
}

function countUsage(before: Usage | null, told: WireUsage | null | undefined): Usage {
  return {
    inputTokens: told?.input_tokens ?? before?.inputTokens ?? 0,
    outputTokens: told?.output_tokens ?? before?.outputTokens ?? 0,
    cacheReadTokens: told?.cache_read_input_tokens ?? before?.cacheReadTokens ?? 0,
    cacheWriteTokens: told?.cache_creation_input_tokens ?? before?.cacheWriteTokens ?? 0,
  };
}
