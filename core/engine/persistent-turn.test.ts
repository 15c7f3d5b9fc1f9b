import { expect, test } from "vitest";
import type { TurnEvent } from "../ports/provider.ts";
import type { TurnError, TurnRequest } from "../protocol/model-turn.ts";
import { persistentTurn } from "./persistent-turn.ts";

const now = 1_000_000;
const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
const answer: TurnEvent = {
  type: "answer",
  answer: { content: [{ type: "text", text: "yes" }], finish: "stop", usage, model: "m" },
};
const fails = (kind: TurnError["kind"], retryAt: number | null = null, told = false): TurnEvent => ({
  type: "error",
  error: { kind, message: kind, status: null, retryAt, requestId: null },
  usage: told ? usage : null,
});

/** A turn on a provider that gives these answers, one a request; with the pauses that were made. */
async function turn(answers: TurnEvent[][], stopAfterMs = Number.POSITIVE_INFINITY) {
  const pauses: number[] = [];
  const stop = new AbortController();
  let asked = 0;
  const provider = {
    async *turn(_: TurnRequest, signal: AbortSignal): AsyncGenerator<TurnEvent> {
      if (signal.aborted) {
        yield fails("stopped");
        return;
      }
      const events = answers[asked++];
      if (!events) throw new Error("the provider was asked too often");
      yield* events;
    },
  };
  const ports = {
    now: () => now,
    fraction: () => 0.5,
    wait: async (ms: number) => {
      pauses.push(ms);
      if (ms > stopAfterMs) stop.abort();
    },
  };
  const events: TurnEvent[] = [];
  for await (const event of persistentTurn(provider, {} as TurnRequest, stop.signal, ports))
    events.push(event);
  return { events, pauses, asked };
}

test("a short fault is outlasted, with pauses that grow", async () => {
  const { events, pauses } = await turn([[fails("transient")], [fails("limit")], [answer]]);
  expect(events).toEqual([answer]);
  expect(pauses).toEqual([500, 1_000]);
});

test("a fault that lasts is reported after two repetitions, as it came last", async () => {
  const { events, asked } = await turn([[fails("limit")], [fails("transient")], [fails("transient")]]);
  expect(events).toEqual([fails("transient")]);
  expect(asked).toBe(3);
});

test("a provider that says when gets that time and a little more, so that not all come at once", async () => {
  const { events, pauses } = await turn([[fails("limit", now + 4_000)], [answer]]);
  expect(events).toEqual([answer]);
  expect(pauses).toEqual([4_500]);
});

test("a pause of more than twenty seconds is for the loop, which can show it", async () => {
  const { events, pauses } = await turn([[fails("limit", now + 20_000)]]);
  expect(events).toEqual([fails("limit", now + 20_000)]);
  expect(pauses).toEqual([]);
});

test.each(["auth", "overflow", "invalid", "garbage", "refusal", "budget", "stopped", "turn-lost"] as const)(
  "%s is not asked again",
  async (kind) => {
    const { events, asked } = await turn([[fails(kind)]]);
    expect(events).toEqual([fails(kind)]);
    expect(asked).toBe(1);
  },
);

test("what was told once is not asked for again: it is paid, and was passed on", async () => {
  const piece: TurnEvent = { type: "text", text: "y" };
  expect((await turn([[piece, fails("transient")]])).events).toEqual([piece, fails("transient")]);
  expect((await turn([[fails("transient", null, true)]])).events).toEqual([fails("transient", null, true)]);
});

test("a stop during the pause ends the turn as stopped", async () => {
  const { events, asked } = await turn([[fails("limit", now + 9_000)]], 100);
  expect(events).toEqual([fails("stopped")]);
  expect(asked).toBe(1);
});
