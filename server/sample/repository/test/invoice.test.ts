import assert from "node:assert/strict";
import { test } from "node:test";
import { lineNet, totals } from "../src/invoice.ts";

const tea = { text: "Tea", quantity: 2, unitPrice: 100, taxPercent: 19 };
const book = { text: "Book", quantity: 1, unitPrice: 1000, taxPercent: 7 };

test("a line costs quantity times price", () => {
  assert.equal(lineNet(tea), 200);
});

test("totals add tax per rate", () => {
  assert.deepEqual(totals({ number: "1", lines: [tea, book] }), { net: 1200, tax: 38 + 70, gross: 1308 });
});

test("tax is taken on the sum of a rate's lines, not line by line", () => {
  const cheap = { text: "Clip", quantity: 1, unitPrice: 3, taxPercent: 10 };
  assert.equal(totals({ number: "2", lines: [cheap, cheap, cheap] }).tax, 1);
});

test("an invoice without lines comes to nothing", () => {
  assert.deepEqual(totals({ number: "3", lines: [] }), { net: 0, tax: 0, gross: 0 });
});
