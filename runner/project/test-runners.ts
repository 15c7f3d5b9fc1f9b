import type { Commands, ReportFormat } from "./commands.ts";

type TestCommands = Pick<Commands, "test" | "testOne" | "report" | "testEnvironment">;

/** How one test runner is asked for a report that a machine can read. */
interface TestRunner {
  /** Behind `npm run test --`. */
  suiteFlags: string;
  /** `{flags}` are those of the script, `{files}` the test files. */
  one: string;
  report: ReportFormat;
  environment?: Record<string, string>;
}

const testRunners: Record<string, TestRunner> = {
  "node:test": {
    // By environment, because the script may start node behind another command.
    suiteFlags: "",
    one: "{node} --test {flags} {files}",
    report: "tap",
    environment: { NODE_OPTIONS: "--test-reporter=tap" },
  },
  vitest: {
    suiteFlags: "--run --reporter=tap-flat",
    one: "npx --no-install vitest run --reporter=tap-flat {flags} {files}",
    report: "tap",
  },
  jest: {
    suiteFlags: "--json",
    one: "npx --no-install jest --json {flags} --runTestsByPath {files}",
    report: "jest-json",
  },
  mocha: {
    suiteFlags: "--reporter tap",
    one: "npx --no-install mocha --reporter tap {flags} {files}",
    report: "tap",
  },
  ava: { suiteFlags: "--tap", one: "npx --no-install ava --tap {flags} {files}", report: "tap" },
  tap: {
    suiteFlags: "--reporter=tap",
    one: "npx --no-install tap --reporter=tap {flags} {files}",
    report: "tap",
  },
  tape: { suiteFlags: "", one: "npx --no-install tape {flags} {files}", report: "tap" },
};

/** Flags that take the next word as their value. */
const valueFlags =
  /^(-r|--require|--import|--loader|--experimental-loader|--env-file|--config|-c|--project|--extension)$/;
/** Flags of ours, or ones that would choose other files than those asked for. */
const dropped =
  /^(--test|--run|--json|--tap|--watch|-w|--spec|--coverage|--reporter(=.*)?|-R|--test-reporter(=.*)?)$/;
/** Words in front of the runner that only start it. */
const prefix = /^(npx(?: --?\S+)*|c8|nyc|cross-env|(?:[A-Z_][A-Z0-9_]*=\S*)) +/;
const scriptHopsMax = 5;

/** The test commands of a package by its scripts; without a test script by the runner that it depends on. */
export function runnerOf(scripts: Record<string, string>, needed: readonly string[]): TestCommands {
  const none: TestCommands = { test: null, testOne: null, report: "exit-code", testEnvironment: {} };
  if (!scripts.test) {
    const name = ["vitest", "jest", "mocha", "ava", "tap"].find((one) => needed.includes(one));
    const runner = name === undefined ? undefined : testRunners[name];
    if (!runner) return none;
    return {
      ...none,
      test: fill(runner.one, "", ""),
      testOne: fill(runner.one, "", "{files}"),
      report: runner.report,
    };
  }
  const { name, body } = followed(scripts);
  const test = `npm run --silent ${name}`;
  const segment = lastCommand(body);
  const words = segment.split(/\s+/);
  const runner = recognised(words, needed);
  if (!runner || /--test-reporter/.test(body)) return { ...none, test };
  const environment = runner.environment ?? {};
  return {
    test: runner.suiteFlags === "" ? test : `${test} -- ${runner.suiteFlags}`,
    testOne: fill(runner.one, flagsOf(words), "{files}", words[0]),
    report: runner.report,
    testEnvironment: environment,
  };
}

function fill(line: string, flags: string, files: string, node = "node"): string {
  const filled = line.replace("{node}", () => node).replace("{flags}", () => flags);
  return filled
    .replace("{files}", () => files)
    .replace(/ {2,}/g, " ")
    .trim();
}

/** `npm test` that only calls another script is that script. */
function followed(scripts: Record<string, string>): { name: string; body: string } {
  let name = "test";
  for (let hops = 0; hops < scriptHopsMax; hops++) {
    const next = /^npm (?:run|run-script)(?: --?s(?:ilent)?)? ([\w:.-]+)$/.exec(scripts[name] ?? "")?.[1];
    if (next === undefined || !scripts[next]) break;
    name = next;
  }
  return { name, body: scripts[name] ?? "" };
}

/** Arguments behind `npm run x --` reach only the last command of a line. */
function lastCommand(body: string): string {
  let segment = (body.split(/&&|\|\||;/).pop() ?? "").trim();
  while (prefix.test(segment)) segment = segment.replace(prefix, "");
  return segment;
}

function recognised(words: readonly string[], needed: readonly string[]): TestRunner | null {
  const first = (words[0] ?? "").replace(/^.*\//, "");
  if (["node", "tsx"].includes(first)) {
    if (words.includes("--test")) return testRunners["node:test"] ?? null;
    const runner = needed.includes("tape") ? testRunners.tape : undefined;
    return runner ?? null;
  }
  return testRunners[first] ?? null;
}

function flagsOf(words: readonly string[]): string {
  const kept: string[] = [];
  for (let i = 1; i < words.length; i++) {
    const word = words[i] ?? "";
    if (!word.startsWith("-")) continue;
    const value = valueFlags.test(word) ? words[i + 1] : undefined;
    if (!dropped.test(word)) kept.push(value === undefined ? word : `${word} ${value}`);
    if (value !== undefined) i++;
  }
  return kept.join(" ");
}
