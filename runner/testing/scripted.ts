import type { AgentToolName } from "@tamma/core/protocol/agent-tools.ts";
import type { TurnAnswer, TurnError, TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import type { JobContext } from "../job-context.ts";

/** What the model does in one turn: tool calls, an answer without any, or an error of the provider. */
export type ScriptedTurn =
  | [name: AgentToolName, input: unknown][]
  | { says: string }
  | { error: TurnError["kind"] };

export interface Scripted {
  context: JobContext;
  /** Every request that was made, as it was at that time. */
  asked: TurnRequest[];
  /** What the tools answered, in order. */
  answers(): { text: string; isError: boolean }[];
}

/** `context` with a model that follows a script, turn by turn; a turn too many is an error. */
export function scripted(context: JobContext, script: ScriptedTurn[]): Scripted {
  const asked: TurnRequest[] = [];
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
  let calls = 0;
  const turn: JobContext["turn"] = async (request) => {
    asked.push(structuredClone(request));
    const next = script[asked.length - 1];
    if (next === undefined) throw new Error(`the script has only ${script.length} turns`);
    if ("error" in next)
      return { error: { kind: next.error, message: "scripted", status: 429, retryAt: 99, requestId: null } };
    const content: TurnAnswer["content"] =
      "says" in next
        ? [{ type: "text", text: next.says }]
        : next.map(([name, input]) => ({ type: "tool-call", id: `c${++calls}`, name, input }));
    return { answer: { content, finish: "says" in next ? "stop" : "tool-calls", usage, model: "scripted" } };
  };
  return {
    context: { ...context, turn },
    asked,
    answers: () =>
      (asked.at(-1)?.messages ?? []).flatMap((message) =>
        message.role === "user" ? message.content.filter((part) => part.type === "tool-result") : [],
      ),
  };
}
