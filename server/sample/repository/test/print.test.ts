import assert from "node:assert/strict";
import { test } from "node:test";
import { printInvoice } from "../src/print.ts";
import { alignColumns } from "../src/table.ts";

test("columns are aligned, the first to the left and the others to the right", () => {
  assert.equal(alignColumns([["a", "1"], ["long", "1000"]]), "a        1\nlong  1000");
});

test("an invoice is printed with its sums", () => {
  const tea = { text: "Tea", quantity: 2, unitPrice: 100, taxPercent: 19 };
  assert.equal(
    printInvoice({ number: "2026-001", lines: [tea] }),
    ["Invoice 2026-001", "", "Tea    2 x  2.00", "Net         2.00", "Tax         0.38", "Total       2.38"].join("\n"),
  );
});
