import { expect, test } from "vitest";
import { retryAt } from "./backoff.ts";
import { uuid7 } from "./uuid7.ts";

test("pauses grow with each try up to a minute, and chance spreads them", () => {
  const longest = (tries: number) => retryAt(0, tries, 0.999999);
  expect([1, 2, 3].map(longest)).toEqual([500, 1_000, 2_000]);
  expect(longest(50)).toBe(60_000);
  expect(retryAt(1_000, 5, 0)).toBe(1_000);
});

test("ids sort by time and carry version and variant", () => {
  const random = new Uint8Array(10).fill(0xff);
  const ids = [1, 2, 1_800_000_000_000].map((at) => uuid7(at, random));
  expect(ids.toSorted()).toEqual(ids);
  expect(ids[2]).toMatch(/^01a3185c-5000-7fff-bfff-f{12}$/);
});
