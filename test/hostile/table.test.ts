import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allCases } from "./all-cases.ts";
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
