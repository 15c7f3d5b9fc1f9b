import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { remove, temporaryFolder, write } from "../testing/repository.ts";
import { junitOutcomes } from "./junit.ts";
import { parseTap } from "./tap.ts";
import { tapOutcomes } from "./tap-outcomes.ts";

const testFile = `
const { test, describe, it } = require("node:test");
const assert = require("node:assert");
test("adds", () => assert.equal(1 + 1, 2));
test("fails with # and \\\\ odd", () => assert.equal(1 + 1, 3, "sum is wrong"));
describe("group", () => {
  it("inner ok", () => {});
  it("inner bad", () => assert.deepEqual({ a: 1 }, { a: 2 }));
});
test.skip("skipped one", () => {});
test.todo("later");
`;
let root: string;

beforeAll(() => {
  root = realpathSync(temporaryFolder());
  write(root, {
    "test/a.test.js": testFile,
    "test/crash.test.js":
      'const { gone } = require("../src/gone.js");\nrequire("node:test").test("x", () => gone());\n',
    "test/syntax.test.js": "const x = ;\n",
  });
});
afterAll(() => remove(root));

function run(reporter: string): string {
  const env = { PATH: process.env.PATH, NODE_OPTIONS: `--test-reporter=${reporter}` };
  try {
    return execFileSync(process.execPath, ["--test"], { cwd: root, env, encoding: "utf8", stdio: "pipe" });
  } catch (failed) {
    return String((failed as { stdout: string }).stdout);
  }
}

test("node:test's TAP gives every test its file, name and message", () => {
  const tests = tapOutcomes(run("tap"), root);
  const by = new Map(tests.map((one) => [one.id, one]));
  expect(by.get("test/a.test.js > adds")?.outcome ?? by.get("adds")?.outcome).toBe("passed");
  const odd = by.get("test/a.test.js > fails with # and \\ odd");
  expect(odd?.message).toContain("AssertionError [ERR_ASSERTION]: sum is wrong\nexpected: 3\nactual: 2");
  const inner = by.get("test/a.test.js > group > inner bad");
  expect(inner).toMatchObject({ outcome: "failed", file: "test/a.test.js" });
  expect(tests.filter((one) => one.outcome === "skipped")).toHaveLength(2);
  expect(tests.some((one) => one.id.endsWith("> group"))).toBe(false);
});

test("a test file that crashes carries the error that node printed beside the result", () => {
  const tests = tapOutcomes(run("tap"), root);
  const crash = tests.find((one) => one.id === "test/crash.test.js");
  expect(crash?.message).toContain("Cannot find module '../src/gone.js'");
  expect(tests.find((one) => one.id === "test/syntax.test.js")?.message).toContain(
    "SyntaxError: Unexpected token ';'",
  );
});

test("node:test's JUnit report has the same failures", () => {
  const failed = junitOutcomes(run("junit"), root).filter((one) => one.outcome === "failed");
  expect(failed.some((one) => one.id.endsWith("inner bad"))).toBe(true);
  expect(failed.find((one) => one.id.includes("odd"))?.message).toContain("sum is wrong");
});

test("vitest's flat TAP is read with its name, file and error", () => {
  const text = [
    "TAP version 13",
    "1..2",
    "ok 1 - test/a.test.ts > adds # time=1.20ms",
    "not ok 2 - test/a.test.ts > group > subtracts # time=3ms",
    "    ---",
    "    error:",
    '        name: "AssertionError"',
    '        message: "expected 2 to be 3 // Object.is equality"',
    `    at: "${root}/test/a.test.ts:4:17"`,
    '    actual: "2"',
    '    expected: "3"',
    "    ...",
  ].join("\n");
  const [adds, subtracts] = tapOutcomes(text, root);
  expect(adds).toMatchObject({ id: "test/a.test.ts > adds", outcome: "passed", file: "test/a.test.ts" });
  expect(subtracts?.id).toBe("test/a.test.ts > group > subtracts");
  expect(subtracts?.message).toBe(
    "AssertionError: expected 2 to be 3 // Object.is equality\nexpected: 3\nactual: 2",
  );
});

test("mocha's indented error lines belong to the failed test", () => {
  const text =
    "1..2\nok 1 a works\nnot ok 2 b works\n  expected 1 to equal 2\n  at Context (b.js:3:1)\n# tests 2\n";
  expect(parseTap(text)[1]?.said.join("\n")).toContain("expected 1 to equal 2");
  expect(tapOutcomes(text, root)[1]?.message).toContain("expected 1 to equal 2");
});

test("a run that was cut still shows the subtests that came through, and other text is no test", () => {
  expect(tapOutcomes("TAP version 13\n    not ok 1 - inner\nok, fine\nok go on\n", root)).toMatchObject([
    { id: "inner", outcome: "failed" },
  ]);
  expect(tapOutcomes("Bail out! no database\n", root)[0]).toMatchObject({ outcome: "failed" });
});

test("JUnit of pytest names the file by its module, and errors of a suite fail", () => {
  const xml = `<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="3">
    <testcase classname="tests.test_money.TestRound" name="test_half" time="0.1">
      <failure message="assert 1 == 2">E assert</failure></testcase>
    <testcase classname="tests.test_money" name="test_ok"/>
    <testcase classname="tests.test_money" name="test_later"><skipped/></testcase>
    </testsuite><testsuite name="setup"><error message="no database"/></testsuite></testsuites>`;
  expect(junitOutcomes(xml, root)).toEqual([
    {
      id: "tests/test_money.py > test_half",
      outcome: "failed",
      file: "tests/test_money.py",
      message: "assert 1 == 2\nE assert",
    },
    { id: "tests/test_money.py > test_ok", outcome: "passed", file: "tests/test_money.py", message: null },
    {
      id: "tests/test_money.py > test_later",
      outcome: "skipped",
      file: "tests/test_money.py",
      message: null,
    },
    { id: "setup", outcome: "failed", file: null, message: "no database" },
  ]);
  expect(junitOutcomes("nothing", root)).toEqual([]);
});
