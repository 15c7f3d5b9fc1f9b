import { openEnd, redactor } from "@tamma/core/engine/redact.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { logPage, placeOf } from "./log-page.ts";
import type { LogPiece } from "./log-rows.ts";

const secret = "canary-0123456789";
const hiding = { redact: redactor([secret]).text, openEnd: openEnd([secret]) };

/** Rows of a log: two leases of one job, cut wherever `cuts` says. */
function rowsOf(texts: string[], cuts: number[]): LogPiece[] {
  const pieces: LogPiece[] = [];
  for (const [index, text] of texts.entries()) {
    const letters = [...text];
    let from = 0;
    for (const cut of [
      ...cuts.map((one) => one % (letters.length + 1)).sort((a, b) => a - b),
      letters.length,
    ]) {
      const body = Buffer.from(letters.slice(from, cut).join(""), "utf8");
      from = Math.max(from, cut);
      if (body.length === 0) continue;
      pieces.push({ row: pieces.length + 1, job: "j1", fence: index + 1, bytes: body.length, body });
    }
  }
  return pieces;
}

test("whoever follows a log piece by piece reads each letter once, and never a secret", () => {
  const texts = [`begin ${secret} äöü\n`, `again ${secret.slice(0, 9)} and ${secret}`];
  fc.assert(
    fc.property(fc.array(fc.nat(60), { maxLength: 6 }), (cuts) => {
      const rows = rowsOf(texts, cuts);
      const read = ["", ""];
      let cursor = "";
      // As if every row came by itself and was looked for at once, several times.
      for (let there = 1; there <= rows.length + 2; there += 1) {
        const place = placeOf(cursor);
        const seen = rows.slice(0, there).filter((piece) => piece.row >= place.row);
        const page = logPage(seen, place, there < rows.length, hiding);
        for (const { fence, text } of page.chunks) read[fence - 1] += text;
        cursor = page.next;
      }
      expect(read).toEqual(texts.map((text) => text.replaceAll(secret, "[redacted]")));
    }),
    { seed: 7, numRuns: 300 },
  );
});

test("what a log does not hold any more is counted", () => {
  const rows = [
    { row: 1, job: "j1", fence: 1, bytes: 3, body: Buffer.from("abc") },
    { row: 2, job: "j1", fence: 1, bytes: 70, body: Buffer.alloc(0) },
  ];
  const page = logPage(rows, placeOf(""), true, hiding);
  expect(page.chunks).toEqual([{ job: "j1", fence: 1, text: expect.stringContaining("abc\n[... 70 bytes") }]);
  const again = logPage(rows.slice(1), placeOf(page.next), true, hiding);
  expect(again).toEqual({ chunks: [], next: page.next });
});

test("a cursor that is none means the beginning", () => {
  for (const cursor of ["", "x", "1", "-1.0", "1.2.3"]) expect(placeOf(cursor)).toEqual({ row: 0, bytes: 0 });
  expect(placeOf("12.30")).toEqual({ row: 12, bytes: 30 });
});
