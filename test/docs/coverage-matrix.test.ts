import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { trackedFiles } from "../../scripts/check/tracked-files.ts";

const root = resolve(import.meta.dirname, "../..");
const matrix = readFileSync(join(root, "test/coverage-matrix.md"), "utf8");
const rows = matrix.split("\n").filter((line) => line.startsWith("|"));
const named = new Set(
  rows.flatMap((row) => [...row.matchAll(/`([a-z][\w/.-]*\/[\w.-]+)`/g)].map((m) => m[1] ?? "")),
);

/** Rules about the tree itself prove no feature. */
const tests = trackedFiles(root).filter((file) => /^test\/(?!tidy\/).*\.test\.ts$/.test(file));

test("the coverage matrix names every test below test/", () => {
  expect(tests.length).toBeGreaterThan(20);
  expect(tests.filter((file) => !named.has(file))).toEqual([]);
});

test("what the coverage matrix names is there", () => {
  expect([...named].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
