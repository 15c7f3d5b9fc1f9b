import { getEventListeners } from "node:events";
import type { Provider, TurnEvent } from "@tamma/core/ports/provider.ts";
import { expect, test } from "vitest";
import type { TurnSettlement } from "./objects.ts";
import { runTurn, type TurnPorts } from "./run-turn.ts";

const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
const answer: TurnEvent = {
  type: "answer",
  answer: { content: [{ type: "text", text: "yes" }], finish: "stop", usage, model: "m" },
};
const price = { input: 1_000_000, output: 1_000_000, cacheRead: 0, cacheWrite: 0 };
const labels = { loop: "a/b/1#1", issue: "1", step: "plan", attempt: "1", turn: "t1" };
const messages = [{ role: "user" as const, content: [{ type: "text" as const, text: "go" }] }];
const request = { system: "", messages, tools: [], outputSchema: null, maxOutputTokens: 10, labels };
const turn = { loop: "a/b/1#1", turn: "t1", lease: null, request };

/** Ports of a turn that is granted; `settled` gets how it ended. */
function portsOf(settled: TurnSettlement[], now: () => number): TurnPorts {
  const provider: Provider = {
    facts: () => ({ provider: "scripted", model: "m", contextTokensMax: 1_000, price, label: null }),
    check: async () => null,
    async *turn() {
      yield answer;
    },
  };
  const stored = { sha256: "a".repeat(64), size: 1, mediaType: "application/json" };
  return {
    provider,
    loop: {
      reserveTurn: async () => ({ state: "granted" }),
      touchTurn: async () => true,
      settleTurn: async (settlement) => void settled.push(settlement),
    },
    blobs: { put: async () => stored, find: async () => null, has: async () => true },
    redact: (text) => text,
    ...{ now, fraction: () => 0, after: () => () => {}, keepAlive: () => {} },
    ...{ timeoutMs: 60_000, unknownPriceUsd: null },
  };
}

test("a turn over which the clock was set back took no time, and never less", async () => {
  const settled: TurnSettlement[] = [];
  const times = [5_000_000, 1_000];
  await runTurn(
    turn,
    portsOf(settled, () => times.shift() ?? 1_000),
  );
  expect(settled).toMatchObject([{ outcome: "answered", latencyMs: 0 }]);
});

test("a turn leaves nothing behind at the signal of its reader, which may serve many turns", async () => {
  const { signal } = new AbortController();
  const reader = { onText: async () => {}, left: signal };
  await runTurn(
    turn,
    portsOf([], () => 1_000),
    reader,
  );
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});
