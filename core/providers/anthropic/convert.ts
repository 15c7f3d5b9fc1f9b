import type Anthropic from "@anthropic-ai/sdk";
import type { Turn, TurnRequest } from "../../protocol/model-turn.ts";

type Params = Anthropic.MessageCreateParamsStreaming;
type Block = Anthropic.TextBlockParam | Anthropic.ToolUseBlockParam | Anthropic.ToolResultBlockParam;

const ephemeral = { type: "ephemeral" } as const;

/** Our request in the words of the Messages API; always streamed. */
export function convertRequest(model: string, request: TurnRequest): Params {
  const messages = request.messages.flatMap(convertTurn);
  // A conversation with tools goes on: its end now is the stable beginning of the next turn. A single
  // question is not asked again, and writing the cache for nothing costs a quarter more.
  if (request.tools.length > 0) markLastBlock(messages);
  return {
    model,
    stream: true,
    max_tokens: request.maxOutputTokens,
    messages,
    ...(request.system && { system: [{ type: "text", text: request.system, cache_control: ephemeral }] }),
    ...(request.tools.length > 0 && { tools: request.tools.map(convertTool) }),
    ...(request.outputSchema && {
      output_config: { format: { type: "json_schema", schema: request.outputSchema } },
    }),
  };
}

function convertTool(tool: TurnRequest["tools"][number]): Anthropic.Tool {
  return { name: tool.name, description: tool.says, input_schema: { ...tool.inputSchema, type: "object" } };
}

/** None or one message: the API refuses an empty one, and reads neighbours of one role as one message. */
function convertTurn(turn: Turn): { role: Turn["role"]; content: Block[] }[] {
  // Sorted because results of tool calls have to come before any text of the same message.
  const parts = [...turn.content].sort((a, b) => rank(a) - rank(b));
  const content = parts.flatMap(convertPart);
  return content.length > 0 ? [{ role: turn.role, content }] : [];
}

function rank(part: Turn["content"][number]): number {
  return part.type === "tool-result" ? 0 : 1;
}

function convertPart(part: Turn["content"][number]): Block[] {
  switch (part.type) {
    case "text":
      // The API refuses text that is empty or only white space.
      return part.text.trim() === "" ? [] : [{ type: "text", text: part.text }];
    case "tool-call":
      return [{ type: "tool_use", id: part.id, name: part.name, input: part.input ?? {} }];
    case "tool-result":
      return [{ type: "tool_result", tool_use_id: part.id, content: part.text, is_error: part.isError }];
    default:
      return part satisfies never;
  }
}

function markLastBlock(messages: { content: Block[] }[]): void {
  const last = messages.at(-1)?.content.at(-1);
  if (last) last.cache_control = ephemeral;
}
