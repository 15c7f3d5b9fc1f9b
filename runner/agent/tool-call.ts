import { type AgentToolName, agentToolNames, agentTools } from "@tamma/core/protocol/agent-tools.ts";
import type { TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import { z } from "zod";
import { ToolRefused } from "./desk.ts";

/** The tools as a provider is told of them; the same for every job, so they stay in the prompt cache. */
export const toolList: TurnRequest["tools"] = agentToolNames.map((name) => {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(agentTools[name].input) as Record<string, unknown>;
  return { name, says: agentTools[name].says, inputSchema };
});

/** Input of a tool as its schema gives it. */
export type ToolInput<N extends AgentToolName> = z.infer<(typeof agentTools)[N]["input"]>;

/** A call that the schema accepts; `finish` and `ask` are not for the desk but for the job. */
export type ToolCall = { [N in AgentToolName]: { name: N; input: ToolInput<N> } }[AgentToolName];

/**
 * Reads what a model called. @throws ToolRefused for an unknown tool or input that does not fit its schema.
 */
export function parseCall(name: string, input: unknown): ToolCall {
  if (!isToolName(name))
    throw new ToolRefused(`There is no tool ${name}. Tools: ${agentToolNames.join(", ")}.`);
  const parsed = agentTools[name].input.safeParse(input);
  if (!parsed.success)
    throw new ToolRefused(`The input does not fit ${name}:\n${z.prettifyError(parsed.error)}`);
  return { name, input: parsed.data } as ToolCall;
}

function isToolName(name: string): name is AgentToolName {
  return agentToolNames.some((one) => one === name);
}
