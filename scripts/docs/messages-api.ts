import { modelOutputs } from "@tamma/core/domain/loop/proposal.ts";
import { blocksMessage } from "@tamma/core/prompts/blocks.ts";
import { phaseText } from "@tamma/core/prompts/develop.ts";
import { agentToolNames, agentTools, phases } from "@tamma/core/protocol/agent-tools.ts";
import type { TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import { outputSchemaOf } from "@tamma/core/protocol/output-schema.ts";
import { labelHeaders } from "@tamma/core/providers/_shared/label-headers.ts";
import { convertRequest } from "@tamma/core/providers/anthropic/convert.ts";
import { WireEvent } from "@tamma/core/providers/anthropic/schema.ts";
import { z } from "zod";
import { messageOf, streamOf } from "../../server/sample/engineer/wire.ts";
import { code, fence, folded, table } from "./markdown.ts";

/** Every tool with its JSON Schema, as the request carries it. */
export function tools(): string {
  const list = agentToolNames.map((name) => {
    const { says } = agentTools[name];
    return folded(code2(name, says), fence("json", JSON.stringify(inputSchema(name), null, 2)));
  });
  return list.join("\n\n");
}

/** The tasks without tools and the schema that each answer has to follow. */
export function outputs(): string {
  const list = Object.entries(modelOutputs).map(([task, schema]) =>
    folded(`<code>${task}</code>`, fence("json", JSON.stringify(outputSchemaOf(schema), null, 2))),
  );
  return list.join("\n\n");
}

export function phaseTable(): string {
  return table(
    ["phase", "the line that opens it"],
    phases.map((phase) => [code(phase), phaseText(phase)]),
  );
}

/** The headers as they go out, for an example turn. */
export function headers(): string {
  const sent = labelHeaders(exampleLabels);
  return table(
    ["header", "example", "meaning"],
    Object.entries(sent).map(([name, value]) => [code(name), code(value), headerMeaning[name] ?? ""]),
  );
}

export function streamEvents(): string {
  const says: Record<string, string> = {
    message_start: "`message.model`, `message.usage`",
    content_block_start: "`index`, `content_block` of type `text` or `tool_use` (`id`, `name`)",
    content_block_delta: "`text_delta` or `input_json_delta`",
    content_block_stop: "`index`",
    message_delta: "`delta.stop_reason`, `usage.output_tokens`",
    message_stop: "the end; an answer without it counts as broken",
  };
  const types = WireEvent.options.map((option) => option.shape.type.value);
  return table(
    ["event", "what is read of it"],
    types.map((type) => [code(type), says[type] ?? ""]),
  );
}

/** One whole turn as it goes over the wire: request, then the streamed answer, both made by the real code. */
export function exchange(): string {
  const request: TurnRequest = {
    system: "You are the engineer of one issue in one repository ...",
    messages: blocksMessage("k3Jx0aQ", phaseText("red"), [
      {
        ...{ kind: "data", label: "issue 2", author: "ann", origin: "writer", form: "markdown" },
        ...{ text: "Title: Splitting an amount loses cents", charsMax: 1_000 },
      },
    ]),
    tools: [{ name: "read_file", says: agentTools.read_file.says, inputSchema: inputSchema("read_file") }],
    outputSchema: null,
    maxOutputTokens: 32_000,
    labels: exampleLabels,
  };
  const move = {
    text: "I read the file.",
    calls: [{ tool: "read_file", input: { path: "src/a.ts" } }],
  } as const;
  const { messages } = request;
  const asked = { model: "your-model", max_tokens: 32_000, stream: true, messages: [], tools: [] };
  const answer = [...streamOf(messageOf(move, { ...asked, messages: messages.map(() => said) }))].join("");
  return [
    "The request (one tool is shown of all):",
    fence("json", JSON.stringify(convertRequest("your-model", request), null, 2)),
    "The answer:",
    fence("text", answer),
  ].join("\n\n");
}

const said = { role: "user" as const, content: [] };

const exampleLabels: TurnRequest["labels"] = {
  loop: "local/r1/2#1",
  issue: "2",
  step: "implement",
  attempt: "1",
  turn: "local/r1/2#1~j3~t1",
};

const headerMeaning: Record<string, string> = {
  "x-tamma-loop": "the loop's id, percent-encoded",
  "x-tamma-issue": "number of the issue",
  "x-tamma-step": "`plan`, `design`, `review`, `implement` or `address`",
  "x-tamma-attempt":
    "attempt of the gate; in `implement` and `address` the number of the develop job in the loop",
  "x-tamma-turn": "the turn, percent-encoded; it ends with its number",
};

function inputSchema(name: keyof typeof agentTools): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(agentTools[name].input) as Record<string, unknown>;
  return schema;
}

function code2(name: string, says: string): string {
  return `<code>${name}</code>: ${says.replaceAll("`", "")}`;
}
