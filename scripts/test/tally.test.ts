import { expect, test } from "vitest";
import { closingLine, nothing, sum } from "./tally.ts";

test("parts add up", () => {
  const all = sum([nothing, { passed: 2, failed: 0, skipped: 1 }, { passed: 3, failed: 1, skipped: 0 }]);
  expect(all).toEqual({ passed: 5, failed: 1, skipped: 1 });
});

test("the closing line has the promised form", () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 3 })).toBe("12 passed, 0 failed, 3 skipped");
});
