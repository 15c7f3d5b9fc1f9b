import type { Commands, ReportFormat } from "./commands.ts";
import type { Installer } from "./installer.ts";
import type { NodeReporters } from "./reports/report-folder.ts";
import { commandsOf, type ScriptCommand } from "./script-lines.ts";

type TestCommands = Pick<Commands, "test" | "testOne" | "report" | "nodeReporters">;

/** How one test runner runs some files, and how it is asked on the command line where nothing else works. */
interface TestRunner {
  /** `{flags}` are those of the script, `{files}` the test files. */
  one: string;
  /** Flags in front of files; a threshold for coverage is one of the whole. */
  forFiles?: string;
  /** Flags that make the suite print a report, and its form. */
  printed: { flags: string; report: ReportFormat };
}

const testRunners: Record<string, TestRunner> = {
  "node:test": { one: "node --test {flags} {files}", printed: { flags: "", report: "tap" } },
  vitest: {
    one: "vitest run {flags} {files}",
    forFiles: "--coverage.enabled=false",
    printed: { flags: "--run --reporter=tap-flat", report: "tap" },
  },
  jest: {
    one: "jest {flags} {files}",
    forFiles: "--coverage=false --runTestsByPath",
    printed: { flags: "--json", report: "jest-json" },
  },
  mocha: { one: "mocha {flags} {files}", printed: { flags: "--reporter tap", report: "tap" } },
  ava: { one: "ava {flags} {files}", printed: { flags: "--tap", report: "tap" } },
  tap: { one: "tap {flags} {files}", printed: { flags: "--reporter=tap", report: "tap" } },
  tape: { one: "tape {flags} {files}", printed: { flags: "", report: "tap" } },
};

/** Looked for among the dependencies when no script tells. */
const byDependency = ["vitest", "jest", "mocha", "ava", "tap", "tape"];

/** Flags that take the next word as their value. */
const valueFlags = new Set([
  ...["-r", "--require", "--import", "--loader", "--experimental-loader", "--env-file", "-c", "--config"],
  ...["--project", "--extension", "--selectProjects", "--node-arguments"],
]);
/** Flags of ours, ones that would choose other files than those asked for, and ones that judge the whole. */
const dropped = new RegExp(
  `^(${[
    ...["--test", "--run", "--json", "--tap", "--watch(All)?", "-w", "--spec", "-R", "--reporter(=.*)?"],
    ...["--test-reporter(-destination)?(=.*)?", "--coverage(\\..*)?", "--cov", "--test-coverage-.*"],
    ...["--experimental-test-coverage", "--passWithNoTests", "--onlyChanged", "-o", "--changed"],
  ].join("|")})$`,
);
const takesReporter = /^(--reporter|-R|--test-reporter(-destination)?|--spec)$/;

/** The test commands of a package by its scripts; without a test script by the runner that it depends on. */
export function runnerOf(
  scripts: Record<string, string>,
  needed: readonly string[],
  installer: Installer,
): TestCommands {
  const nodeReporters = nodeReportersOf(Object.values(scripts));
  const none: TestCommands = { test: null, testOne: null, report: "exit-code", nodeReporters };
  if (!scripts.test) {
    const name = byDependency.find((one) => needed.includes(one));
    const runner = name === undefined ? undefined : testRunners[name];
    if (!runner) return none;
    const [test, testOne] = ["", "{files}"].map((files) => lineOf(runner, [], "", files, installer));
    return { ...none, test: test ?? null, testOne: testOne ?? null };
  }
  const test = installer.run("test", "");
  const found = commandsOf(scripts, "test")
    .map((command) => ({ command, known: recognised(command, needed) }))
    .find(({ known }) => known !== null);
  if (!found?.known) return { ...none, test };
  const { command, known } = found;
  const testOne = lineOf(known.runner, variablesOf(command, known), known.flags, "{files}", installer);
  const { flags, report } = known.runner.printed;
  // The script's own NODE_OPTIONS take the place of ours, so the report has to be asked for by flags.
  const replaced = command.variables.some((one) => /^NODE_OPTIONS=(?!.*\$)/.test(one));
  if (!replaced || !command.last) return { ...none, test, testOne };
  return { ...none, test: installer.run(command.script, flags), testOne, report };
}

/** Does a script give node:test reporters? The first that does speaks for all. */
function nodeReportersOf(bodies: readonly string[]): NodeReporters {
  const body = bodies.find((one) => one.includes("--test-reporter")) ?? "";
  const count = (shape: RegExp) => body.match(shape)?.length ?? 0;
  return { reporters: count(/--test-reporter[= ]/g), destinations: count(/--test-reporter-destination/g) };
}

interface Recognised {
  runner: TestRunner;
  flags: string;
  /** What Node itself is told, for a runner that is started by its bin instead. */
  nodeFlags: string;
}

function recognised({ words }: ScriptCommand, needed: readonly string[]): Recognised | null {
  const first = baseOf(words[0] ?? "");
  const starts = ["node", "tsx", "ts-node"].includes(first);
  if (!starts) {
    const runner = Object.hasOwn(testRunners, first) ? testRunners[first] : undefined;
    return runner ? { runner, flags: flagsOf(words.slice(1)), nodeFlags: "" } : null;
  }
  const loader = first === "node" ? "" : first === "tsx" ? "--import tsx" : "--require ts-node/register";
  if (words.includes("--test")) {
    const runner = testRunners["node:test"];
    return runner ? { runner, flags: `${loader} ${flagsOf(words.slice(1))}`.trim(), nodeFlags: "" } : null;
  }
  // `node --flag node_modules/jest/bin/jest.js --ci`
  const bin = words.findIndex((one) => /(^|\/)node_modules\//.test(one));
  const name = /node_modules\/(?:\.bin\/)?(\w+)/.exec(words[bin] ?? "")?.[1] ?? "";
  const behind = Object.hasOwn(testRunners, name) ? testRunners[name] : undefined;
  const nodeFlags = (end: number) => `${loader} ${flagsOf(words.slice(1, end))}`.trim();
  if (behind) return { runner: behind, flags: flagsOf(words.slice(bin + 1)), nodeFlags: nodeFlags(bin) };
  const tape = needed.includes("tape") ? testRunners.tape : undefined;
  return tape ? { runner: tape, flags: "", nodeFlags: nodeFlags(words.length) } : null;
}

const baseOf = (program: string): string => program.replace(/^.*\//, "");

/** The script's variables; its NODE_OPTIONS come behind those that ask for the report. */
function variablesOf({ variables }: ScriptCommand, { nodeFlags }: Recognised): string[] {
  const options = variables
    .filter((one) => one.startsWith("NODE_OPTIONS="))
    .map((one) => one.slice("NODE_OPTIONS=".length).replace(/^["']|["']$/g, ""));
  const others = variables.filter((one) => !one.startsWith("NODE_OPTIONS="));
  const all = [...options.map((one) => one.replace(/\$\{?NODE_OPTIONS\}?/g, "").trim()), nodeFlags];
  const told = all.filter((one) => one !== "").join(" ");
  return told === "" ? others : [...others, `NODE_OPTIONS="$NODE_OPTIONS ${told}"`];
}

function lineOf(
  runner: TestRunner,
  variables: readonly string[],
  flags: string,
  files: string,
  installer: Installer,
): string {
  const filled = runner.one
    .replace("{flags}", () => flags)
    .replace("{files}", () => (files === "" ? "" : `${runner.forFiles ?? ""} ${files}`))
    .replace(/ {2,}/g, " ")
    .trim();
  const program = filled.startsWith("node ") && installer.plainNode ? filled : installer.exec(filled);
  return installer.within([...variables, program].join(" "));
}

function flagsOf(words: readonly string[]): string {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (!word.startsWith("-")) continue;
    const takes = valueFlags.has(word) || takesReporter.test(word);
    const value = takes ? words[i + 1] : undefined;
    if (!dropped.test(word)) kept.push(value === undefined ? word : `${word} ${value}`);
    if (value !== undefined) i++;
  }
  return kept.join(" ");
}
