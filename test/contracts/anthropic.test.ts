import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { anthropicProvider } from "@tamma/core/providers/anthropic/index.ts";
import { expect, test } from "vitest";
import { anthropicWire, renderSse, streamReply, type WireEvent } from "./anthropic-wire.ts";
import { collect, contractNow, type ProviderSetting, providerContract } from "./provider-contract.ts";
import { providerLimitsContract } from "./provider-limits-contract.ts";
import { startWireServer } from "./wire-server.ts";

const make = (setting: ProviderSetting) =>
  anthropicProvider({ ...setting, apiKey: "sk-test", model: "claude-haiku-4-5" });

providerContract("anthropic", anthropicWire, make);
providerLimitsContract("anthropic", anthropicWire, make);

test("anthropic sends the key, and says in headers what the turn is for", async () => {
  await using server = await startWireServer();
  server.replyWith(anthropicWire.trouble("overloaded"));
  await collect(make({ baseUrl: `${server.url}/`, fetch, now: () => contractNow }));
  expect(server.requests).toMatchObject([
    {
      method: "POST",
      path: "/v1/messages",
      headers: {
        authorization: "Bearer sk-test",
        "x-tamma-loop": "local%2Frepo%2F7%231",
        "x-tamma-issue": "7",
        "x-tamma-step": "plan",
        "x-tamma-attempt": "1",
      },
      body: { model: "claude-haiku-4-5", stream: true, max_tokens: 500 },
    },
  ]);
});

/** Recorded answers lie beside the project and are never copied into it. */
const recordings = join(import.meta.dirname, "../../../shared/ai-contracts/anthropic");
const files = existsSync(recordings)
  ? readdirSync(recordings).filter((file) => file.endsWith(".chunks.txt"))
  : ["(no recordings: ../shared/ai-contracts is not here)"];

test.skipIf(!existsSync(recordings)).each(files)("anthropic reads the recorded answer %s", async (file) => {
  const lines = readFileSync(join(recordings, file), "utf8").split("\n").filter(Boolean);
  const events = lines.map((line) => JSON.parse(line) as WireEvent);
  await using server = await startWireServer();
  server.replyWith(streamReply(renderSse(events)));
  const setting = { baseUrl: server.url, fetch, now: () => contractNow };
  const last = (await collect(make(setting))).at(-1);
  if (last?.type !== "answer") expect.fail(`no answer, but ${JSON.stringify(last)}`);
  expect(last.answer.usage.outputTokens).toBe(outputTokensOf(events));
  expect(last.answer.content.filter((part) => part.type === "tool-call").map((call) => call.name)).toEqual(
    toolNamesOf(events),
  );
});

/** The last figure told, read here without the adapter. */
function outputTokensOf(events: readonly WireEvent[]): unknown {
  const usages = events.filter((event) => event.type === "message_delta").map((event) => event.usage);
  return (usages.at(-1) as { output_tokens: number }).output_tokens;
}

function toolNamesOf(events: readonly WireEvent[]): unknown[] {
  const start = events.findLastIndex((event) => event.type === "message_start");
  return events
    .slice(start)
    .map((event) => event.content_block as { type: string; name: string } | undefined)
    .filter((block) => block?.type === "tool_use")
    .map((block) => block?.name);
}
