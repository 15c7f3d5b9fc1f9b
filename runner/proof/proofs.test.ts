import type { PatchFile } from "@tamma/core/domain/loop/evidence.ts";
import { expect, test } from "vitest";
import { isTestFile } from "../project/test-files.ts";
import { moreThanWords } from "./diff-classifier.ts";
import { changedLines } from "./diff-lines.ts";
import { secretsIn } from "./secret-scan.ts";
import { weakeningsOf } from "./test-lock.ts";

type Side = Record<string, string>;
const read = (side: Side) => async (path: string) => side[path] ?? null;

function filesOf(before: Side, after: Side): PatchFile[] {
  return Object.keys({ ...before, ...after })
    .filter((path) => before[path] !== after[path])
    .map((path) => ({
      path,
      status: before[path] === undefined ? "added" : after[path] === undefined ? "deleted" : "modified",
      ...{ modeBefore: "100644", modeAfter: "100644", binary: false, added: 1, removed: 1 },
    }));
}

async function weakened(before: Side, after: Side, locked: { path: string; sha256: string }[] = []) {
  const isTest = (path: string) => isTestFile(path);
  const found = await weakeningsOf({
    ...{
      files: filesOf(before, after),
      before: read(before),
      after: read(after),
      isTestFile: isTest,
      locked,
    },
    sha256: async (path) => (after[path] === undefined ? null : `hash of ${after[path]}`),
  });
  return found.map(({ path, what }) => `${path}: ${what}`);
}

const strong =
  'it("a", () => { assert.equal(f(1), 2); assert.ok(f(2)); });\nit("b", () => expect(f(3)).toBe(4));\n';

test("a test file that loses assertions, tests or runs is named in words", async () => {
  const to = (text: string) => weakened({ "test/a.test.js": strong }, { "test/a.test.js": text });
  expect(await to(strong.replace("assert.ok(f(2));", ""))).toEqual(["test/a.test.js: 1 fewer assertion"]);
  expect(await to(strong.replace("assert.ok(f(2));", "/* assert.ok(f(2)); */"))).toEqual([
    "test/a.test.js: 1 fewer assertion",
  ]);
  expect(await to(strong.replace('it("b"', 'it.skip("b"'))).toEqual([
    "test/a.test.js: 1 more test is skipped",
  ]);
  expect(await to(strong.replace('it("b"', 'it("b", { todo: true }'))).toEqual([
    "test/a.test.js: 1 more test is skipped",
  ]);
  expect(await to(strong.replace('it("a"', 'it.only("a"'))).toEqual([
    "test/a.test.js: `only` keeps other tests from running",
  ]);
  expect(await to(strong.split("\n")[0] ?? "")).toEqual([
    "test/a.test.js: 1 test removed",
    "test/a.test.js: 1 fewer assertion",
  ]);
  expect(await to(`${strong}it("c", () => assert.ok(1));\n`)).toEqual([]);
  expect(await weakened({ "test/a.test.js": strong }, {})).toEqual(["test/a.test.js: test file deleted"]);
});

test("other languages' ways to skip a test are known", async () => {
  const py = "def test_a():\n    assert f(1) == 2\n";
  expect(
    await weakened({ "tests/test_a.py": py }, { "tests/test_a.py": `@pytest.mark.xfail\n${py}` }),
  ).toEqual(["tests/test_a.py: 1 more test is skipped"]);
  const java = "@Test void a() { assertEquals(1, f()); }\n";
  expect(await weakened({ "src/ATest.java": java }, { "src/ATest.java": `@Ignore ${java}` })).toEqual([
    "src/ATest.java: 1 more test is skipped",
  ]);
});

test("settings of CI, lint, coverage and the scripts that judge a change are named", async () => {
  const before = {
    "package.json": '{"scripts":{"test":"node --test","start":"node ."}}',
    "eslint.config.js": "a",
    "src/a.js": "f();",
  };
  const after = {
    "package.json": '{"scripts":{"test":"true","start":"node x"}}',
    "eslint.config.js": "b",
    ".github/workflows/ci.yml": "x",
    "src/a.js": "// eslint-disable-next-line\nf();",
  };
  expect(await weakened(before, after)).toEqual([
    "package.json: script `test` changed",
    "eslint.config.js: lint settings changed",
    "src/a.js: 1 more comment switches a check off",
    ".github/workflows/ci.yml: CI settings added",
  ]);
});

test("a locked test that is not byte-equal is named", async () => {
  const locked = [{ path: "test/a.test.js", sha256: `hash of ${strong}` }];
  expect(await weakened({}, { "test/a.test.js": strong }, locked)).toEqual([]);
  expect(await weakened({}, { "test/a.test.js": `${strong} ` }, locked)).toEqual([
    "test/a.test.js: changed after it was proven red",
  ]);
});

test("documentation, comments and formatting are words; code, modes and data are not", async () => {
  const more = async (before: Side, after: Side) =>
    (await moreThanWords(filesOf(before, after), read(before), read(after))).map(
      ({ path, why }) => `${path}: ${why}`,
    );
  expect(await more({ "a.md": "a" }, { "a.md": "b", "docs/x.png": "1", LICENSE: "x" })).toEqual([]);
  const code = "export function f(a: number) {\n  return a; // old\n}\n";
  expect(
    await more(
      { "src/f.ts": code },
      { "src/f.ts": "/** New. */\nexport function f(a: number) { return a }\n" },
    ),
  ).toEqual([]);
  expect(
    await more({ "src/f.ts": code }, { "src/f.ts": code.replace("return a;", "return a + 1;") }),
  ).toEqual(["src/f.ts: its code changed"]);
  expect(await more({ "src/f.ts": code }, { "src/f.ts": code.replace("a; // old", "`// code`;") })).toEqual([
    "src/f.ts: its code changed",
  ]);
  expect(await more({}, { "requirements.txt": "x", "src/new.ts": "" })).toHaveLength(2);
  expect(await more({ "a.py": "# a" }, { "a.py": "# b" })).toEqual([
    "a.py: its code cannot be told from its comments",
  ]);
  const mode: PatchFile = {
    ...filesOf({ "a.md": "a" }, { "a.md": "b" })[0],
    modeAfter: "100755",
  } as PatchFile;
  expect(await moreThanWords([mode], read({}), read({}))).toEqual([
    { path: "a.md", why: "its mode changed" },
  ]);
});

const addedFile = (path: string, ...lines: string[]) =>
  `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n` +
  `@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join("")}`;
const scan = async (diff: string) =>
  (await secretsIn(changedLines(diff), isTestFile)).map(
    ({ severity, path, line }) => `${severity} ${path}:${line}`,
  );
// Put together here, so that no scanner of this repository takes them for real.
const token = `ghp_${"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"}`;
const random = "q8Zk2VwX" + "91LmTzR4yBn7";

test("secrets in added lines are found with their line, and never shown", async () => {
  const diff = addedFile(
    "src/a.js",
    "const a = 1;",
    `const t = "${token}";`,
    `const dbPassword = "${random}";`,
  );
  expect(await scan(diff)).toEqual(["critical src/a.js:2", "critical src/a.js:3"]);
  const told = JSON.stringify(await secretsIn(changedLines(diff), isTestFile));
  expect(told).not.toContain(token);
  expect(told).not.toContain(random);
  expect(await scan(addedFile("a.pem", `-----BEGIN RSA ${"PRIVATE"} KEY-----`, "abc"))).toEqual([
    "critical a.pem:1",
  ]);
  expect(await scan(addedFile(".env", `API_KEY=${random}`))).toEqual(["critical .env:1"]);
});

test("placeholders, variables, removed lines and random values in tests do not block", async () => {
  const harmless = [
    'const token = "your-token-goes-here-1"',
    "const apiKey = process.env.API_KEY1234;",
    'password: "example12345678"',
  ];
  expect(await scan(addedFile("src/a.js", ...harmless, 'const key = "AKIAIOSFODNN7EXAMPLE";'))).toEqual([]);
  expect(await scan(addedFile("test/a.test.js", `const secret = "${random}";`))).toEqual([
    "medium test/a.test.js:1",
  ]);
  const header = "diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n";
  const removed = `${header}@@ -1,2 +1 @@\n-const t = "${token}";\n-- x\n+ok\n`;
  expect(await scan(removed)).toEqual([]);
  expect(changedLines(removed)[0]).toMatchObject({ path: "a.js", removed: [`const t = "${token}";`, "- x"] });
});
