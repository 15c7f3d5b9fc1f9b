import { expect, test } from "vitest";
import { retryAtOf } from "./retry-after.ts";

const now = Date.parse("2026-11-24T10:00:00Z");
const at = (headers: Record<string, string>) => retryAtOf(new Headers(headers), now);

test("seconds are counted from now, however many hours they are", () => {
  expect(at({ "retry-after": "20" })).toBe(now + 20_000);
  expect(at({ "retry-after": "18000" })).toBe(now + 5 * 3_600_000);
  expect(at({ "retry-after": "0.5" })).toBe(now + 500);
});

test("a date is taken as it is, and one that has passed means now", () => {
  expect(at({ "retry-after": "Tue, 24 Nov 2026 12:00:00 GMT" })).toBe(now + 2 * 3_600_000);
  expect(at({ "retry-after": "Mon, 23 Nov 2026 12:00:00 GMT" })).toBe(now);
});

test("milliseconds win over seconds", () => {
  expect(at({ "retry-after": "20", "retry-after-ms": "1500" })).toBe(now + 1_500);
});

test("what makes no sense says nothing", () => {
  for (const value of ["", "soon", "-5", "1e99", "99999999999"])
    expect(at({ "retry-after": value })).toBeNull();
  expect(at({ "retry-after-ms": "NaN", "retry-after": "3" })).toBe(now + 3_000);
  expect(at({})).toBeNull();
});
