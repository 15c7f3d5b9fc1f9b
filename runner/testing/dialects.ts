import { type Grammar, grammars } from "./grammars.ts";

/** A small project in which one thing is as it can be. */
export interface Case {
  files: Record<string, string>;
  manifest: object;
  /** Only these test files are run. */
  only?: string[];
}

/** A test runner in one version, with projects that it tests. */
export interface Dialect {
  name: string;
  packages: Record<string, string>;
  /** The major that most projects have; of the one before only what is read from reports is looked at. */
  current: boolean;
  cases: Record<string, Case>;
}

const scripts: Record<string, string> = {
  "node:test": "node --test",
  vitest: "vitest",
  jest: 'NODE_OPTIONS="$NODE_OPTIONS --experimental-vm-modules" jest',
  mocha: "mocha 'test/*.test.*'",
  ava: "ava",
  tap: "tap --disable-coverage test/*.test.js",
  tape: "tape 'test/*.test.js'",
};
/** The script with a reporter that the project chose itself. */
const reporting: Record<string, string> = {
  "node:test": "node --test --test-reporter=dot",
  vitest: "vitest --reporter=dot",
  jest: `${scripts.jest} --reporters=summary`,
  mocha: `${scripts.mocha} --reporter dot`,
  tap: `${scripts.tap} --reporter=dot`,
  tape: `${scripts.tape} | cat`,
};

const importAdd = 'import { add } from "../src/math.js";';
const mathTest = "test/math.test.js";

/** Writes the cases of one runner. */
class Writer {
  readonly g: Grammar;
  private readonly script: string;

  constructor(g: Grammar, script: string) {
    this.g = g;
    this.script = script;
  }

  file(body: string, imports = importAdd): string {
    return `${this.g.head}\n${imports}\n${body}\n`;
  }

  get good(): string {
    return this.file(this.g.test("adds", this.g.equal("add(1, 2)", "3")));
  }

  make(files: Record<string, string>, manifest: object = {}, only?: string[]): Case {
    return {
      files: { "src/math.js": "export const add = (a, b) => a + b;\n", ...files },
      manifest: { type: "module", scripts: { test: this.script }, ...manifest },
      ...(only ? { only } : {}),
    };
  }

  /** A project with one test file, which alone is run. */
  alone(body: string, imports?: string): Case {
    return this.make({ [mathTest]: this.file(body, imports) }, {}, [mathTest]);
  }

  get mixed(): string {
    const { g } = this;
    const noise = 'console.log("not ok 77 - noise\\n{\\"numTotalTests\\": 1}\\nsome words");';
    const inner = [g.test("inner good", g.equal("1", "1")), g.test("inner bad", g.equal("1", "2"))];
    return this.file(
      [
        g.test("adds", `${g.noise ?? noise} ${g.equal("add(1, 2)", "3")}`),
        g.test("adds wrongly", g.equal("add(1, 2)", "4")),
        g.test("throws", 'throw new TypeError("cannot add");'),
        g.test("größer als ∞ # 100%", g.equal("1", "1")),
        g.skipped,
        g.suite("outer", inner.join("\n")),
      ].join("\n"),
    );
  }
}

/** New tests on unchanged code, as they may and may not fail. */
function redCases(w: Writer): Record<string, Case> {
  const { g } = w;
  const subtracts = (call: string) => g.test("subtracts", g.equal(call, "2"));
  return {
    "missing export": w.alone(subtracts("sub(3, 1)"), 'import { sub } from "../src/math.js";'),
    "missing member": w.alone(subtracts("math.sub(3, 1)"), 'import * as math from "../src/math.js";'),
    "missing module": w.alone(subtracts("sub(3, 1)"), 'import { sub } from "../src/sub.js";'),
    "missing package": w.alone(g.test("adds", ""), 'import "no-such-package";'),
    "undefined name": w.alone(subtracts("sub(3, 1)")),
    "time-out": w.alone(g.slow),
    "syntax error in a test": w.make({ "test/bad.test.js": "const x = ;\n", [mathTest]: w.good }, {}, [
      "test/bad.test.js",
    ]),
  };
}

/** What reports hold. */
function reportCases(w: Writer): Record<string, Case> {
  const { g } = w;
  const common = `${g.commonHead}\nconst { add, sub } = require("../src/math.js");\n`;
  const commonTests = [
    g.test("adds", g.equal("add(1, 2)", "3")),
    g.test("subtracts", g.equal("sub(3, 1)", "2")),
  ];
  const commonFiles = {
    "src/math.js": "exports.add = (a, b) => a + b;\n",
    [mathTest]: `${common}${commonTests.join("\n")}\n`,
  };
  return {
    mixed: w.make({ [mathTest]: w.mixed, "test/other.test.js": w.good }),
    "syntax error in the source": w.make({
      "src/math.js": "export const add = (a, b => a;\n",
      [mathTest]: w.good,
    }),
    "a hook fails": w.make({ [mathTest]: w.file(g.hook) }),
    "one file": w.make({ [mathTest]: w.mixed, "test/other.test.js": w.good }, {}, ["test/other.test.js"]),
    "two files": w.make(
      { [mathTest]: w.good, "test/other.test.js": w.good, "test/more.test.js": w.mixed },
      {},
      [mathTest, "test/other.test.js"],
    ),
    ...(g.commonHead === null ? {} : { CommonJS: w.make(commonFiles, { type: "commonjs" }) }),
  };
}

/** What can happen around a run. */
function runCases(w: Writer, name: string): Record<string, Case> {
  const { g } = w;
  const script = scripts[name] ?? "";
  const say = { "say.js": 'console.log("ok 1 - said");' };
  const leaves = [
    g.test("before", g.equal("1", "1")),
    g.test("leaves", "process.exit(0);"),
    g.test("after", g.equal("1", "1")),
  ];
  const same = [g.test("same", g.equal("1", "1")), g.test("same", g.equal("1", "2"))];
  const chained = { pretest: "node say.js", unit: script, posttest: "node say.js" };
  const chain = { ...chained, test: "node say.js && npm run unit && node say.js | cat" };
  const own = script.replace(/^NODE_OPTIONS="[^"]*" /, "");
  const flags = name === "jest" ? "--experimental-vm-modules" : "--no-deprecation";
  const reports = reporting[name];
  return {
    only: w.make({
      [mathTest]: w.file(`${g.only("alone", g.equal("1", "1"))}\n${g.test("left out", g.equal("1", "2"))}`),
    }),
    "process.exit": w.make({ [mathTest]: w.file(leaves.join("\n")) }),
    "no tests": w.make({ "test/readme.md": "nothing" }),
    "unhandled rejection": w.make({
      [mathTest]: w.file(
        g.test(
          "rejects elsewhere",
          `Promise.reject(new Error("nobody waits"));
  await new Promise((r) => setTimeout(r, 50)); ${g.equal("1", "1")}`,
        ),
      ),
    }),
    "left open": w.make({
      [mathTest]: w.file(`${g.test("adds", g.equal("1", "1"))}\nsetInterval(() => {}, 1000);`),
    }),
    "duplicate titles": w.make({ [mathTest]: w.file(same.join("\n")) }),
    chain: w.make({ [mathTest]: w.good, ...say }, { scripts: chain }),
    "own Node options": w.make({ [mathTest]: w.good }, { scripts: { test: `NODE_OPTIONS=${flags} ${own}` } }),
    ...(reports ? { "own reporter": w.make({ [mathTest]: w.good }, { scripts: { test: reports } }) } : {}),
    ...(g.snapshot === null ? {} : { snapshot: w.make({ [mathTest]: w.file(g.snapshot("1")) }) }),
  };
}

/** `without`: cases that this version cannot have. */
function dialect(
  runner: string,
  version: string | null,
  current: boolean,
  without: readonly string[] = [],
): Dialect {
  const g = grammars[runner];
  if (!g) throw new Error(`nobody knows how tests of ${runner} are written`);
  const w = new Writer(g, scripts[runner] ?? "");
  const all = { ...reportCases(w), ...redCases(w), ...(current ? runCases(w, runner) : {}) };
  const cases = Object.fromEntries(Object.entries(all).filter(([title]) => !without.includes(title)));
  return {
    name: version === null ? runner : `${runner} ${version}`,
    packages: version === null ? {} : { [runner]: version },
    current,
    cases,
  };
}

export const dialects: readonly Dialect[] = [
  dialect("node:test", null, true),
  dialect("vitest", "5", true),
  dialect("vitest", "4", false),
  dialect("jest", "30", true),
  dialect("jest", "29", false),
  dialect("mocha", "12", true),
  dialect("mocha", "11", false),
  dialect("ava", "7", true),
  dialect("ava", "6", false),
  dialect("tap", "21", true),
  dialect("tap", "20", false),
  // Only at its end tape says that the last test is over.
  dialect("tape", "5", true, ["left open"]),
  // It catches nothing that a test throws: the first one ends the run.
  dialect("tape", "4", false, ["mixed"]),
];
