import type { MicroUsd } from "./ids.ts";

/** Millionths of a dollar per million tokens, by kind of token. */
export interface TokenPrice {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

interface TokenCounts {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

const tokensPerPrice = 1_000_000;

/**
 * What a turn cost, rounded up so that many small turns never add up to less than the bill.
 * Null when the price is unknown, which is not the same as free.
 */
export function costMicroUsd(tokens: TokenCounts, price: TokenPrice | null): MicroUsd | null {
  if (price === null) return null;
  const exact =
    tokens.inputTokens * price.input +
    tokens.outputTokens * price.output +
    tokens.cacheReadTokens * price.cacheRead +
    tokens.cacheWriteTokens * price.cacheWrite;
  return Math.ceil(exact / tokensPerPrice);
}
