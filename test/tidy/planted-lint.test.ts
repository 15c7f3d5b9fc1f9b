import { afterAll, expect, test } from "vitest";
import { formatAndLint } from "../../scripts/check/format-and-lint.ts";
import { configuration, plantTree } from "./planted-tree.ts";

type Rules = Record<string, string | Record<string, unknown>>;

/** What biome calls the finding -> a file that has it. */
const planted: Record<string, string> = {
  format: "export const a = 'single quotes'\n",
  "assist/source/organizeImports": 'import { b } from "./b.ts";\nimport { a } from "./a.ts";\n\na(b);\n',
  "lint/correctness/noUnusedImports": 'import { a } from "./a.ts";\n',
  "lint/correctness/noUnusedVariables": "const unused = 1;\n",
  "lint/correctness/useImportExtensions": 'import { other } from "./other";\n\nother();\n',
  "lint/performance/noBarrelFile": 'export { other } from "./other.ts";\n',
  "lint/performance/noReExportAll": 'export * from "./other.ts";\n',
  "lint/style/noDefaultExport": "export default 1;\n",
  "lint/style/noEnum": "export enum A {\n  b = 1,\n}\n",
  "lint/style/noNamespace": "export namespace A {\n  export const b = 1;\n}\n",
  "lint/style/noParameterProperties": "export class A {\n  constructor(private readonly b: number) {}\n}\n",
  "lint/style/useConst": "let a = 1;\nexport const b = () => a;\n",
  "lint/style/useImportType": 'import { Other } from "./other.ts";\n\nexport const a = (b: Other) => b;\n',
  "lint/style/useNodejsImportProtocol": 'import { join } from "path";\n\njoin();\n',
  "lint/suspicious/noExplicitAny": "export const a = (b: any) => b;\n",
  "lint/suspicious/noFocusedTests": 'test.only("a", () => {});\n',
  "lint/nursery/noFloatingPromises": "async function a() {}\nexport function b() {\n  a();\n}\n",
};

const name = (category: string) => `core/${category.toLowerCase().replaceAll("/", "-")}.ts`;
const files = Object.fromEntries(Object.entries(planted).map(([category, text]) => [name(category), text]));
const other = "export const other = () => 1;\nexport type Other = number;\n";
const tree = plantTree({ ...files, "core/other.ts": other });
afterAll(() => tree[Symbol.dispose]());
const found = formatAndLint(tree.root);

test.each(Object.keys(planted))("biome finds %s", (category) => {
  const place = `${name(category).replaceAll(".", "\\.")}\\S* ${category}\\s`;
  expect(found.output).toMatch(new RegExp(`^${place}`, "m"));
});

test("every rule that biome.json names has a planted violation", () => {
  const { linter } = JSON.parse(configuration("biome.json")) as { linter: { rules: Rules } };
  const named = Object.entries(linter.rules).flatMap(([group, rules]) =>
    typeof rules === "string"
      ? []
      : Object.keys(rules)
          .filter((rule) => rules[rule] !== "off")
          .map((rule) => `lint/${group}/${rule}`),
  );
  expect(named.filter((rule) => !(rule in planted))).toEqual([]);
  expect(named.length).toBeGreaterThan(10);
});

test("a warning fails as well", () => {
  using warned = plantTree({ "core/a.ts": "export const a = (b: { c: number } | null) => b!.c;\n" });
  expect(formatAndLint(warned.root)).toMatchObject({ ok: false, unseen: [] });
});

test("a clean tree passes", () => {
  using clean = plantTree({ "core/other.ts": other });
  expect(formatAndLint(clean.root)).toMatchObject({ ok: true, output: "", unseen: [] });
});

test("a folder that the configuration hides is noticed", () => {
  const blind = configuration("biome.json").replace('"!**/fixtures"', '"!**/fixtures", "!core/domain"');
  using hidden = plantTree({ "core/domain/a.ts": other, "core/b.ts": other, "biome.json": blind });
  expect(formatAndLint(hidden.root)).toMatchObject({ ok: false, unseen: ["core/domain/a.ts"] });
});
