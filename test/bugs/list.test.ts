import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bugs } from "./list.ts";
import { cellsOf, root, rowsOfPage } from "./page.ts";
import { withMistake } from "./plant.ts";

test("each bug has a name of its own, and its text stands in the source exactly once", () => {
  expect(new Set(bugs.map(({ name }) => name)).size).toBe(bugs.length);
  const misplaced = bugs.filter(({ file, find }) => {
    const source = readFileSync(join(root, file), "utf8");
    return source.split(find).length !== 2;
  });
  expect(misplaced.map(({ name }) => name)).toEqual([]);
  expect(bugs.filter(({ find, replace }) => find === replace)).toEqual([]);
});

test("docs/proof.md lists every bug as it is, each caught by something", () => {
  const rows = rowsOfPage();
  expect(rows.map(({ cells }) => cells)).toEqual(bugs.map(cellsOf));
  expect(rows.filter(({ caughtBy }) => caughtBy.length === 0)).toEqual([]);
});

test.each([
  ["nowhere", "nothing", 0],
  ["twice", "const", 2],
])("a mistake whose text stands %s is an error, and no bug that survives", (_, find, times) => {
  const bug = { name: "x", does: "", file: "a.ts", find, replace: "", attacks: "" };
  const source = "const a = 1; const b = 2;";
  expect(() => withMistake(source, bug)).toThrow(`stands ${times} times`);
  expect(withMistake(source, { ...bug, find: "a = 1", replace: "a = 2" })).toBe("const a = 2; const b = 2;");
});
