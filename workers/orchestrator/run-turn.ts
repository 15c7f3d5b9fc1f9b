import { costMicroUsd } from "@tamma/core/domain/cost.ts";
import { persistentTurn } from "@tamma/core/engine/persistent-turn.ts";
import { redactDeep } from "@tamma/core/engine/redact.ts";
import type { Timers } from "@tamma/core/ports/clock.ts";
import type { TurnOutcome } from "@tamma/core/ports/model.ts";
import type { ModelFacts, Provider, TurnEvent } from "@tamma/core/ports/provider.ts";
import { TurnAnswer, type TurnError, type TurnRequest, type Usage } from "@tamma/core/protocol/model-turn.ts";
import type { BlobStore } from "./blob-store.ts";
import { logError } from "./log.ts";
import type { IssueLoopRpc, TurnSettlement, TurnWish } from "./objects.ts";
import { turnTouchMs } from "./turn-rows.ts";

/**
 * One token is at least this many bytes of our own JSON in the languages we measured; fewer would guess too
 * low.
 */
const bytesPerTokenMin = 3;
const noTokens: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
const microUsdPerUsd = 1_000_000;

export interface TurnPorts {
  provider: Provider;
  /** The object that owns the loop: it permits and settles. */
  loop: Pick<IssueLoopRpc, "reserveTurn" | "touchTurn" | "settleTurn">;
  blobs: BlobStore;
  redact: (text: string) => string;
  now(): number;
  /** Random, 0 to below 1. */
  fraction(): number;
  after: Timers["after"];
  keepAlive(promise: Promise<unknown>): void;
  /** A turn that is not over by then is given up, in milliseconds. */
  timeoutMs: number;
  /** Ceiling per turn in dollars for a model of unknown price; null when the operator set none. */
  unknownPriceUsd: number | null;
}

/** Who gets the pieces as they come. */
export interface TurnReader {
  onText(text: string): Promise<void>;
  /** Aborts when nobody reads any more. */
  left: AbortSignal;
}

const nobodyReads: TurnReader = { onText: async () => {}, left: new AbortController().signal };

export interface Turn {
  loop: string;
  turn: string;
  lease: TurnWish["lease"];
  request: TurnRequest;
}

/**
 * The one way to a model: reserve the worst cost, stream, settle. Runs in the Worker, because a stream would
 * block an object. When the reader leaves, the turn is stopped and settled.
 */
export async function runTurn(
  { loop, turn, lease, request: asked }: Turn,
  ports: TurnPorts,
  reader: TurnReader = nobodyReads,
): Promise<TurnOutcome> {
  // What a file or a command showed must not carry a secret of ours to the provider.
  const request = redactDeep(asked, ports.redact);
  const facts = ports.provider.facts();
  const amount = worstCost(facts, request, ports.unknownPriceUsd);
  if (amount === null) return { error: turnError("budget", unknownPrice(facts)) };
  const { provider, model } = facts;
  const permit = await ports.loop.reserveTurn({ loop, turn, provider, model, amountMicroUsd: amount, lease });
  switch (permit.state) {
    case "in-flight":
      return { inFlight: true };
    case "lost":
      return { error: turnError("turn-lost", "this turn was cut off; ask with the next id") };
    case "refused":
      return { error: turnError(permit.kind, permit.message) };
    case "answered":
      return storedAnswer(ports.blobs, loop, permit.answer.sha256);
    case "granted": {
      // The settlement must happen also when whoever asked has gone away.
      const streamed = stream({ loop, turn, lease, request }, facts, amount, ports, reader);
      ports.keepAlive(streamed);
      return streamed;
    }
    default:
      return permit satisfies never;
  }
}

async function stream(
  { loop, turn, request }: Turn,
  facts: ModelFacts,
  amount: number,
  ports: TurnPorts,
  reader: TurnReader,
): Promise<TurnOutcome> {
  const stop = new AbortController();
  const leave = () => stop.abort();
  reader.left.addEventListener("abort", leave);
  if (reader.left.aborted) leave();
  let late = false;
  const inTime = ports.after(ports.timeoutMs, () => {
    late = true;
    stop.abort();
  });
  const touched = every(turnTouchMs, ports.after, () => {
    ports.loop.touchTurn(loop, turn).then(
      (wanted) => wanted || stop.abort(),
      (thrown: unknown) => logError("touch", thrown, { turn }),
    );
  });
  const startedAt = ports.now();
  let last: Ended | null = null;
  try {
    const wait = (ms: number, signal: AbortSignal) => waitFor(ms, signal, ports.after);
    const chance = { now: ports.now, fraction: ports.fraction, wait };
    for await (const event of persistentTurn(ports.provider, request, stop.signal, chance)) {
      if (event.type === "text") await reader.onText(event.text);
      else last = event;
    }
  } catch (thrown) {
    stop.abort();
    last = { type: "error", error: turnError("stopped", `the reader left: ${String(thrown)}`), usage: null };
  } finally {
    inTime();
    touched();
    // One signal serves all turns that nobody reads: it must not collect them.
    reader.left.removeEventListener("abort", leave);
  }
  const ended = late ? tooLate(last, ports.timeoutMs) : (last ?? nothingSaid);
  // The machine's clock may have been set back meanwhile; no turn takes less than no time.
  const latencyMs = Math.max(0, ports.now() - startedAt);
  return settle({ loop, turn }, ended, { facts, amount, latencyMs }, ports);
}

type Ended = Exclude<TurnEvent, { type: "text" }>;

const nothingSaid: Ended = {
  type: "error",
  error: turnError("transient", "the provider said nothing"),
  usage: null,
};

/** Nobody told the turn to stop: the provider took too long, which is worth another try. */
function tooLate(last: Ended | null, timeoutMs: number): Ended {
  if (last?.type === "answer") return last;
  const message = `the provider did not finish its answer within ${timeoutMs / 1_000} s`;
  return { type: "error", error: turnError("transient", message), usage: last?.usage ?? null };
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
function waitFor(ms: number, signal: AbortSignal, after: Timers["after"]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = after(ms, done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/** Does `work` every `ms` until the answer is called. */
function every(ms: number, after: Timers["after"], work: () => void): () => void {
  let cancel = after(ms, again);
  function again(): void {
    cancel = after(ms, again);
    work();
  }
  return () => cancel();
}

async function settle(
  { loop, turn }: Pick<Turn, "loop" | "turn">,
  ended: Ended,
  spent: { facts: ModelFacts; amount: number; latencyMs: number },
  ports: TurnPorts,
): Promise<TurnOutcome> {
  const usage = ended.type === "answer" ? ended.answer.usage : ended.usage;
  const { inputTokens, outputTokens, cacheReadTokens } = usage ?? noTokens;
  const settlement: Omit<TurnSettlement, "outcome" | "answer" | "detail"> = {
    loop,
    turn,
    ...settledCost(usage, ended, spent),
    ...{ inputTokens, outputTokens, cacheReadTokens, latencyMs: spent.latencyMs },
  };
  if (ended.type === "error") {
    const { error } = ended;
    await ports.loop.settleTurn({
      ...settlement,
      outcome: "failed",
      answer: null,
      detail: `${error.kind}: ${error.message}`,
    });
    return { error };
  }
  const clean = redactDeep(ended.answer, ports.redact);
  const body = Buffer.from(JSON.stringify(clean), "utf8");
  const answer = await ports.blobs.put(loop, body, "application/json").catch((thrown: unknown) => {
    logError("turn answer", thrown, { turn });
    return null;
  });
  if (answer === null) {
    // Paid and gone. Said at once, so that nobody waits until the silence tells; the next id asks again.
    const detail = "its answer could not be stored";
    await ports.loop.settleTurn({ ...settlement, outcome: "cut", answer, detail });
    return { error: turnError("turn-lost", `${detail}; ask with the next id`) };
  }
  await ports.loop.settleTurn({ ...settlement, outcome: "answered", answer, detail: clean.finish });
  return { answer: clean };
}

async function storedAnswer(blobs: BlobStore, loop: string, sha256: string): Promise<TurnOutcome> {
  const body = await blobs.find(loop, sha256);
  if (!body) return { error: turnError("turn-lost", "the stored answer is gone; ask with the next id") };
  return { answer: TurnAnswer.parse(JSON.parse(Buffer.from(body).toString("utf8"))) };
}

/** The most that a turn may cost, in millionths of a dollar; null when nobody can say. */
function worstCost(facts: ModelFacts, request: TurnRequest, unknownPriceUsd: number | null): number | null {
  if (!facts.price) return unknownPriceUsd === null ? null : Math.ceil(unknownPriceUsd * microUsdPerUsd);
  const bytes = Buffer.byteLength(JSON.stringify(request), "utf8");
  const inputTokens = Math.ceil(bytes / bytesPerTokenMin);
  const price = { ...facts.price, input: Math.max(facts.price.input, facts.price.cacheWrite) };
  return costMicroUsd({ ...noTokens, inputTokens, outputTokens: request.maxOutputTokens }, price);
}

/** What it did cost. An answer whose price or usage nobody knows counts as the reservation in full. */
function settledCost(
  usage: Usage | null,
  ended: Ended,
  { facts, amount }: { facts: ModelFacts; amount: number },
): { costMicroUsd: number; estimated: boolean } {
  const known = usage && costMicroUsd(usage, facts.price);
  if (known !== null) return { costMicroUsd: known, estimated: false };
  const stopped = ended.type === "error" && ended.error.kind === "stopped";
  // Refused before it began costs nothing; stopped in the middle costs what we cannot see.
  const free = usage === null && ended.type === "error" && !stopped;
  return free ? { costMicroUsd: 0, estimated: false } : { costMicroUsd: amount, estimated: true };
}

function unknownPrice({ provider, model }: ModelFacts): string {
  return (
    `the price of ${provider}/${model} is unknown, so its cost cannot be limited; ` +
    "choose a model with a known price, or set TAMMA_UNKNOWN_PRICE_USD_PER_TURN"
  );
}

export function turnError(kind: TurnError["kind"], message: string): TurnError {
  return { kind, message, status: null, retryAt: null, requestId: null };
}
