import { z } from "zod";

/**
 * One model turn as our own parts speak of it (runner -> Worker, and engine -> provider). Vendor shapes
 * stay in the provider's folder.
 */
export const TextPart = z.object({ type: z.literal("text"), text: z.string() });
export const ToolCallPart = z.object({
  type: z.literal("tool-call"),
  id: z.string(),
  name: z.string(),
  input: z.unknown(),
});
export const ToolResultPart = z.object({
  type: z.literal("tool-result"),
  id: z.string(),
  text: z.string(),
  isError: z.boolean(),
});

export const Turn = z.discriminatedUnion("role", [
  z.object({ role: z.literal("user"), content: z.array(z.union([TextPart, ToolResultPart])) }),
  z.object({ role: z.literal("assistant"), content: z.array(z.union([TextPart, ToolCallPart])) }),
]);

export const TurnRequest = z.object({
  system: z.string(),
  messages: z.array(Turn).min(1),
  tools: z.array(
    z.object({ name: z.string(), says: z.string(), inputSchema: z.record(z.string(), z.unknown()) }),
  ),
  /** JSON Schema of the answer, for tasks without tools; null when the answer is free text or tool calls. */
  outputSchema: z.record(z.string(), z.unknown()).nullable(),
  maxOutputTokens: z.number().int().positive(),
  /** What the loop is doing: sent along as `x-tamma-*` headers so that gateways can group costs. */
  labels: z.object({
    loop: z.string(),
    issue: z.string(),
    step: z.string(),
    attempt: z.string(),
    turn: z.string(),
  }),
});

export const Usage = z.object({
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cacheReadTokens: z.number().int().nonnegative(),
  cacheWriteTokens: z.number().int().nonnegative(),
});

export const finishReasons = ["stop", "tool-calls", "length", "refusal"] as const;

export const TurnAnswer = z.object({
  content: z.array(z.union([TextPart, ToolCallPart])),
  finish: z.enum(finishReasons),
  usage: Usage,
  model: z.string(),
});

/**
 * Why a turn has no answer, by what the caller should do: transient (again soon), limit (again at `retryAt`),
 * auth (a key is wrong or has no right), overflow (the context is too long), invalid (our request is
 * refused), garbage (the answer is not what the protocol says), budget (the cap), turn-lost (ask with the
 * next id).
 */
export const turnErrorKinds = [
  "transient",
  "limit",
  "auth",
  "overflow",
  "invalid",
  "garbage",
  "refusal",
  "budget",
  "turn-lost",
  "stopped",
] as const;

export const TurnError = z.object({
  kind: z.enum(turnErrorKinds),
  message: z.string(),
  status: z.number().int().nullable(),
  /** Milliseconds since the epoch; null when the provider said nothing. */
  retryAt: z.number().int().nullable(),
  requestId: z.string().nullable(),
});

export type Turn = z.infer<typeof Turn>;
export type TurnRequest = z.infer<typeof TurnRequest>;
export type TurnAnswer = z.infer<typeof TurnAnswer>;
export type TurnError = z.infer<typeof TurnError>;
export type Usage = z.infer<typeof Usage>;
