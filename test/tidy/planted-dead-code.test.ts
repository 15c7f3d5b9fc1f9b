import { afterAll, expect, test } from "vitest";
import { deadCode } from "../../scripts/check/dead-code.ts";
import { configuration, plantTree } from "./planted-tree.ts";

const manifest = (name: string, more: object = {}) =>
  JSON.stringify({ name, private: true, type: "module", ...more });

const workspaces = ["core", "runner", "cli", "server"];
/** Its configuration lies in the tree, and is dead where nobody installs the tool. */
const devDependencies = { "dependency-cruiser": "18.7.2" };

const manifests = {
  "package.json": manifest("tamma", { workspaces, devDependencies }),
  "core/package.json": manifest("@tamma/core", { dependencies: { yaml: "2.9.1" } }),
  "runner/package.json": manifest("@tamma/runner"),
  "cli/package.json": manifest("@tamma/cli"),
  "server/package.json": manifest("@tamma/server"),
};

/** Everything in core is reached by an import from a host, as in the real tree; `dead.ts` is not. */
const alive = {
  "core/domain/used.ts": "export const used = 1;\n",
  "runner/main.ts": 'import { used } from "../core/domain/used.ts";\n\nused.toFixed();\n',
};

const tree = plantTree({
  ...manifests,
  ...alive,
  "core/domain/dead.ts": "export const dead = 1;\n",
  "core/domain/half.ts": "export const half = 1;\nexport const other = 2;\nexport type spare = number;\n",
  "core/domain/half.test.ts":
    'import { test } from "vitest";\nimport { half } from "./half.ts";\n\ntest("a", () => half);\n',
  "cli/main.ts": 'import { parse } from "jose";\n\nparse();\n',
  "workers/index.ts": 'import { page } from "./api/page.ts";\n\npage();\n',
  "workers/api/page.ts": "export const page = () => 1;\n",
  "workers/api/forgotten.ts": "export const forgotten = 1;\n",
  "scripts/check/unused.ts": "export const unused = 1;\n",
});
afterAll(() => tree[Symbol.dispose]());
const { output, ok } = deadCode(tree.root);

const section = (title: string) =>
  output.split(new RegExp(`^${title}.*\n`, "m"))[1]?.split(/^[A-Z]/m)[0] ?? "";

test("a file in core that nothing imports is found", () => {
  expect(section("Unused files")).toMatch(/core\/domain\/dead\.ts/);
  expect(ok).toBe(false);
});

test("dead files in workers and scripts are found", () => {
  expect(section("Unused files")).toMatch(/workers\/api\/forgotten\.ts/);
  expect(section("Unused files")).toMatch(/scripts\/check\/unused\.ts/);
});

test("a file that something imports is not reported", () => {
  expect(section("Unused files")).not.toMatch(/domain\/used\.ts|page\.ts|main\.ts/);
});

test("an export that nothing imports is found", () => {
  expect(section("Unused exports")).toMatch(/other .*half\.ts/);
});

test("a type that nothing imports is found", () => {
  expect(section("Unused exported types")).toMatch(/spare .*half\.ts/);
});

test("a dependency that nothing imports is found", () => {
  expect(section("Unused dependencies")).toMatch(/yaml .*core\/package\.json/);
});

test("an import that no package.json names is found", () => {
  expect(section("Unlisted dependencies")).toMatch(/jose .*cli\/main\.ts/);
});

test("a clean tree passes", () => {
  using clean = plantTree({ ...manifests, ...alive, "core/package.json": manifest("@tamma/core") });
  expect(deadCode(clean.root).output).toBe("");
  expect(deadCode(clean.root).ok).toBe(true);
});

test("a folder that the configuration hides is noticed", () => {
  const blind = configuration("knip.json")
    .replace('"**/fixtures/**"', '"**/fixtures/**", "core/**"')
    .replace('"project": ["**/*.{ts,tsx}"]', '"project": ["domain/used.ts"]');
  const files = {
    ...manifests,
    ...alive,
    "core/package.json": manifest("@tamma/core"),
    "core/domain/dead.ts": "",
  };
  using hidden = plantTree({ ...files, "knip.json": blind });
  expect(deadCode(hidden.root)).toMatchObject({ ok: false, output: expect.stringContaining("looked at") });
});
