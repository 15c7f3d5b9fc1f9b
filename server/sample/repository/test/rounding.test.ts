import assert from "node:assert/strict";
import { test } from "node:test";
import { roundHalfUp } from "../src/rounding.ts";

test("half is rounded away from zero", () => {
  assert.equal(roundHalfUp(2.5), 3);
  assert.equal(roundHalfUp(-2.5), -3);
});

test("a half that binary fractions miss is still a half", () => {
  assert.equal(roundHalfUp(1.005 * 100), 101);
});

test("everything else goes to the nearest integer", () => {
  assert.equal(roundHalfUp(2.4), 2);
  assert.equal(roundHalfUp(2.6), 3);
  assert.equal(roundHalfUp(0), 0);
});
