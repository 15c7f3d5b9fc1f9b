import { toolAnswer } from "@tamma/core/prompts/develop.ts";
import { expect, test } from "vitest";
import { Conversation } from "./conversation.ts";

test("an old answer that is shortened still ends its block", () => {
  const conversation = new Conversation([{ role: "user", content: [{ type: "text", text: "task" }] }]);
  const text = toolAnswer("k3v9x2m7q1z8w5t4", "read_file", "line\n".repeat(1_000));
  conversation.add({ role: "assistant", content: [] });
  conversation.add({ role: "user", content: [{ type: "tool-result", id: "1", text, isError: false }] });
  expect(conversation.prune(0, 0)).toBe(true);
  const part = conversation.messages[2]?.content[0];
  const short = part?.type === "tool-result" ? part.text : "";
  expect(short.length).toBeLessThan(500);
  expect(short).toMatch(/^\[\[data k3v9x2m7q1z8w5t4 [\s\S]*pruned[^\n]*\nk3v9x2m7q1z8w5t4\]\]$/);
});
