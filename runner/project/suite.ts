import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import type { JobContext } from "../job-context.ts";
import type { CommandOptions, CommandResult } from "../sandbox/command.ts";
import { readInside, removeInside } from "../workspace/inside.ts";
import { jestOutcomes } from "./jest-json.ts";
import { junitOutcomes } from "./junit.ts";
import type { Project } from "./project.ts";
import { tapOutcomes } from "./tap-outcomes.ts";

/** One run of a project's command. */
export interface ProjectRun {
  /** The line of shell, as a person would type it. */
  line: string;
  result: CommandResult;
  output: string;
  passed: boolean;
}

export interface SuiteRun extends ProjectRun {
  /** Never empty: a run without a readable report is one test with the id `suite`. */
  tests: TestOutcome[];
  failed: TestOutcome[];
}

/** A hung build or suite must not hold the machine; large suites do need minutes. */
const commandTimeoutMs = 900_000;
/** Reports of large suites are long, and a report cut in its middle loses tests. */
const outputBytesMax = 20_000_000;
/** The end of the output of a run that has no readable report. */
const tailCharsMax = 1_500;
/** The test id when there is only an exit code. */
export const suiteTest = "suite";

type Where = { context: JobContext; root: string; project: Project };

/** Runs one line of shell of the project; `network` says why it needs one. */
export async function runLine(
  where: Where,
  line: string,
  env: Record<string, string> = {},
  network?: CommandOptions["network"],
): Promise<ProjectRun> {
  const { context, root, project } = where;
  context.log(`$ ${line}\n`);
  const result = await context.commands.shell(line, {
    cwd: root,
    env: { CI: "1", NO_COLOR: "1", FORCE_COLOR: "0", ...env, ...project.environment },
    timeoutMs: commandTimeoutMs,
    outputBytesMax,
    signal: context.signal,
    ...(network ? { network } : {}),
  });
  const end = result.ended === "exit" ? `exit code ${result.exitCode}` : result.ended;
  context.log(`[${end}, ${result.ms} ms]\n`);
  const output = [result.stdout, result.stderr].filter((text) => text.trim() !== "").join("\n");
  return { line, result, output, passed: result.exitCode === 0 && result.ended === "exit" };
}

/** Runs the whole suite, or only `files` when they are given and the project can run single files. */
export async function runSuite(where: Where & { files?: readonly string[] }): Promise<SuiteRun> {
  const { project, root, files } = where;
  const single = files !== undefined && files.length > 0 && project.testOne !== null;
  const line = single ? withFiles(project.testOne ?? "", files) : (project.test ?? "");
  if (project.reportFile !== null) await removeInside(root, project.reportFile);
  const run = await runLine(where, line, project.testEnvironment);
  const report = await reportOf(run, project, root);
  const tests = complete(run, outcomesOf(report, project, root));
  const failed = tests.filter((test) => test.outcome === "failed");
  return { ...run, tests, failed, passed: failed.length === 0 };
}

/** A run of each file alone costs a start each; with more files the report has to say whose a test is. */
const filesAloneMax = 20;

/**
 * Runs test files so that every test is known to belong to one of them, if the project's report allows it
 * at all.
 * Without a `test-one` command the whole suite is run.
 */
export async function runTestFiles(where: Where & { files: readonly string[] }): Promise<SuiteRun> {
  const run = await runSuite(where);
  const { files, project } = where;
  const unknown = run.tests.some((test) => test.file === null);
  if (!unknown || project.testOne === null || files.length > filesAloneMax) return run;
  const alone: SuiteRun[] = [];
  for (const file of files) {
    const one = files.length === 1 ? run : await runSuite({ ...where, files: [file] });
    const tests = one.tests.map((test) =>
      test.file === null ? { ...test, file, id: `${file} > ${test.id}` } : test,
    );
    alone.push({ ...one, tests, failed: tests.filter((test) => test.outcome === "failed") });
  }
  return joined(run, alone);
}

function joined(first: SuiteRun, runs: readonly SuiteRun[]): SuiteRun {
  const tests = runs.flatMap((run) => run.tests);
  const failed = tests.filter((test) => test.outcome === "failed");
  const output = runs.length > 1 ? runs.map((run) => run.output).join("\n") : first.output;
  return { ...first, tests, failed, output, passed: failed.length === 0 };
}

/** `{files}` of a `test-one` line, quoted for the shell; a line without it gets them at its end. */
export function withFiles(line: string, files: readonly string[]): string {
  const quoted = files.map((file) => `'${file.replaceAll("'", `'\\''`)}'`).join(" ");
  return line.includes("{files}") ? line.replaceAll("{files}", () => quoted) : `${line} ${quoted}`;
}

async function reportOf(run: ProjectRun, project: Project, root: string): Promise<string> {
  if (project.reportFile === null) return run.result.stdout;
  // The project's command wrote it, and may have put a link or a pipe there.
  const report = await readInside(root, project.reportFile, outputBytesMax).catch(() => null);
  return report?.toString("utf8") ?? "";
}

function outcomesOf(report: string, project: Project, root: string): TestOutcome[] {
  if (project.report === "tap") return tapOutcomes(report, root);
  if (project.report === "junit") return junitOutcomes(report, root);
  if (project.report === "jest-json") return jestOutcomes(report, root);
  // Nobody promised a report; one that says what it is can still be read.
  return /^TAP version \d+/m.test(report) ? tapOutcomes(report, root) : [];
}

/** The exit code has the last word: no report may turn a failed command into a passed one. */
function complete(run: ProjectRun, tests: TestOutcome[]): TestOutcome[] {
  const known = tests.some((test) => test.outcome === "failed");
  if (run.passed)
    return tests.length > 0 ? tests : [{ id: suiteTest, outcome: "passed", file: null, message: null }];
  if (known) return tests;
  return [...tests, { id: suiteTest, outcome: "failed", file: null, message: whyFailed(run) }];
}

function whyFailed({ result, output }: ProjectRun): string {
  const tail = output.slice(-tailCharsMax).trim();
  if (result.ended === "timeout") return `did not end within ${commandTimeoutMs / 1000} s\n${tail}`;
  if (result.ended === "spawn-error") return `could not be started\n${tail}`;
  return `exit code ${result.exitCode}\n${tail}`;
}
