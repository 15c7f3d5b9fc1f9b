import assert from "node:assert/strict";
import { test } from "node:test";
import { allocate } from "../src/allocate.ts";

test("an amount that divides evenly gives equal parts", () => {
  assert.deepEqual(allocate(900, 3), [300, 300, 300]);
});

test("one part is the whole", () => {
  assert.deepEqual(allocate(1234, 1), [1234]);
});

test("no parts, half parts and less than none are refused", () => {
  for (const parts of [0, 1.5, -2]) assert.throws(() => allocate(100, parts), RangeError);
});
