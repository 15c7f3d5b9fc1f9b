import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCents, toCents } from "../src/money.ts";

test("text becomes cents", () => {
  assert.equal(toCents("12.34"), 1234);
  assert.equal(toCents("7"), 700);
  assert.equal(toCents("-0.5"), -50);
  assert.equal(toCents("-0"), 0);
});

test("what is no amount is refused", () => {
  for (const text of ["", "1,50", "1.234", "EUR 3", "--1"]) assert.throws(() => toCents(text), RangeError);
});

test("cents become text with two digits", () => {
  assert.equal(formatCents(1234), "12.34");
  assert.equal(formatCents(5), "0.05");
  assert.equal(formatCents(-50), "-0.50");
});

test("fractions of a cent cannot be printed", () => {
  assert.throws(() => formatCents(0.5), RangeError);
});
