import fc from "fast-check";
import { expect, test } from "vitest";
import { calmRecord } from "../loop/testing/envelopes.ts";
import { between } from "./diff.ts";
import { stateAt } from "./replay.ts";

test("the same values differ in nothing", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(between(value, structuredClone(value))).toEqual([]);
    }),
    { seed: 6901, numRuns: 100 },
  );
  expect(between({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
  expect(between(undefined, undefined)).toEqual([]);
});

test("a changed field is named with both values", () => {
  expect(between({ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } })).toEqual([
    { path: "/a/c", before: 2, after: 3 },
  ]);
});

test("a field that came or went is undefined on the other side", () => {
  expect(between({ gone: 1 }, { come: 2 })).toEqual([
    { path: "/come", before: undefined, after: 2 },
    { path: "/gone", before: 1, after: undefined },
  ]);
});

test("arrays are compared by place, in their order", () => {
  const before = Array.from({ length: 11 }, () => 0);
  const after = before.map((_, place) => (place === 2 || place === 10 ? 1 : 0));
  expect(between(before, after).map((one) => one.path)).toEqual(["/2", "/10"]);
  expect(between([1], [1, 2])).toEqual([{ path: "/1", before: undefined, after: 2 }]);
});

test("a value of another kind is one difference", () => {
  expect(between({ a: [1] }, { a: { 0: 1 } })).toEqual([{ path: "/a", before: [1], after: { 0: 1 } }]);
  expect(between({ a: null }, { a: {} })).toEqual([{ path: "/a", before: null, after: {} }]);
  expect(between({ a: 1 }, { a: "1" })).toEqual([{ path: "/a", before: 1, after: "1" }]);
  expect(between(null, 0)).toEqual([{ path: "", before: null, after: 0 }]);
});

test("names are escaped as in a JSON Pointer", () => {
  expect(between({ "src/a~b": 1 }, { "src/a~b": 2 })[0]?.path).toBe("/src~1a~0b");
});

test("turned round, every difference is turned round", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const there = between(one, other).map(({ path, before, after }) => ({
        path,
        before: after,
        after: before,
      }));
      const back = between(other, one);
      const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
      expect(there.sort(byPath)).toEqual(back.sort(byPath));
    }),
    { seed: 6901, numRuns: 100 },
  );
});

test("between two moments of a loop it says what an event changed", () => {
  const { envelopes } = calmRecord();
  const chosen = envelopes.find((one) => one.type === "OptionChosen")?.seq ?? 0;
  const [before, after] = [stateAt(envelopes, { seq: chosen - 1 }), stateAt(envelopes, { seq: chosen })];
  expect(between(before, after)).toContainEqual({ path: "/facts/option", before: null, after: "1" });
  expect(between(before, after).map((one) => one.path)).toEqual(["/facts/now", "/facts/option"]);
});
