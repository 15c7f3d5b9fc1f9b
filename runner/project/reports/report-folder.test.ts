import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { detectProject } from "../../testing/checked-out.ts";
import { jobContext } from "../../testing/context.ts";
import { refOf, remove, temporaryFolder, write } from "../../testing/repository.ts";
import { complete } from "../outcomes.ts";
import { runSuite } from "../suite.ts";
import { openReportFolder, type ReportFolder } from "./report-folder.ts";

let root: string;
beforeEach(() => {
  root = realpathSync(temporaryFolder());
});
afterEach(() => remove(root));

async function opened(): Promise<ReportFolder> {
  const folder = await openReportFolder(root);
  if (folder === null) throw new Error("no folder");
  return folder;
}

/** What mocha leaves that ran one test. */
function report(folder: ReportFolder, name = "1"): void {
  const test = { title: "adds", fullTitle: "adds", file: join(root, "test/a.js"), err: {} };
  write(folder.path, {
    [`${name}.begun`]: JSON.stringify({ runner: "mocha", cwd: root }),
    [`${name}.report`]: JSON.stringify({ tests: [test], pending: [], failures: [] }),
  });
}

test("the folder and a node_modules that was made for it are gone afterwards", async () => {
  const folder = await opened();
  report(folder);
  expect((await folder.collect()).tests.map((one) => one.id)).toEqual(["test/a.js > adds"]);
  await folder.remove();
  expect(existsSync(join(root, "node_modules"))).toBe(false);
});

test("nothing is written where node_modules leads out of the workspace", async () => {
  mkdirSync(join(root, "elsewhere"));
  symlinkSync("elsewhere", join(root, "node_modules"));
  expect(await openReportFolder(root)).toBeNull();
});

test("a report that is a link, a pipe or no report is not read", async () => {
  const folder = await opened();
  report(folder, "1");
  writeFileSync(join(root, "secret"), JSON.stringify({ tests: [], pending: [], failures: [] }));
  rmSync(join(folder.path, "1.report"));
  symlinkSync(join(root, "secret"), join(folder.path, "1.report"));
  report(folder, "2");
  rmSync(join(folder.path, "2.report"));
  execFileSync("sh", ["-c", 'mkfifo "$0"', join(folder.path, "2.report")]);
  report(folder, "3");
  writeFileSync(join(folder.path, "3.report"), "{");
  const collected = await folder.collect();
  expect(collected.tests).toEqual([]);
  expect(collected.unfinished).toEqual(["mocha", "mocha", "mocha"]);
});

test("a folder that was replaced by a link is neither read nor removed", async () => {
  const folder = await opened();
  write(root, { "other/keep.txt": "kept" });
  rmSync(folder.path, { recursive: true });
  symlinkSync(join(root, "other"), folder.path);
  expect(await folder.collect()).toMatchObject({ runners: [], tests: [] });
  await folder.remove();
  expect(existsSync(join(root, "other/keep.txt"))).toBe(true);
});

test("a runner that began and left no whole report has not passed, whatever its exit code says", () => {
  const result = { argv: [], exitCode: 0, stdout: "", stderr: "", ms: 1, ended: "exit" as const };
  const run = { line: "npm test", result, output: "bye", passed: true };
  const collected = { tests: [], runners: ["mocha"], unfinished: ["mocha"] };
  expect(complete(run, [], collected, false)).toMatchObject([{ id: "suite", outcome: "failed" }]);
  expect(complete(run, [], { ...collected, unfinished: [] }, false)).toMatchObject([{ outcome: "passed" }]);
  expect(complete(run, [], null, true)[0]?.message).toContain("something is left open");
});

test("node:test reports beside the project's reporter; what a test itself starts is no test", async () => {
  const context = jobContext(root, refOf("file:///none"));
  const workspace = join(context.folder, "workspace");
  mkdirSync(workspace);
  write(workspace, {
    "package.json": JSON.stringify({ scripts: { test: "node --test --test-reporter=dot test/*.test.js" } }),
    "test/inner.js": 'require("node:test").test("inner", () => { throw new Error("inner"); });\n',
    "test/outer.test.js": `const { test } = require("node:test");
const { spawnSync } = require("node:child_process");
test("starts another run", () => {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const inner = ["--test", __dirname + "/inner.js"];
  const { status, stdout, stderr } = spawnSync(process.execPath, inner, { env, encoding: "utf8" });
  const said = stdout + stderr;
  if (status !== 1 || !said.includes("inner") || said.includes("--test-reporter")) throw new Error(said);
});
`,
  });
  const project = await detectProject(workspace, {});
  const run = await runSuite({ context, root: realpathSync(workspace), project });
  expect(run.tests).toEqual([
    {
      ...{ id: "test/outer.test.js > starts another run", outcome: "passed" },
      ...{ file: "test/outer.test.js", message: null },
    },
  ]);
});
