import { type Phase, phases } from "@tamma/core/protocol/agent-tools.ts";
import { z } from "zod";

const text = z.object({ type: z.literal("text"), text: z.string() });
const content = z.union([
  z.string().transform((one) => [{ type: "text" as const, text: one }]),
  z.array(
    z.union([
      text,
      z.object({ type: z.literal("tool_use"), name: z.string() }),
      z.object({
        type: z.literal("tool_result"),
        content: z.union([z.string(), z.array(text)]).optional(),
        is_error: z.boolean().optional(),
      }),
    ]),
  ),
]);

/** `POST /v1/messages`, as much of it as the engineer reads. */
export const MessagesRequest = z.object({
  model: z.string(),
  max_tokens: z.number().int().positive(),
  stream: z.boolean().default(false),
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content })).min(1),
  tools: z.array(z.object({ name: z.string() })).default([]),
  output_config: z.object({ format: z.object({ type: z.literal("json_schema") }).nullish() }).nullish(),
});
export type MessagesRequest = z.infer<typeof MessagesRequest>;

/** All that the next move depends on. Nothing is remembered between requests. */
export interface Situation {
  /** From the headers; 0 or empty where they are missing. */
  readonly issue: number;
  readonly step: string;
  readonly attempt: number;
  readonly turn: number;
  /** What the other side said, whole. */
  readonly heard: string;
  /** Null for a task without tools. */
  readonly work: { phase: Phase; turnsInPhase: number } | null;
}

export function situationOf(headers: Headers, request: MessagesRequest): Situation {
  const heard = request.messages.filter((message) => message.role === "user").map(heardIn);
  return {
    issue: numberIn(headers.get("x-tamma-issue")),
    step: headers.get("x-tamma-step") ?? "",
    attempt: Math.max(1, numberIn(headers.get("x-tamma-attempt"))),
    turn: numberIn(/(?:~t|^)(\d+)$/.exec(decode(headers.get("x-tamma-turn")))?.[1] ?? null),
    heard: heard.join("\n"),
    work: request.tools.length > 0 ? workIn(request) : null,
  };
}

/**
 * The present phase is the last that was named, and it began where it was first named without another one
 * between: a refused `finish` names the same phase again and begins nothing.
 */
function workIn(request: MessagesRequest): Situation["work"] {
  let phase: Phase = "red";
  let turnsInPhase = 0;
  for (const message of request.messages) {
    if (message.role === "assistant") {
      turnsInPhase++;
      continue;
    }
    const named = lastPhaseIn(heardIn(message));
    if (named === null || named === phase) continue;
    phase = named;
    turnsInPhase = 0;
  }
  return { phase, turnsInPhase };
}

function lastPhaseIn(said: string): Phase | null {
  const named = [...said.matchAll(/^Phase: (\w+)\b/gm)].at(-1)?.[1];
  return phases.find((phase) => phase === named) ?? null;
}

function heardIn(message: MessagesRequest["messages"][number]): string {
  return message.content
    .map((part) => {
      if (part.type === "text") return part.text;
      if (part.type === "tool_use") return "";
      return typeof part.content === "string"
        ? part.content
        : (part.content ?? []).map((one) => one.text).join("\n");
    })
    .join("\n");
}

function numberIn(header: string | null): number {
  return Number(/\d+/.exec(header ?? "")?.[0] ?? 0);
}

function decode(header: string | null): string {
  try {
    return decodeURIComponent(header ?? "");
  } catch {
    return "";
  }
}
