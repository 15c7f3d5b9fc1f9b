import { z } from "zod";

/**
 * The wire of the Messages API's stream, as much of it as we read. Fields that we do not know are let
 * through and event types that we do not know are skipped: the API's version policy allows both at any
 * time.
 */
const tokens = z.number().int().nonnegative().nullish();

/** Counts so far, not increments: a later one replaces an earlier one where it is not null. */
const WireUsage = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
});

const TextBlock = z.object({ type: z.literal("text"), text: z.string() });
const ToolUseBlock = z.object({
  type: z.literal("tool_use"),
  id: z.string().min(1),
  name: z.string().min(1),
  input: z.unknown(),
});
const otherBlock = z.object({ type: z.string() }).transform(() => ({ type: "other" as const }));

const TextDelta = z.object({ type: z.literal("text_delta"), text: z.string() });
const InputDelta = z.object({ type: z.literal("input_json_delta"), partial_json: z.string() });
const otherDelta = z.object({ type: z.string() }).transform(() => ({ type: "other" as const }));

const index = z.number().int().nonnegative();

export const WireEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("message_start"),
    message: z.object({ model: z.string(), usage: WireUsage.nullish() }),
  }),
  z.object({
    type: z.literal("content_block_start"),
    index,
    content_block: z.union([TextBlock, ToolUseBlock, otherBlock]),
  }),
  z.object({
    type: z.literal("content_block_delta"),
    index,
    delta: z.union([TextDelta, InputDelta, otherDelta]),
  }),
  z.object({ type: z.literal("content_block_stop"), index }),
  z.object({
    type: z.literal("message_delta"),
    delta: z.object({ stop_reason: z.string().nullish() }),
    usage: WireUsage.nullish(),
  }),
  z.object({ type: z.literal("message_stop") }),
]);

const eventTypes: ReadonlySet<string> = new Set(WireEvent.options.map((option) => option.shape.type.value));

/**
 * One event of the stream; null for a type that we do not read. Throws a ZodError for a known one gone
 * wrong.
 */
export function parseEvent(event: unknown): WireEvent | null {
  const { type } = z.object({ type: z.string() }).parse(event);
  return eventTypes.has(type) ? WireEvent.parse(event) : null;
}

export type WireEvent = z.infer<typeof WireEvent>;
export type WireUsage = z.infer<typeof WireUsage>;
