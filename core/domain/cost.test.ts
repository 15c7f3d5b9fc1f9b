import { expect, test } from "vitest";
import { costMicroUsd } from "./cost.ts";

const price = { input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000 };
const none = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

test("a turn costs the sum of its four kinds of token", () => {
  const tokens = { inputTokens: 1_000, outputTokens: 200, cacheReadTokens: 10_000, cacheWriteTokens: 400 };
  expect(costMicroUsd(tokens, price)).toBe(3_000 + 3_000 + 3_000 + 1_500);
});

test("a fraction of a millionth of a dollar is rounded up", () => {
  expect(costMicroUsd({ ...none, cacheReadTokens: 1 }, price)).toBe(1);
});

test("nothing used costs nothing", () => {
  expect(costMicroUsd(none, price)).toBe(0);
});

test("an unknown price gives no figure, and a price of zero gives zero", () => {
  const tokens = { ...none, inputTokens: 5 };
  expect(costMicroUsd(tokens, null)).toBeNull();
  expect(costMicroUsd(tokens, { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 })).toBe(0);
});
