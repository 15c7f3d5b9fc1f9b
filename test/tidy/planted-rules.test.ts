import { expect, test } from "vitest";
import { noAddresses } from "./rules/addresses.ts";
import { rules } from "./rules/all.ts";
import { noAny, noDefaultExport, noSilencedCompiler } from "./rules/language.ts";
import { fileLinesMedianMax, longFile, longFunction, longLine, medianLines } from "./rules/length.ts";
import { deepFolder, emptyWord, kebabCase, pagesInWorkers } from "./rules/names.ts";
import { pureDomain } from "./rules/pure-domain.ts";
import { apply, type Rule } from "./rules/rule.ts";
import { weigh } from "./tree.ts";

const lines = (count: number) => "const a = 1;\n".repeat(count);
const folder = (name: string) => ["", name, ""].join("/");

/** The rule, a path, a text there that breaks the rule, and one that does not. */
const planted: [rule: Rule, path: string, wrong: string, right: string][] = [
  [longFile, "core/domain/a.ts", lines(401), lines(400)],
  [longFunction, "core/a.ts", `function a() {\n${lines(69)}}`, `function a() {\n${lines(68)}}`],
  [longFunction, "core/a.ts", `export const a = () => {\n${lines(69)}};`, `test("x", () => {});`],
  [longLine, "core/a.ts", `// ${"a".repeat(108)}`, `// ${"a".repeat(107)}`],
  [longLine, "core/a.ts", `const a = "${"é".repeat(105)}";`, `// https://example.com/${"a".repeat(120)}`],
  [noAny, "core/a.ts", "let a: any;", "let any: unknown;"],
  [noAny, "core/a.test.ts", "const a = b as unknown as Map<string, any>;", '// any\nconst a = "any";'],
  [noSilencedCompiler, "core/a.ts", "// @ts-ignore\na();", "// @ts-expect-error a is gone\na();"],
  [noDefaultExport, "core/a.ts", "export default 1;", "export const a = 1;"],
  [noDefaultExport, "core/a.ts", "export default function a() {}", "switch (a) { default: b(); }"],
  [noDefaultExport, "core/a.ts", "const a = 1;\nexport { a as default };", "const a = 1;\nexport { a };"],
  [pureDomain, "core/domain/a.ts", "const a = Date.now();", "// Date.now()\nconst a = now;"],
  [pureDomain, "core/domain/a.ts", "const a = new Date(1);", "const a = new Map();"],
  [pureDomain, "core/domain/a.ts", "const a = Math.random();", "const a = Math.floor(1);"],
  [pureDomain, "core/domain/a.ts", "const a = crypto.randomUUID();", 'const a = "crypto.subtle";'],
  [pureDomain, "core/domain/a.ts", 'fetch("https://example.com");', "port.fetch(1);"],
  [pureDomain, "core/domain/a.ts", "const a = process.env.A;", "const a = loop.process;"],
  [pureDomain, "core/domain/a.ts", "console.log(1);", "log(1);"],
  [pureDomain, "core/domain/a.ts", "const a = async () => await b;", "const a = () => b;"],
  [pureDomain, "core/domain/a.ts", "for await (const a of b) c(a);", "for (const a of b) c(a);"],
  [noAddresses, "docs/a.md", `see ${folder("work")}main`, "see domain/work/state, or /workspace/a"],
  [noAddresses, "docs/a.md", `HOME=${folder("root")}x`, "see https://example.com/work/1"],
  [noAddresses, ".npmrc", `@a:registry=https://${["registry", "npmjs", "org"].join(".")}`, "fund=false"],
  [noAddresses, ".npmrc", `//example.com/:_auth${"Token"}=x`, "https://www.npmjs.com/package/zod"],
];

test.each(planted)("$name finds what is planted in %s: %s", (rule, path, wrong, right) => {
  expect(apply(rule, [{ path, text: wrong }]).findings).not.toEqual([]);
  expect(apply(rule, [{ path, text: right }]).findings).toEqual([]);
});

const misplaced: [Rule, string, string][] = [
  [kebabCase, "core/domain/MyFile.ts", "core/domain/my-file.test.ts"],
  [kebabCase, "core/domain/my_file.ts", "migrations/0001_first_tables.sql"],
  [kebabCase, "core/Domain/a.ts", "core/platforms/_shared/a.ts"],
  [emptyWord, "core/domain/date-utils.ts", "core/domain/utility-bill.ts"],
  [emptyWord, "core/helpers/date.ts", "core/dates/date.ts"],
  [deepFolder, "core/a/b/c/d/e.ts", "core/a/b/c/e.ts"],
  [pagesInWorkers, "runner/page.tsx", "workers/api/page.tsx"],
];

test.each(misplaced)("$name finds %s", (rule, wrong, right) => {
  expect(apply(rule, [{ path: wrong, text: "" }]).findings).not.toEqual([]);
  expect(apply(rule, [{ path: right, text: "" }]).findings).toEqual([]);
});

test("every rule has a planted violation", () => {
  const proved = new Set([...planted, ...misplaced].map(([rule]) => rule));
  expect(rules.filter((rule) => !proved.has(rule)).map((rule) => rule.name)).toEqual([]);
});

test("recorded data is not held against the source rules", () => {
  const data = { path: "core/platforms/github/fixtures/Push.ts", text: "let a: any;" };
  expect(rules.filter((rule) => apply(rule, [data]).findings.length > 0)).toEqual([]);
});

test("the median counts what is shipped and neither tests nor data", () => {
  const long = { path: "core/a.ts", text: lines(fileLinesMedianMax + 1) };
  const tests = ["core/a.test.ts", "core/b.test.ts", "test/tidy/c.ts"].map((path) => ({ path, text: "" }));
  expect(medianLines([long, ...tests])).toBe(fileLinesMedianMax + 1);
});

test("a reason covers its file only, and is stale when nothing is wrong with it", () => {
  const findings = ["core/a.ts", "core/b.ts"].map((path) => ({ path, line: 1, says: "has 500 lines" }));
  const allowed = { [longFile.name]: { "core/a.ts": "a table", "core/gone.ts": "was a table" } };
  const { broken, stale } = weigh(longFile, findings, allowed);
  expect(broken.map((finding) => finding.path)).toEqual(["core/b.ts"]);
  expect(stale).toEqual(["core/gone.ts"]);
});
