import { expect, test } from "vitest";
import { summaryOf } from "./statistics.ts";

test("a summary has median, 95th and 99th percentile and both ends, in whatever order they came", () => {
  const values = Array.from({ length: 200 }, (_, place) => 200 - place);
  expect(summaryOf(values)).toEqual({ count: 200, median: 100, p95: 190, p99: 198, min: 1, max: 200 });
});

test("one value is its own median and percentile", () => {
  expect(summaryOf([7])).toEqual({ count: 1, median: 7, p95: 7, p99: 7, min: 7, max: 7 });
});

test("nothing measured is an error and no figure", () => {
  expect(() => summaryOf([])).toThrow("nothing was measured");
});
