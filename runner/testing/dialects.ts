import { type Grammar, grammars } from "./grammars.ts";

/** A small project in which one thing is as it can be. */
export interface Case {
  files: Record<string, string>;
  manifest?: object;
  options?: { files?: string[] };
}

/** A test runner in one version, with projects that it tests. */
export interface Dialect {
  packages: Record<string, string>;
  cases: Record<string, Case>;
}

const source = "export const add = (a, b) => a + b;\n";
const mathFile = { "src/math.js": source };
const scripts: Record<string, string> = {
  "node:test": "node --test",
  vitest: "vitest",
  jest: 'NODE_OPTIONS="$NODE_OPTIONS --experimental-vm-modules" jest',
  mocha: "mocha 'test/*.test.*'",
  ava: "ava",
  tap: "tap --disable-coverage test/*.test.js",
  tape: "tape 'test/*.test.js'",
};

/** The cases of a runner, as it writes them. */
function casesOf(name: string, g: Grammar): Record<string, Case> {
  const esm = { type: "module", scripts: { test: scripts[name] ?? "" } };
  const make = (files: Record<string, string>, manifest: object = {}, options = {}): Case => ({
    files: { ...mathFile, ...files },
    manifest: { ...esm, ...manifest },
    options,
  });
  const file = (body: string, more = 'import { add } from "../src/math.js";') =>
    `${g.head}\n${more}\n${body}\n`;
  const good = file(g.test("adds", g.equal("add(1, 2)", "3")));
  const noise = 'console.log("not ok 77 - noise\\n{\\"numTotalTests\\": 1}\\nsome words");';
  const mixed = [
    g.test("adds", `${noise} ${g.equal("add(1, 2)", "3")}`),
    g.test("adds wrongly", g.equal("add(1, 2)", "4")),
    g.test("throws", 'throw new TypeError("cannot add");'),
    g.test("größer als ∞ # 100%", g.equal("1", "1")),
    g.skipped,
    g.suite(
      "outer",
      [g.test("inner good", g.equal("1", "1")), g.test("inner bad", g.equal("1", "2"))].join("\n"),
    ),
  ].join("\n");
  return {
    mixed: make({ "test/math.test.js": file(mixed), "test/other.test.js": good }),
    "syntax error in a test": make({ "test/bad.test.js": "const x = ;\n", "test/math.test.js": good }),
    "syntax error in the source": make({
      "src/math.js": "export const add = (a, b => a;\n",
      "test/math.test.js": good,
    }),
    "missing export": make({
      "test/math.test.js": file(
        g.test("subtracts", g.equal("sub(3, 1)", "2")),
        'import { sub } from "../src/math.js";',
      ),
    }),
    "missing member": make({
      "test/math.test.js": file(
        g.test("subtracts", g.equal("math.sub(3, 1)", "2")),
        'import * as math from "../src/math.js";',
      ),
    }),
    "missing module": make({
      "test/math.test.js": file(
        g.test("subtracts", g.equal("sub(3, 1)", "2")),
        'import { sub } from "../src/sub.js";',
      ),
    }),
    "missing package": make({
      "test/math.test.js": file(g.test("adds", ""), 'import "no-such-package";'),
    }),
    "undefined name": make({ "test/math.test.js": file(g.test("subtracts", g.equal("sub(3, 1)", "2"))) }),
    only: make({
      "test/math.test.js": file(
        `${g.only("alone", g.equal("1", "1"))}\n${g.test("left out", g.equal("1", "2"))}`,
      ),
    }),
    "time-out": make({ "test/math.test.js": file(g.slow) }),
    "process.exit": make({
      "test/math.test.js": file(
        [
          g.test("before", g.equal("1", "1")),
          g.test("leaves", "process.exit(0);"),
          g.test("after", g.equal("1", "1")),
        ].join("\n"),
      ),
    }),
    "no tests": make({ "test/readme.md": "nothing" }),
    "a hook fails": make({ "test/math.test.js": file(g.hook) }),
    "unhandled rejection": make({
      "test/math.test.js": file(
        g.test(
          "rejects elsewhere",
          `Promise.reject(new Error("nobody waits")); await new Promise((r) => setTimeout(r, 50)); ${g.equal("1", "1")}`,
        ),
      ),
    }),
    "left open": make({
      "test/math.test.js": file(`${g.test("adds", g.equal("1", "1"))}\nsetInterval(() => {}, 1000);`),
    }),
    "duplicate titles": make({
      "test/math.test.js": file(`${g.test("same", g.equal("1", "1"))}\n${g.test("same", g.equal("1", "2"))}`),
    }),
    CommonJS: make(
      {
        "src/math.js": "exports.add = (a, b) => a + b;\n",
        "test/math.test.js": `${g.commonHead}\nconst { add, sub } = require("../src/math.js");\n${g.test("adds", g.equal("add(1, 2)", "3"))}\n${g.test("subtracts", g.equal("sub(3, 1)", "2"))}\n`,
      },
      { type: "commonjs" },
    ),
    "one file": make(
      { "test/math.test.js": file(mixed), "test/other.test.js": good },
      {},
      { files: ["test/other.test.js"] },
    ),
    "two files": make(
      { "test/math.test.js": good, "test/other.test.js": good, "test/third.test.js": good },
      {},
      { files: ["test/math.test.js", "test/other.test.js"] },
    ),
    chain: make(
      { "test/math.test.js": good, "say.js": 'console.log("ok 1 - said");' },
      {
        scripts: {
          pretest: "node say.js",
          test: `node say.js && npm run unit && node say.js | cat`,
          unit: scripts[name] ?? "",
          posttest: "node say.js",
        },
      },
    ),
    ...(g.snapshot === null ? {} : { snapshot: make({ "test/math.test.js": file(g.snapshot("1")) }) }),
  };
}

export const dialects: Record<string, Dialect> = Object.fromEntries(
  [
    ["node:test", "node:test", {}],
    ["vitest 5", "vitest", { vitest: "5" }],
    ["vitest 4", "vitest", { vitest: "4" }],
    ["jest 30", "jest", { jest: "30" }],
    ["jest 29", "jest", { jest: "29" }],
    ["mocha 12", "mocha", { mocha: "12" }],
    ["mocha 11", "mocha", { mocha: "11" }],
    ["ava 7", "ava", { ava: "7" }],
    ["ava 6", "ava", { ava: "6" }],
    ["tap 21", "tap", { tap: "21" }],
    ["tap 20", "tap", { tap: "20" }],
    ["tape 5", "tape", { tape: "5" }],
    ["tape 4", "tape", { tape: "4" }],
  ].map(([name, grammar, packages]) => {
    const g = grammars[grammar as string];
    if (!g) throw new Error(`no grammar ${String(grammar)}`);
    return [name, { packages, cases: casesOf(grammar as string, g) }];
  }),
) as Record<string, Dialect>;
