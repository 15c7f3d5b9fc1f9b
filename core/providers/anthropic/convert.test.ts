import { expect, test } from "vitest";
import type { TurnRequest } from "../../protocol/model-turn.ts";
import { convertRequest } from "./convert.ts";

const base: TurnRequest = {
  system: "Rules of the house.",
  messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
  tools: [],
  outputSchema: null,
  maxOutputTokens: 300,
  labels: { loop: "l", issue: "1", step: "plan", attempt: "1", turn: "t" },
};
const tool = { name: "read_file", says: "Read a file.", inputSchema: { properties: {}, required: [] } };
const ephemeral = { type: "ephemeral" };

test("a question with a schema asks for structured output and streams", () => {
  const schema = { type: "object", properties: {}, additionalProperties: false };
  expect(convertRequest("m", { ...base, outputSchema: schema })).toEqual({
    model: "m",
    stream: true,
    max_tokens: 300,
    system: [{ type: "text", text: "Rules of the house.", cache_control: ephemeral }],
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    output_config: { format: { type: "json_schema", schema } },
  });
});

test("a conversation with tools is cached up to its end, a single question up to the system prompt", () => {
  const params = convertRequest("m", {
    ...base,
    tools: [tool],
    messages: [
      ...base.messages,
      { role: "assistant", content: [{ type: "tool-call", id: "c1", name: "read_file", input: undefined }] },
      { role: "user", content: [{ type: "tool-result", id: "c1", text: "", isError: true }] },
    ],
  });
  expect(params.tools).toEqual([
    { name: "read_file", description: "Read a file.", input_schema: { type: "object", ...tool.inputSchema } },
  ]);
  expect(params.messages.slice(1)).toEqual([
    { role: "assistant", content: [{ type: "tool_use", id: "c1", name: "read_file", input: {} }] },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "c1", content: "", is_error: true, cache_control: ephemeral },
      ],
    },
  ]);
  expect(JSON.stringify(convertRequest("m", base).messages)).not.toContain("cache_control");
});

test("results of tools come before text, and empty text is not sent at all", () => {
  const { messages } = convertRequest("m", {
    ...base,
    messages: [
      { role: "assistant", content: [{ type: "text", text: "  \n" }] },
      {
        role: "user",
        content: [
          { type: "text", text: "And now?" },
          { type: "tool-result", id: "c1", text: "ok", isError: false },
          { type: "text", text: "" },
        ],
      },
    ],
  });
  expect(messages).toHaveLength(1);
  expect(messages[0]?.content).toMatchObject([{ type: "tool_result" }, { type: "text", text: "And now?" }]);
});

test("without a system prompt none is sent", () => {
  expect(convertRequest("m", { ...base, system: "" })).not.toHaveProperty("system");
});
