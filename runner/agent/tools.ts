import { type AgentToolName, agentToolNames, agentTools } from "@tamma/core/protocol/agent-tools.ts";
import type { TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import { z } from "zod";
import { type Desk, type ToolAnswer, ToolRefused } from "./desk.ts";
import { applyDiff, replaceOnce, writeWhole } from "./edit-tools.ts";
import { listFiles, readLines, search } from "./read-tools.ts";
import { runCommand } from "./run-tool.ts";

/** The tools as a provider is told of them; the same for every job, so they stay in the prompt cache. */
export const toolList: TurnRequest["tools"] = agentToolNames.map((name) => {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(agentTools[name].input) as Record<string, unknown>;
  return { name, says: agentTools[name].says, inputSchema };
});

/** Input of a tool as its schema gives it. */
export type ToolInput<N extends AgentToolName> = z.infer<(typeof agentTools)[N]["input"]>;

/** A call that the schema accepts; `finish` and `ask` are not for the desk but for the job. */
export type ToolCall = { [N in AgentToolName]: { name: N; input: ToolInput<N> } }[AgentToolName];

/** Reads what a model called. @throws ToolRefused for an unknown tool or input that does not fit its schema. */
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

/** Performs a call on the workspace. A refusal is an answer too. */
export async function useTool(
  desk: Desk,
  call: Exclude<ToolCall, { name: "ask" | "finish" }>,
): Promise<ToolAnswer> {
  const done = async (text: Promise<string>): Promise<ToolAnswer> => ({ text: await text, isError: false });
  switch (call.name) {
    case "list_files":
      return await done(listFiles(desk, call.input.path));
    case "search":
      return await done(search(desk, call.input.pattern, call.input.path));
    case "read_file":
      return await done(readLines(desk, call.input.path, call.input.from));
    case "str_replace":
      return await done(replaceOnce(desk, call.input.path, call.input.old, call.input.new));
    case "write_file":
      return await done(writeWhole(desk, call.input.path, call.input.content));
    case "apply_patch":
      return await done(applyDiff(desk, call.input.diff));
    case "run":
      return await runCommand(desk, call.input.command, call.input.files ?? []);
    default:
      return call satisfies never;
  }
}
