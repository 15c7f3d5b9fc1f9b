import assert from "node:assert/strict";
import { test } from "node:test";
import { taxOf } from "../src/tax.ts";

test("the reduced rate is rounded like the full one", () => {
  assert.equal(taxOf(1050, 7), 74);
});

test("half a cent of tax is rounded up", () => {
  assert.equal(taxOf(250, 19), 48);
});

test("no rate, no tax", () => {
  assert.equal(taxOf(999, 0), 0);
});

test("a negative rate is refused", () => {
  assert.throws(() => taxOf(100, -1), RangeError);
});
