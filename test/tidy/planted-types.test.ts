import { afterAll, expect, test } from "vitest";
import { types } from "../../scripts/check/types.ts";
import { configuration, plantTree } from "./planted-tree.ts";

const fallsThrough = `export const a = (b: number) => {
  switch (b) {
    case 1:
      a(2);
    case 2:
      return 1;
  }
  return 2;
};
`;

/** The option that finds it -> the compiler's number for the finding, and a file that has it. */
const planted: Record<string, [string, string]> = {
  "strict-null-checks": ["TS2322", "export const a: string = null;\n"],
  "no-implicit-any": ["TS7006", "export const a = (b) => b;\n"],
  "use-unknown-in-catch-variables": ["TS18046", "try {\n} catch (e) {\n  e.message;\n}\nexport {};\n"],
  "no-unchecked-indexed-access": ["TS2322", "export const a = (b: string[]): string => b[0];\n"],
  "no-implicit-override": ["TS4114", "class A {\n  b() {}\n}\nexport class C extends A {\n  b() {}\n}\n"],
  "no-fallthrough": ["TS7029", fallsThrough],
  "no-unused-locals": ["TS6133", "const a = 1;\nexport {};\n"],
  "no-unused-parameters": ["TS6133", "export const a = (b: number) => 1;\n"],
  "erasable-syntax-only": ["TS1294", "export enum A {\n  b = 1,\n}\n"],
  "verbatim-module-syntax": [
    "TS1484",
    'import { Other } from "./other.ts";\nexport const a = (b: Other) => b;\n',
  ],
  "missing-import": ["TS2307", 'import { a } from "./nowhere.ts";\na();\n'],
};

const other = "export type Other = number;\n";
const files = Object.fromEntries(
  Object.entries(planted).map(([name, [, text]]) => [`core/${name}.ts`, text]),
);
const tree = plantTree({ ...files, "core/other.ts": other });
afterAll(() => tree[Symbol.dispose]());
const found = types(tree.root);

test.each(Object.entries(planted).map(([name, [code]]) => [name, code] as const))(
  "%s finds %s",
  (name, code) => {
    expect(found.output).toMatch(new RegExp(`^core/${name}\\.ts\\(.*error ${code}:`, "m"));
  },
);

test("a clean tree passes, pages of hono/jsx included", () => {
  const page = 'export const Page = ({ of }: { of: string }) => <p class="a">{of}</p>;\n';
  using clean = plantTree({ "core/other.ts": other, "workers/api/page.tsx": page });
  expect(types(clean.root)).toMatchObject({ ok: true, unseen: [] });
});

test("a folder that the configuration hides is noticed", () => {
  const blind = configuration("tsconfig.json").replace('"**/fixtures"', '"**/fixtures", "core/domain"');
  using hidden = plantTree({ "core/domain/a.ts": other, "core/b.ts": other, "tsconfig.json": blind });
  expect(types(hidden.root)).toMatchObject({ ok: false, unseen: ["core/domain/a.ts"] });
});
