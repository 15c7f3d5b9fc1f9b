import { expect, test } from "vitest";
import { projectOf } from "./project.ts";
import { jestOutcomes } from "./reports/jest-json.ts";
import { withFiles } from "./suite.ts";
import { parseTammaYml } from "./tamma-yml.ts";
import { isRunnableTest, isTestFile } from "./test-files.ts";

const project = (manifest: object | null, files: string[] = [], yml = "") =>
  projectOf(
    {
      text: async (path) =>
        path === "package.json" && manifest ? JSON.stringify(manifest) : files.includes(path) ? "" : null,
      list: async () => files,
    },
    parseTammaYml(yml),
  );

test("node:test keeps the script's flags and variables for single files", async () => {
  const found = await project({
    scripts: { test: "FOO=1 node --import tsx --test test/", build: "tsc", lint: "eslint ." },
  });
  expect(found).toMatchObject({
    setup: null,
    build: "npm run --silent build",
    lint: "npm run --silent lint",
    test: "npm run --silent test",
    testOne: "FOO=1 node --test --import tsx {files}",
    collects: true,
    nodeReporters: { reporters: 0, destinations: 0 },
  });
});

test("each test runner is recognised by its script, also behind another command or script", async () => {
  const of = async (script: string, more = {}) =>
    await project({ scripts: { test: script, ...more }, devDependencies: { x: "1" } });
  const one = async (script: string, more = {}) => (await of(script, more)).testOne;
  expect((await of("tsc && vitest run")).test).toBe("npm run --silent test");
  expect(await one("tsc && vitest run")).toBe("npx --no-install vitest run --coverage.enabled=false {files}");
  expect(await one("npm run unit", { unit: "vitest --coverage" })).toBe(
    "npx --no-install vitest run --coverage.enabled=false {files}",
  );
  expect(await one("npm-run-all lint test:*", { "test:unit": "mocha", lint: "eslint ." })).toBe(
    "npx --no-install mocha {files}",
  );
  expect(await one("jest --ci --watchAll")).toBe(
    "npx --no-install jest --ci --coverage=false --runTestsByPath {files}",
  );
  expect(await one("c8 -r text mocha -r ts-node/register 'test/**/*.ts' && echo done")).toBe(
    "npx --no-install mocha -r ts-node/register {files}",
  );
  expect(await one("ava")).toBe("npx --no-install ava {files}");
  expect(await one("tape test/*.js | tap-spec")).toBe("npx --no-install tape {files}");
  expect(await one("tsx --test test/*.ts")).toBe("node --test --import tsx {files}");
  expect(await of("make check")).toMatchObject({ report: "exit-code", testOne: null, collects: true });
});

test("a script's own NODE_OPTIONS come behind ours; where they replace them flags ask", async () => {
  const manifest = (test: string) => ({ scripts: { test }, devDependencies: { jest: "30", tape: "5" } });
  expect(await project(manifest("cross-env NODE_OPTIONS=--experimental-vm-modules jest --ci"))).toMatchObject(
    {
      test: "npm run --silent test -- --json",
      testOne:
        'NODE_OPTIONS="$NODE_OPTIONS --experimental-vm-modules" npx --no-install jest' +
        " --ci --coverage=false --runTestsByPath {files}",
      report: "jest-json",
    },
  );
  expect(
    await project(manifest("node --experimental-vm-modules node_modules/jest/bin/jest.js")),
  ).toMatchObject({
    test: "npm run --silent test",
    testOne:
      'NODE_OPTIONS="$NODE_OPTIONS --experimental-vm-modules" npx --no-install jest' +
      " --coverage=false --runTestsByPath {files}",
  });
  expect((await project(manifest("node --import tsx test/index.ts"))).testOne).toBe(
    'NODE_OPTIONS="$NODE_OPTIONS --import tsx" npx --no-install tape {files}',
  );
});

test("set-up follows the lockfile, and without one leaves none behind", async () => {
  const manifest = { scripts: {}, devDependencies: { mocha: "11" } };
  expect((await project(manifest, ["package-lock.json"])).setup).toBe("npm ci --no-audit --no-fund");
  expect((await project(manifest)).setup).toContain("--no-package-lock");
  expect((await project(manifest)).test).toBe("npx --no-install mocha");
});

test("without a script the runner among the dependencies is run, whole or by files", async () => {
  const found = await project({ devDependencies: { jest: "30" } });
  expect(found.test).toBe("npx --no-install jest");
  expect(found.testOne).toBe("npx --no-install jest --coverage=false --runTestsByPath {files}");
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
  // Nobody knows what is behind `make test`: it may well give node:test a reporter of its own.
  expect(await project({ scripts: { test: "node --test" } }, [], "test: make test")).toMatchObject({
    collects: true,
    nodeReporters: null,
  });
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
