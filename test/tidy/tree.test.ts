import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sourceFiles, trackedFiles } from "../../scripts/check/tracked-files.ts";
import { testFiles } from "../../scripts/test/parts.ts";
import { rules } from "./rules/all.ts";
import { fileLinesMedianMax, fileLinesWarn, lineCount, medianLines } from "./rules/length.ts";
import { apply, isData, isSource, isTest, show } from "./rules/rule.ts";
import { type Allowed, readTree, repository, weigh } from "./tree.ts";

const tree = readTree(repository);
const allowed = JSON.parse(readFileSync(join(repository, "test/tidy/allowed.json"), "utf8")) as Allowed;

test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_name, rule) => {
  const { broken, stale } = weigh(rule, apply(rule, tree).findings, allowed);
  expect(broken.map(show)).toEqual([]);
  expect(stale, "reasons in allowed.json that are no longer needed").toEqual([]);
});

test("a reason names a rule that exists", () => {
  const names = rules.map((rule) => rule.name);
  expect(Object.keys(allowed).filter((name) => !names.includes(name))).toEqual([]);
});

test(`half of all source files have at most ${fileLinesMedianMax} lines`, () => {
  const long = tree.filter((file) => isSource(file.path) && lineCount(file) > fileLinesWarn);
  for (const file of long) console.warn(`long: ${file.path} has ${lineCount(file)} lines`);
  expect(medianLines(tree)).toBeLessThanOrEqual(fileLinesMedianMax);
});

test("the rules see every file that git holds", () => {
  const seen = new Set(rules.flatMap((rule) => apply(rule, tree).seen));
  const unseen = trackedFiles(repository).filter((path) => !seen.has(path));
  expect(unseen.filter((path) => !isData(path) && path !== "package-lock.json")).toEqual([]);
});

test("a rule about source sees every source file", () => {
  const source = tree.filter((file) => isSource(file.path)).map((file) => file.path);
  expect(source).toEqual(sourceFiles(repository, ["ts", "tsx", "mjs", "cjs"]));
});

test("every test file belongs to exactly one part of npm test", () => {
  const tests = tree.map((file) => file.path).filter((path) => /\.test\.\w+$/.test(path) && !isData(path));
  const homes = tests.map((path) => [
    path,
    Object.values(testFiles).filter((part) => part.test(path)).length,
  ]);
  expect(homes.filter(([, parts]) => parts !== 1)).toEqual([]);
  expect(tests.filter((path) => !isTest(path))).toEqual([]);
});
