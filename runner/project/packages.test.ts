import { expect, test } from "vitest";
import { projectOf } from "./project.ts";

const project = (files: Record<string, object | string>, more = {}) =>
  projectOf(
    {
      text: async (path) => {
        const content = files[path];
        return content === undefined ? null : typeof content === "string" ? content : JSON.stringify(content);
      },
      list: async () => Object.keys(files),
    },
    more,
  );
const manifest = (test: string) => ({ scripts: { test } });

test("each package of a workspace with tests has its own commands, deepest folder first", async () => {
  const { packages, test: suite } = await project({
    "package.json": {
      workspaces: ["packages/*", "tools/**", "!packages/old"],
      ...manifest("turbo run test"),
    },
    "packages/a/package.json": manifest("vitest run"),
    "packages/a/fixtures/x/package.json": manifest("mocha"),
    "packages/b/package.json": {},
    "packages/old/package.json": manifest("mocha"),
    "tools/deep/er/package.json": { devDependencies: { ava: "7" } },
    "elsewhere/package.json": manifest("jest"),
  });
  expect(suite).toBe("npm run --silent test");
  expect(packages).toEqual([
    {
      folder: "tools/deep/er",
      test: "npx --no-install ava",
      testOne: "npx --no-install ava {files}",
    },
    {
      folder: "packages/a",
      test: "npm run --silent test",
      testOne: "npx --no-install vitest run --coverage.enabled=false {files}",
    },
  ]);
});

test("pnpm and lerna name packages in own files; a root without tests is tested by all", async () => {
  const pnpm = await project({
    "package.json": {},
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "pnpm-workspace.yaml": "packages:\n  - './libs/*/'\n",
    "libs/a/package.json": manifest("node --test"),
  });
  expect(pnpm.packages.map(({ folder }) => folder)).toEqual(["libs/a"]);
  expect(pnpm.packages[0]?.testOne).toMatch(/node --test \{files\}$/);
  expect(pnpm.test).toMatch(/pnpm --silent --recursive run --if-present test$/);
  const lerna = await project({
    "package.json": { workspaces: { packages: [] } },
    "lerna.json": { packages: ["modules/*"] },
    "modules/a/package.json": manifest("tape test.js"),
  });
  expect(lerna.packages.map(({ folder }) => folder)).toEqual(["modules/a"]);
  expect(lerna.test).toBe("npm run --silent test --workspaces --if-present");
});

test("a test-one of .tamma.yml is for all files of the repository", async () => {
  const files = { "package.json": { workspaces: ["p/*"] }, "p/a/package.json": manifest("jest") };
  expect((await project(files, { "test-one": "make t F={files}" })).packages).toEqual([]);
});
