import { expect, test } from "vitest";
import { modelFacts, pricesSource } from "./prices.ts";

test("a known model has its price in millionths of a dollar per million tokens", () => {
  expect(modelFacts("anthropic", "claude-haiku-4-5").price).toEqual({
    input: 1_000_000,
    output: 5_000_000,
    cacheRead: 100_000,
    cacheWrite: 1_250_000,
  });
});

test("an unknown model has no price, which is not a price of zero", () => {
  expect(modelFacts("anthropic", "claude-of-tomorrow").price).toBeNull();
  expect(modelFacts("anthropic", "constructor").price).toBeNull();
  expect(modelFacts("nobody", "claude-haiku-4-5").price).toBeNull();
});

test("the scripted model costs nothing and says that no model was called", () => {
  const facts = modelFacts("anthropic", "scripted");
  expect(facts.price).toEqual({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 });
  expect(facts.label).toBe("scripted by hand, no model was called");
  expect(modelFacts("anthropic", "claude-sonnet-5").label).toBeNull();
});

test("the figures carry a date and a source", () => {
  expect(Date.parse(pricesSource.asOf)).toBeGreaterThan(0);
  expect(pricesSource.url).toMatch(/^https:/);
});
