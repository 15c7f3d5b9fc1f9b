"use strict";
/**
 * Loaded by NODE_OPTIONS into every Node process of a test run. In the process of a known test runner it asks
 * for the report that the runner itself can write, into this file's folder; in all others it does nothing. It
 * is also a reporter of node:test. Nothing here may throw: the project's tests matter more than our report.
 *
 * Files per runner process: `<name>.begun` (JSON: runner, cwd), `<name>.report`, and `<name>.ended` at its
 * exit.
 */
const fs = require("node:fs");
const path = require("node:path");
const { isMainThread } = require("node:worker_threads");

/** Set for all processes below a runner: what a test starts is a part of that test. */
const taken = "TAMMA_TEST_REPORT";
/** Set by Tamma where only some test files are run. */
const someTests = "TAMMA_SOME_TESTS";
const watch = new Set(["--watch", "--watchAll", "-w", "--watch-all"]);

/** By package: `main` is the file behind its bin; `without` are subcommands and flags that run no tests. */
const runners = {
  mocha: {
    main: /^(bin\/_?mocha|lib\/cli\/cli\.js)/,
    without: /^(init|--version|-V|--help|-h|--list-\w+|--dry-run)$/,
    flags: (report) => ["--reporter", "json", "--reporter-option", `output=${report}`],
  },
  jest: { main: /^bin\/jest/, without: jestWithout(), flags: jestFlags },
  "jest-cli": { main: /^bin\/jest/, without: jestWithout(), flags: jestFlags, as: "jest" },
  vitest: {
    main: /^(vitest\.mjs|dist\/cli\.js)$/,
    without: /^(bench|list|init|typecheck|--version|-v|--help|-h)$/,
    flags: (report) => ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  },
  ava: {
    main: /^entrypoints\/cli\.mjs$/,
    without: /^(debug|reset-cache|--version|--help)$/,
    flags: () => ["--tap"],
    prints: true,
  },
  tap: { main: /^(dist\/\w+\/run\.mjs|bin\/run\.js)$/, without: tapWithout(), flags: tapFlags },
  "@tapjs/run": { main: /^dist\/\w+\/index\.js$/, without: tapWithout(), flags: tapFlags, as: "tap" },
  tape: { main: /^bin\/tape/, without: /^(--version|--help|-h)$/, flags: () => [], prints: true },
};

function jestFlags(report) {
  return ["--json", `--outputFile=${report}`];
}
function jestWithout() {
  return /^(--version|-v|--help|-h|--listTests|--showConfig|--init|--clearCache)$/;
}
/**
 * Some files alone do not reach the coverage that tap wants of all; each line of versions has its own flag.
 */
function tapFlags(report, file) {
  const some = file.startsWith("bin/") ? "--no-check-coverage" : "--allow-incomplete-coverage";
  return [`--output-file=${report}`, ...(process.env[someTests] === undefined ? [] : [some])];
}
function tapWithout() {
  return /^(build|config|dump|debug|help|list|plugins?|report|replay|repl|versions|--version|--help|-h)$/;
}

/**
 * What is started below a runner gets NODE_OPTIONS without ours: a node:test that a test starts has neither
 * our reporters nor the destinations that balance those of the project's script.
 */
function leaveChildrenAlone() {
  const file = __filename.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  process.env.NODE_OPTIONS = (process.env.NODE_OPTIONS ?? "")
    .replace(`--require "${file}"`, "")
    .replace(`--test-reporter="${file}"`, "")
    .replaceAll(/--test-reporter=spec\b|--test-reporter-destination=stdout\b/g, "")
    .trim();
}

/** Announces a run of `runner` in this process; null when a runner above has done so. */
function claim(runner) {
  if (process.env[taken] !== undefined) return null;
  process.env[taken] = String(process.pid);
  leaveChildrenAlone();
  const name = path.join(__dirname, `${String(Date.now()).padStart(15, "0")}-${process.pid}`);
  fs.writeFileSync(`${name}.begun`, JSON.stringify({ runner, cwd: process.cwd() }));
  process.on("exit", () => {
    try {
      fs.writeFileSync(`${name}.ended`, "");
    } catch {
      // The folder is gone, and so is whoever waits for it.
    }
  });
  return `${name}.report`;
}

function ask() {
  const main = process.argv[1];
  if (main === undefined || !isMainThread) return;
  const real = realPath(main).split(path.sep).join("/");
  const found = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(real);
  const runner = found === null ? undefined : runners[found[1]];
  const args = process.argv.slice(2);
  if (runner === undefined || !runner.main.test(found[2])) return;
  if (args.some((arg) => runner.without.test(arg))) return;
  const report = claim(runner.as ?? found[1]);
  if (report === null) return;
  const end = args.indexOf("--");
  const own = (end === -1 ? args : args.slice(0, end)).filter((arg) => !watch.has(arg));
  const rest = end === -1 ? [] : args.slice(end);
  process.argv.splice(2, args.length, ...own, ...runner.flags(report, found[2]), ...rest);
  if (runner.prints) copyOutput(report);
  if (found[1] === "tape") nameTapeFiles(`${report}.files`);
}

function realPath(file) {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}

/** What goes to standard output is kept in `report` too, also when a pipe makes something else of it. */
function copyOutput(report) {
  const out = fs.openSync(report, "a");
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk, ...more) => {
    fs.writeSync(out, typeof chunk === "string" ? chunk : Buffer.from(chunk));
    return write(chunk, ...more);
  };
}

/** tape does not say which file a test is in, so each title that is registered is noted with its file. */
function nameTapeFiles(list) {
  const { _extensions } = require("node:module");
  const load = _extensions[".js"];
  // Both `require` and `import` take what the module exports once it is loaded.
  _extensions[".js"] = function (module, file) {
    load.call(this, module, file);
    const isTape = /[\\/]node_modules[\\/]tape[\\/]index\.js$/.test(file);
    if (isTape && typeof module.exports === "function") module.exports = watched(module.exports, list);
  };
}

function watched(tape, list) {
  const note = (args) => {
    const title = args.find((one) => typeof one === "string") ?? "(anonymous)";
    const file = callerFile();
    if (file !== null) fs.appendFileSync(list, `${JSON.stringify({ title, file })}\n`);
  };
  return new Proxy(tape, {
    apply(target, self, args) {
      note(args);
      return Reflect.apply(target, self, args);
    },
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (!["test", "only", "skip"].includes(name) || typeof value !== "function") return value;
      return new Proxy(value, {
        apply(own, self, args) {
          note(args);
          return Reflect.apply(own, self, args);
        },
      });
    },
  });
}

/** The file of the project that called tape. */
function callerFile() {
  const lines = (new Error("where").stack ?? "").split("\n").slice(1);
  for (const line of lines) {
    const found = /(?:\(|at )(file:\/\/)?(\/[^():]+):\d+:\d+\)?$/.exec(line);
    const file = found?.[1] === undefined ? found?.[2] : decodeURI(found[2]);
    if (file !== undefined && file !== __filename && !file.includes("/node_modules/")) return file;
  }
  return null;
}

/** A reporter of node:test: one line of JSON per test or file; it prints nothing. */
async function* reporter(events) {
  const report = claim("node:test");
  if (report === null) {
    for await (const _ of events) {
      // Somebody else's tests.
    }
    return;
  }
  const out = fs.openSync(report, "a");
  const put = (line) => fs.writeSync(out, `${JSON.stringify(line)}\n`);
  for await (const { type, data } of events) {
    if (type === "test:pass" || type === "test:fail") put(lineOf(type, data));
    else if (type === "test:stderr") put({ type: "stderr", file: data.file, text: data.message });
    // A coverage threshold that is missed stands in no test.
    else if (type === "test:diagnostic" && /threshold|coverage does not meet/i.test(data.message))
      put({ type: "said", text: data.message });
  }
  put({ type: "end" });
  yield "";
}

function lineOf(type, { name, nesting, file, skip, todo, details }) {
  const error = details?.error;
  return {
    type: type.slice("test:".length),
    ...{ name, nesting, file, skip, todo, suite: details?.type === "suite" },
    ...(error === undefined ? {} : { failure: error.failureType, error: describe(error.cause ?? error) }),
  };
}

function describe(error) {
  if (typeof error !== "object" || error === null) return { message: String(error) };
  const { name, code, message, stack } = error;
  const compared = "expected" in error && "actual" in error;
  return {
    ...{ name, code, message: String(message), stack },
    ...(compared ? { expected: show(error.expected), actual: show(error.actual) } : {}),
  };
}

function show(value) {
  return typeof value === "string" ? value : require("node:util").inspect(value, { depth: 4 });
}

try {
  // Test files start before the reporter does.
  if (process.execArgv.includes("--test")) leaveChildrenAlone();
  ask();
} catch {
  // Without a report there is still the exit code.
}
module.exports = reporter;
