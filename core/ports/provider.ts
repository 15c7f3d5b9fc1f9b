import type { TurnAnswer, TurnError, TurnRequest, Usage } from "../protocol/model-turn.ts";

/** What a model can do and what it costs, as data. */
export interface ModelFacts {
  readonly provider: string;
  readonly model: string;
  readonly contextTokensMax: number;
  /**
   * Millionths of a dollar per million tokens (= dollars per token x 10^12); null: unknown, which is never
   * 0.
   */
  readonly price: { input: number; output: number; cacheRead: number; cacheWrite: number } | null;
  /** Said wherever the model shows, e.g. "scripted by hand, no model was called"; null for a real model. */
  readonly label: string | null;
}

/** A piece of a streamed answer. The last one is `answer` or `error`, and nothing follows it. */
export type TurnEvent =
  | { type: "text"; text: string }
  | { type: "answer"; answer: TurnAnswer }
  /** `usage` so far, when the provider told it before it failed: it is paid for. */
  | { type: "error"; error: TurnError; usage: Usage | null };

/** How long, and how much, a provider may answer. */
export interface AnswerLimits {
  /** Until the head of the answer, in milliseconds. */
  readonly firstByteMs: number;
  /** Between two pieces of the body, in milliseconds. Heartbeats count as pieces. */
  readonly silenceMs: number;
  /** Of one body, decoded. */
  readonly bytesMax: number;
}

export interface Provider {
  /** What is known of the model in use. */
  facts(): ModelFacts;

  /**
   * One turn. Never throws and never retries: what went wrong is the last event. Ends promptly when
   * `signal` aborts, and with an error of its own when the answer passes a limit of `AnswerLimits`.
   */
  turn(request: TurnRequest, signal: AbortSignal): AsyncIterable<TurnEvent>;

  /**
   * Is the service there and does it take the key? Costs nothing. Null when all is well; an unknown path
   * (404) counts as reachable, because not every server that speaks the protocol has a list of models.
   */
  check(signal: AbortSignal): Promise<TurnError | null>;
}
