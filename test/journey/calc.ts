import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { IssueScriptInput, ScriptInput } from "../../server/sample/script.ts";

const scripts = { build: "node build.mjs", test: "node --test" };

/**
 * A small real project: one function, a build with one rule, and a suite with a trap: `cache.json` is
 * ignored by Git, so a change that passes only with that file passes on the engineer's desk and fails on a
 * clean checkout.
 */
export const calcFiles: Readonly<Record<string, string>> = {
  "package.json": `${JSON.stringify({ name: "calc", type: "module", scripts })}\n`,
  ".gitignore": "cache.json\n",
  "build.mjs": `import { readFileSync } from "node:fs";
const source = readFileSync("src/calc.js", "utf8");
if (/\\bvar\\b/.test(source)) {
  console.error("src/calc.js: error: var is not allowed here");
  process.exit(1);
}
`,
  "test/trap.test.js": `import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

test("has no slow code", { skip: existsSync("cache.json") }, () => {
  const slow = /slow-[a-z]+/.exec(readFileSync("src/calc.js", "utf8"))?.[0] ?? "nothing";
  assert.equal(slow, "nothing");
});
`,
  "src/calc.js": "export function add(a, b) {\n  return a + b;\n}\n",
  "test/calc.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { add } from "../src/calc.js";

test("adds", () => {
  assert.equal(add(1, 2), 3);
});
`,
};

export function git(folder: string, ...args: string[]): string {
  const identity = ["-c", "user.name=Mia", "-c", "user.email=mia@example.test", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd: folder, encoding: "utf8" }).trim();
}

/** Writes the project as a working repository with one commit on `main`. */
export function calcRepository(folder: string, more: Record<string, string> = {}): void {
  mkdirSync(folder, { recursive: true });
  git(folder, "init", "--quiet", "--initial-branch=main");
  for (const [path, text] of Object.entries({ ...calcFiles, ...more })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git(folder, "add", "-A");
  git(folder, "commit", "--quiet", "-m", "Begin");
}

export const title = "Multiply two numbers";

const option = (id: string, approach: string) => ({
  ...{ id, title: `Option ${id}`, approach, pros: ["short"], cons: ["none"], complexity: 5 },
  ...{ testStrategy: "one test", risk: "none" },
});

export const plan: IssueScriptInput["plan"] = {
  ...{ kind: "feature", summary: "multiply() is there", complexity: 5, ambiguity: 5, questions: [] },
  steps: ["write a test", "write the function", "run the suite"],
  files: ["src/calc.js", "test/multiply.test.js"],
  ...{ research: [], needsTests: true, noTestReason: "", turnsLow: 4, turnsHigh: 8 },
};

/** Edits that the journeys combine: the good ones, and ways to get it wrong. */
export const edits = {
  red: {
    path: "test/multiply.test.js",
    content: `import assert from "node:assert/strict";
import { test } from "node:test";
import { multiply } from "../src/calc.js";

test("multiplies", () => {
  assert.equal(multiply(3, 4), 12);
});
`,
  },
  green: multiply("a * b"),
  /** Passes at once: it proves nothing. */
  redTooEasy: {
    path: "test/multiply.test.js",
    content: `import assert from "node:assert/strict";
import { test } from "node:test";
import { add } from "../src/calc.js";

test("adds more", () => {
  assert.equal(add(3, 4), 7);
});
`,
  },
  /** Breaks the build's rule; the tests pass. */
  greenWithVar: multiply("a * b", "var unused = 1;\n"),
  /** Makes the trap pass on this desk alone. */
  cache: { path: "cache.json", content: "{}\n" },
};

/** Right, but with a comment that the trap finds on a clean checkout. */
export function slow(name: string) {
  return multiply("a * b", `// slow-${name}\n`);
}

/** The function with this body: `a * b` is right, anything else is a failure of its own. */
export function multiply(body: string, before = "") {
  return {
    path: "src/calc.js",
    content: `${calcFiles["src/calc.js"]}\n${before}export function multiply(a, b) {\n  return ${body};\n}\n`,
  };
}

/** A script for the one issue; what is not given goes well. */
export function calcScript(changes: Partial<IssueScriptInput> = {}): ScriptInput {
  const good = { attempts: [{ red: [edits.red], green: [edits.green] }] };
  const design = {
    options: [option("1", "a plain function"), option("2", "a function over a list")],
    recommended: "1",
    rationale: "nothing else is needed",
  };
  return { issues: [{ title, plan, design, develop: { "1": good, "2": good }, ...changes }] };
}
