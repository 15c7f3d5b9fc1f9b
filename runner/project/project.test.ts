import { expect, test } from "vitest";
import { jestOutcomes } from "./jest-json.ts";
import { projectOf } from "./project.ts";
import { withFiles } from "./suite.ts";
import { parseTammaYml } from "./tamma-yml.ts";
import { isRunnableTest, isTestFile } from "./test-files.ts";

const project = (manifest: object | null, files: string[] = [], yml = "") =>
  projectOf(
    async (path) =>
      path === "package.json" && manifest ? JSON.stringify(manifest) : files.includes(path) ? "" : null,
    parseTammaYml(yml),
  );

test("node:test is asked for TAP by environment and keeps the script's flags for single files", async () => {
  const found = await project({
    scripts: { test: "FOO=1 node --import tsx --test test/", build: "tsc", lint: "eslint ." },
  });
  expect(found).toMatchObject({
    setup: null,
    build: "npm run --silent build",
    lint: "npm run --silent lint",
    test: "npm run --silent test",
    testOne: "node --test --import tsx {files}",
    report: "tap",
    testEnvironment: { NODE_OPTIONS: "--test-reporter=tap" },
  });
});

test("each test runner is recognised by its script, also behind another command or script", async () => {
  const of = async (script: string, more = {}) =>
    await project({ scripts: { test: script, ...more }, devDependencies: { x: "1" } });
  expect((await of("tsc && vitest run")).test).toBe("npm run --silent test -- --run --reporter=tap-flat");
  expect((await of("npm run unit", { unit: "vitest" })).test).toBe(
    "npm run --silent unit -- --run --reporter=tap-flat",
  );
  expect(await of("jest --ci")).toMatchObject({
    report: "jest-json",
    testOne: "npx --no-install jest --json --ci --runTestsByPath {files}",
  });
  expect((await of("c8 mocha -r ts-node/register 'test/**/*.ts'")).testOne).toBe(
    "npx --no-install mocha --reporter tap -r ts-node/register {files}",
  );
  expect((await of("ava")).testOne).toBe("npx --no-install ava --tap {files}");
  expect((await of("tape test/*.js")).report).toBe("tap");
  expect(await of("make check")).toMatchObject({ report: "exit-code", testOne: null });
});

test("set-up follows the lockfile, and without one leaves none behind", async () => {
  const manifest = { scripts: {}, devDependencies: { mocha: "11" } };
  expect((await project(manifest, ["package-lock.json"])).setup).toBe("npm ci --no-audit --no-fund");
  expect((await project(manifest)).setup).toContain("--no-package-lock");
  expect((await project(manifest)).test).toBe("npx --no-install mocha --reporter tap");
});

test("npm's own placeholder is no test command", async () => {
  expect((await project({ scripts: { test: 'echo "Error: no test specified" && exit 1' } })).test).toBeNull();
  expect((await project(null)).test).toBeNull();
});

test(".tamma.yml wins over what was detected, and makes any project testable", async () => {
  const yml =
    "test: make test\ntest-one: prove {files}\ntest-report: tap\ntest-files: ['t/**/*.t']\nci: make ci\n";
  const found = await project(null, [], yml);
  expect(found).toMatchObject({
    test: "make test",
    testOne: "prove {files}",
    report: "tap",
    ci: "make ci",
    testGlobs: ["t/**/*.t"],
  });
  expect(
    (await project({ scripts: { test: "node --test" } }, [], "test: make test")).testEnvironment,
  ).toEqual({});
});

test("an error of .tamma.yml names line and field and guesses what was meant", () => {
  expect(() => parseTammaYml("build: make\n\ntests: make test\n")).toThrow(
    ".tamma.yml line 3: tests: unknown field, did you mean test?",
  );
  expect(() => parseTammaYml("slots: many\n")).toThrow(/line 1: slots: /);
  expect(() => parseTammaYml("a: [\n")).toThrow(/line \d/);
  expect(parseTammaYml("")).toEqual({});
});

test("test files are known by the usual names, or by the project's globs alone", () => {
  const yes = [
    "test/a.js",
    "src/__tests__/b.ts",
    "src/c.test.tsx",
    "d.spec.js",
    "pkg/e_test.go",
    "test_f.py",
    "tests/data.json",
  ];
  for (const path of yes) expect(isTestFile(path), path).toBe(true);
  for (const path of ["src/a.js", "latest/b.js", "contest.js", "docs/testing.md"])
    expect(isTestFile(path), path).toBe(false);
  expect(isTestFile("test/a.js", ["t/*.t"])).toBe(false);
  expect(isTestFile("t/a.t", ["t/*.t"])).toBe(true);
  expect(
    ["test/a.js", "test/fixtures/a.js", "tests/data.json", "test/helpers.js"].map((path) =>
      isRunnableTest(path),
    ),
  ).toEqual([true, false, false, false]);
});

test("files are quoted for the shell", () => {
  expect(withFiles("run {files} --x", ["a b.js", "it's.js"])).toBe(`run 'a b.js' 'it'\\''s.js' --x`);
  expect(withFiles("run", ["a.js"])).toBe("run 'a.js'");
});

test("jest's JSON gives tests their files, and a file that cannot load is one failing test", () => {
  const report = JSON.stringify({
    numFailedTests: 1,
    testResults: [
      {
        name: "/w/test/a.test.js",
        status: "failed",
        assertionResults: [
          { fullName: "a adds", status: "passed", failureMessages: [] },
          { fullName: "a fails", status: "failed", failureMessages: ["\u001b[31mexpected 3\u001b[39m"] },
        ],
      },
      { name: "/w/test/b.test.js", status: "failed", message: "SyntaxError: x", assertionResults: [] },
    ],
  });
  expect(jestOutcomes(`> x\n${report}\n`, "/w")).toEqual([
    { id: "test/a.test.js > a adds", outcome: "passed", file: "test/a.test.js", message: null },
    { id: "test/a.test.js > a fails", outcome: "failed", file: "test/a.test.js", message: "expected 3" },
    { id: "test/b.test.js", outcome: "failed", file: "test/b.test.js", message: "SyntaxError: x" },
  ]);
});
