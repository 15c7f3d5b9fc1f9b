import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allCases } from "./all-cases.ts";
import { sightings } from "./canaries.ts";
import { hostileTable } from "./table.ts";

const page = join(import.meta.dirname, "../../docs/hostile-repositories.md");
const part = /(?<=<!-- cases: [^>]*-->\n)[\s\S]*(?=<!-- \/cases -->)/;

test("the page tells every case as the table has it (TAMMA_WRITE_DOCS=1 writes it)", () => {
  const text = readFileSync(page, "utf8");
  const table = `\n${hostileTable()}\n\n`;
  if (process.env.TAMMA_WRITE_DOCS === "1")
    writeFileSync(
      page,
      text.replace(part, () => table),
    );
  expect(part.exec(readFileSync(page, "utf8"))?.[0]).toBe(table);
});

test("every case has a name of its own and says in words what happens", () => {
  const names = allCases.map(({ category, id }) => `${category} ${id}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(40);
  expect(allCases.filter(({ trick }) => trick.length < 10)).toEqual([]);
});

test("a canary is found in every spelling in which the looter prints it, and nowhere else", () => {
  const secret = "canary-file-0123456789abcdef/+";
  const spellings = [
    ...[secret, encodeURIComponent(secret), Buffer.from(secret).toString("hex")],
    ...["", "x", "ab"].map((before) => Buffer.from(`${before}${secret}`).toString("base64")),
    JSON.stringify({ text: secret }),
  ];
  for (const spelling of spellings)
    expect(sightings({ file: secret }, new Map([["log", `loot: ${spelling} end`]]))).toEqual(["file in log"]);
  expect(sightings({ file: secret }, new Map([["log", "loot: [redacted]"]]))).toEqual([]);
});
