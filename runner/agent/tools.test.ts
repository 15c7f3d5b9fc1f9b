import { mkdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { projectOf } from "../project/project.ts";
import { isTestFile } from "../project/test-files.ts";
import { jobContext } from "../testing/context.ts";
import { makeRepository, remove, temporaryFolder } from "../testing/repository.ts";
import { cloneAt } from "../workspace/clone.ts";
import type { Desk } from "./desk.ts";
import { parseCall, toolList } from "./tool-call.ts";
import { useTool } from "./tools.ts";

const source =
  "export function add(a, b) {\n  return a + b;\n}\n\nexport function sub(a, b) {\n  return a - b;\n}\n";
const manifest = JSON.stringify({ scripts: { test: "node --test" } });
// Real git and real test runs on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let folder: string;
let desk: Desk;

beforeEach(async () => {
  folder = temporaryFolder();
  const repository = makeRepository(folder, "bare", {
    "package.json": manifest,
    "src/math.js": source,
    "src/windows.js": "const a = 1;\r\nconst b = 2;\r\n",
    "test/math.test.js": 'require("node:test").test("ok", () => {});\n',
  });
  const context = jobContext(folder, repository.ref);
  const workspace = await cloneAt(repository.ref.url, { sha: repository.base }, join(context.folder, "w"));
  desk = {
    ...{
      context,
      workspace,
      root: realpathSync(workspace.path),
      isTestFile: (path: string) => isTestFile(path),
    },
    ...{ phase: "green", locked: new Map(), failedEdits: new Map(), changes: 0 },
    project: await projectOf(
      { text: async (path) => (path === "package.json" ? manifest : null), list: async () => [] },
      {},
    ),
  };
});
afterEach(() => remove(folder));

async function use(name: string, input: unknown): Promise<string> {
  const call = parseCall(name, input);
  if (call.name === "ask" || call.name === "finish") throw new Error("not a tool of the desk");
  const { text, isError } = await useTool(desk, call).catch((error: Error) => ({
    text: error.message,
    isError: true,
  }));
  return `${isError ? "refused: " : ""}${text}`;
}
const fileOf = (path: string) => readFileSync(join(desk.root, path), "utf8");

test("every tool is told to the model with a closed JSON Schema", () => {
  expect(toolList.map((tool) => tool.name)).toContain("apply_patch");
  for (const { inputSchema } of toolList)
    expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
  expect(() => parseCall("read_file", { path: "a", from: "x" })).toThrow(/from/);
  expect(() => parseCall("shell", {})).toThrow(/There is no tool shell/);
});

test("str_replace changes one exact and unique piece, also in a file with Windows line ends", async () => {
  expect(await use("str_replace", { path: "src/math.js", old: "a + b", new: "a + b + $1" })).toBe(
    "replaced in src/math.js at line 2",
  );
  expect(fileOf("src/math.js")).toContain("return a + b + $1;");
  await use("str_replace", {
    path: "src/windows.js",
    old: "const a = 1;\nconst b",
    new: "const a = 3;\nconst b",
  });
  expect(fileOf("src/windows.js")).toBe("const a = 3;\r\nconst b = 2;\r\n");
});

test("a failed str_replace says how often it matched and where, then offers write_file", async () => {
  const many = await use("str_replace", { path: "src/math.js", old: "(a, b)", new: "(a)" });
  expect(many).toContain("matches 2 times, at lines 1, 5");
  expect(many).not.toContain("write_file");
  const none = await use("str_replace", { path: "src/math.js", old: "  return a +  b;", new: "x" });
  expect(none).toContain(
    "matches 0 times. The nearest lines are:\n1\texport function add(a, b) {\n2\t  return a + b;",
  );
  expect(none).toContain("use write_file with its whole text");
  expect(fileOf("src/math.js")).toBe(source);
});

test("paths that lead out of the repository or into git's folder are refused", async () => {
  mkdirSync(join(folder, "outside"));
  symlinkSync(join(folder, "outside"), join(desk.root, "out"));
  symlinkSync(join(folder, "nowhere"), join(desk.root, "dangling"));
  symlinkSync(".git", join(desk.root, "inner"));
  const bad = [
    "../a",
    "src/../../a",
    "/etc/passwd",
    "C:/a",
    "src\\a",
    ".git/config",
    ".GIT/config",
    "a/.git /x",
    "git~1/x",
  ];
  for (const path of [...bad, "out/a", "dangling", "inner/config", "~/a", "a\0b"]) {
    expect(await use("write_file", { path, content: "x" }), path).toMatch(/^refused: /);
    expect(await use("read_file", { path }), path).toMatch(/^refused: /);
  }
  expect(await use("list_files", { path: ".." })).toMatch(/^refused: /);
  expect(await use("search", { pattern: "x", path: "/etc" })).toMatch(/^refused: /);
  expect(await use("run", { command: "test-one", files: ["../x.test.js"] })).toMatch(/^refused: /);
});

test("a diff is applied as a whole or not at all, and may not touch what a tool may not", async () => {
  const hunk = (path: string) => `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`;
  const lines = " export function add(a, b) {\n-  return a + b;\n+  return b + a;\n }\n";
  const good = `${hunk("src/math.js")}@@ -1,9 +1,3 @@\n${lines}`;
  expect(await use("apply_patch", { diff: good })).toBe("applied to src/math.js");
  expect(fileOf("src/math.js")).toContain("return b + a;");
  expect(await use("apply_patch", { diff: good })).toContain("does not apply");
  for (const path of [".git/config", "../x", "/etc/x"]) {
    const diff = `${hunk(path)}@@ -0,0 +1 @@\n+x\n`;
    expect(await use("apply_patch", { diff }), path).toMatch(/^refused: /);
  }
  const rename =
    "diff --git a/src/math.js b/.git/x\nsimilarity index 100%\nrename from src/math.js\nrename to .git/x\n";
  expect(await use("apply_patch", { diff: rename })).toMatch(/^refused: /);
  const link =
    "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n";
  expect(await use("apply_patch", { diff: link })).toMatch(/^refused: /);
});

test("in red only test files may change; later the proven ones may not", async () => {
  desk.phase = "red";
  expect(await use("write_file", { path: "src/new.js", content: "x" })).toContain(
    "In phase red only test files may change",
  );
  expect(await use("write_file", { path: "test/new.test.js", content: "x" })).toContain(
    "wrote test/new.test.js",
  );
  desk.phase = "green";
  desk.locked.set("test/new.test.js", "hash");
  for (const path of ["test/new.test.js", "./test/new.test.js", "test//new.test.js"])
    expect(await use("write_file", { path, content: "" }), path).toContain("is locked");
  const diff = "--- a/test/new.test.js\n+++ b/test/new.test.js\n@@ -1 +1 @@\n-x\n+y\n";
  expect(await use("apply_patch", { diff })).toContain("is locked");
  expect(await use("write_file", { path: "test/other.test.js", content: "y" })).toContain("wrote");
});

test("reading and searching show lines, new files too, and say where a missing file may be", async () => {
  await use("write_file", { path: "src/new.js", content: "const fresh = 42;\n" });
  expect(await use("list_files", { path: "src" })).toContain("src/new.js 18");
  expect(await use("search", { pattern: "fresh = \\d+", path: "." })).toBe("src/new.js:1: const fresh = 42;");
  expect(await use("search", { pattern: "nothing like it", path: "." })).toBe("no match");
  expect(await use("search", { pattern: "(", path: "." })).toMatch(/^refused: The pattern/);
  expect(await use("read_file", { path: "src/math.js", from: 5 })).toBe(
    "5\texport function sub(a, b) {\n6\t  return a - b;\n7\t}",
  );
  expect(await use("read_file", { path: "lib/math.js" })).toContain("Files of that name: src/math.js");
});

test("run answers with the counts and names of failing tests", async () => {
  expect(await use("run", { command: "test" })).toContain("exit code 0; 1 passed, 0 failed");
  const failing = 'require("node:test").test("adds", () => { require("node:assert").equal(1, 2); });\n';
  await use("write_file", { path: "test/bad.test.js", content: failing });
  const said = await use("run", { command: "test-one", files: ["test/bad.test.js"] });
  expect(said).toMatch(/^refused: exit code 1; 0 passed, 1 failed\n\ntest\/bad\.test\.js > adds/);
  expect(await use("run", { command: "build" })).toContain("no build command");
});
