import type { ModelFacts } from "../../ports/provider.ts";

/** Where the figures below come from, for the page that shows them. */
export const pricesSource = {
  name: "models.dev",
  url: "https://models.dev",
  revision: "f3fc6922",
  asOf: "2026-07-02",
} as const;

/** The name of the model whose answers people wrote ahead (the sample repository, the journey tests). */
export const scriptedModel = "scripted";

/** The smallest context of the models we know: what is unknown is not assumed to be roomy. */
const contextTokensUnknown = 200_000;

/** Prices are listed in dollars per million tokens; `ModelFacts` counts in millionths of a dollar. */
const microUsdPerUsd = 1_000_000;

interface Row {
  readonly context: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** A cache entry that lives five minutes, the only kind that we ask for. */
  readonly cacheWrite: number;
}

const row = (context: number, input: number, output: number, cacheRead: number, cacheWrite: number): Row => ({
  context,
  input,
  output,
  cacheRead,
  cacheWrite,
});

/**
 * Dollars per million tokens: context, input, output, cache read, cache write. Superseded models are left
 * out.
 */
const anthropic: Readonly<Record<string, Row>> = {
  "claude-fable-5": row(1_000_000, 10, 50, 1, 12.5),
  "claude-haiku-4-5": row(200_000, 1, 5, 0.1, 1.25),
  "claude-haiku-4-5-20251001": row(200_000, 1, 5, 0.1, 1.25),
  "claude-opus-4-0": row(200_000, 15, 75, 1.5, 18.75),
  "claude-opus-4-20250514": row(200_000, 15, 75, 1.5, 18.75),
  "claude-opus-4-1": row(200_000, 15, 75, 1.5, 18.75),
  "claude-opus-4-1-20250805": row(200_000, 15, 75, 1.5, 18.75),
  "claude-opus-4-5": row(200_000, 5, 25, 0.5, 6.25),
  "claude-opus-4-5-20251101": row(200_000, 5, 25, 0.5, 6.25),
  "claude-opus-4-6": row(1_000_000, 5, 25, 0.5, 6.25),
  "claude-opus-4-7": row(1_000_000, 5, 25, 0.5, 6.25),
  "claude-opus-4-8": row(1_000_000, 5, 25, 0.5, 6.25),
  "claude-sonnet-4-0": row(200_000, 3, 15, 0.3, 3.75),
  "claude-sonnet-4-20250514": row(200_000, 3, 15, 0.3, 3.75),
  "claude-sonnet-4-5": row(200_000, 3, 15, 0.3, 3.75),
  "claude-sonnet-4-5-20250929": row(200_000, 3, 15, 0.3, 3.75),
  "claude-sonnet-4-6": row(1_000_000, 3, 15, 0.3, 3.75),
  "claude-sonnet-5": row(1_000_000, 2, 10, 0.2, 2.5),
  [scriptedModel]: row(200_000, 0, 0, 0, 0),
};

const tables: Readonly<Record<string, Readonly<Record<string, Row>>>> = { anthropic };

/** What is known of a model; `price` is null for one that is not in the table. */
export function modelFacts(provider: string, model: string): ModelFacts {
  const table = tables[provider] ?? {};
  const known = Object.hasOwn(table, model) ? table[model] : undefined;
  return {
    provider,
    model,
    contextTokensMax: known?.context ?? contextTokensUnknown,
    price: known ? priceOf(known) : null,
    label: model === scriptedModel ? "scripted by hand, no model was called" : null,
  };
}

function priceOf(known: Row): ModelFacts["price"] {
  // Rounded because 0.1 * 1e6 and its like are not exact in binary.
  const micro = (usd: number) => Math.round(usd * microUsdPerUsd);
  return {
    input: micro(known.input),
    output: micro(known.output),
    cacheRead: micro(known.cacheRead),
    cacheWrite: micro(known.cacheWrite),
  };
}
