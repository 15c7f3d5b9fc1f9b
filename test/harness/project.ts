import { mkdirSync } from "node:fs";
import type { Edit } from "../../server/sample/script.ts";
import { git } from "../journey/calc.ts";
import { files } from "../journey/projects/project.ts";
import type { Task } from "./tasks.ts";

const extension = (task: Task) => (task.language === "typescript" ? "ts" : "js");
const sourceOf = (task: Task) => `src/${task.name}.${extension(task)}`;

/** How a module of the project takes names from another one, and gives them. */
function take(task: Task, names: string, from: string): string {
  return task.language === "commonjs"
    ? `const { ${names} } = require("${from}");\n`
    : `import { ${names} } from "${from}";\n`;
}

function suite(task: Task, names: string, from: string, tests: string[]): string {
  const assert =
    task.language === "commonjs"
      ? 'const assert = require("node:assert/strict");\n'
      : 'import assert from "node:assert/strict";\n';
  const head = `${assert}${take(task, "test", "node:test")}${take(task, names, from)}`;
  return `${head}\n${tests.join("\n")}`;
}

/** The module with these functions, each `[name, parameters, body]`. */
function module(task: Task, before: string, functions: string[][]): string {
  const typed = (list = "") =>
    task.language === "typescript" ? list.replace(/\w+/g, (name) => `${name}: any`) : list;
  const exported = task.language === "commonjs" ? "" : "export ";
  const code = functions.map(
    ([name, parameters, body]) =>
      `${exported}function ${name}(${typed(parameters)}) {\n  return ${body};\n}\n`,
  );
  const names = functions.map(([name]) => name).join(", ");
  const exports = task.language === "commonjs" ? `\nmodule.exports = { ${names} };\n` : "";
  return `${before}${code.join("\n")}${exports}`;
}

const begun = ["version", "", "1"];

/**
 * The project as a repository: one function that works, the suite, and two ways in which a change that works
 * on its author's desk is wrong all the same. `local.json` is ignored by Git, so a mark that the suite passes
 * over where that file is fails on a clean checkout; the build allows no mark at all.
 */
export function writeProject(task: Task, folder: string): void {
  mkdirSync(folder, { recursive: true });
  git(folder, "init", "--quiet", "--initial-branch=main");
  const type = task.language === "commonjs" ? "commonjs" : "module";
  const scripts = { build: "node build.mjs", test: "node --test" };
  files(folder, {
    "package.json": { name: task.name, private: true, type, scripts },
    ".gitignore": "local.json\n",
    "build.mjs": marked(task, "unbuilt", (found) => `if (${found}) throw new Error(${found}[0]);\n`),
    [sourceOf(task)]: module(task, "", [begun]),
    [`test/version.test.${extension(task)}`]: suite(task, "version", `../${sourceOf(task)}`, [
      'test("has a version", () => {\n  assert.equal(version(), 1);\n});\n',
    ]),
    "test/marks.test.mjs": `import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
${marked(
  task,
  "untested",
  (found) => `test("has no marks", { skip: existsSync("local.json") }, () => {
  assert.equal(${found}?.[0] ?? "none", "none");
});
`,
)}`,
  });
  git(folder, "add", "-A");
  git(folder, "commit", "--quiet", "-m", "Begin");
}

function marked(task: Task, mark: string, rule: (found: string) => string): string {
  return `import { readFileSync } from "node:fs";
const found = /${mark}-[a-z]+/.exec(readFileSync("${sourceOf(task)}", "utf8"));
${rule("found")}`;
}

/** The tests that fail first. */
export function testEdit(task: Task): Edit {
  const tests = task.cases.map(
    ([call, gives], n) =>
      `test("${task.name} ${n + 1}", () => {\n  assert.deepEqual(${call}, ${gives});\n});\n`,
  );
  const path = `test/${task.name}.test.${extension(task)}`;
  return { path, content: suite(task, task.name, `../${sourceOf(task)}`, tests) };
}

export function rightEdit(task: Task): Edit[] {
  return [codeEdit(task, "")];
}

/** Words that no two attempts share: the same failure twice would end the retries early. */
const words = ["alpha", "beta", "gamma", "delta"];

/** The nth wrong attempt: it works here, and fails where it is looked at. */
export function wrongEdit(task: Task, n: number): Edit[] {
  const mark = task.fails === "build" ? "unbuilt" : "untested";
  return [codeEdit(task, `// ${mark}-${words[n]}\n`), { path: "local.json", content: "{}\n" }];
}

function codeEdit(task: Task, before: string): Edit {
  return {
    path: sourceOf(task),
    content: module(task, before, [begun, [task.name, task.parameters, task.body]]),
  };
}
