import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import type { CommandResult } from "../sandbox/command.ts";
import { junitOutcomes } from "./junit.ts";
import type { Project } from "./project.ts";
import { jestOutcomes } from "./reports/jest-json.ts";
import type { Collected } from "./reports/report-folder.ts";
import { tapOutcomes } from "./tap-outcomes.ts";

/** One run of a project's command. */
export interface ProjectRun {
  /** The line of shell, as a person would type it. */
  line: string;
  result: CommandResult;
  output: string;
  passed: boolean;
}

/** The test id when there is only an exit code. */
export const suiteTest = "suite";
/** The end of the output of a run that has no readable report. */
const tailCharsMax = 1_500;

/** The tests of a report that was printed or written; none when there is no readable one. */
export function outcomesOf(report: string, project: Project, root: string): TestOutcome[] {
  if (project.report === "tap") return tapOutcomes(report, root);
  if (project.report === "junit") return junitOutcomes(report, root);
  if (project.report === "jest-json") return jestOutcomes(report, root);
  // Nobody promised a report; one that says what it is can still be read.
  return /^TAP version \d+/m.test(report) ? tapOutcomes(report, root) : [];
}

/**
 * `tests`, and what they do not say. The exit code has the last word: no report may turn a failed command
 * into a passed one, and a runner that was ended in its middle has not passed either.
 */
export function complete(
  run: ProjectRun,
  tests: TestOutcome[],
  collected: Collected | null,
  hung: boolean,
): TestOutcome[] {
  const known = tests
    .filter((test) => test.outcome === "failed")
    .map((test) => ({ ...test, message: test.message ?? tailOf(run) }));
  const others = tests.filter((test) => test.outcome !== "failed");
  const all = [...others, ...known];
  const suite = (message: string): TestOutcome => ({ id: suiteTest, outcome: "failed", file: null, message });
  if (hung) return [...all, suite(leftOpen)];
  const silent = known.length === 0 || run.result.ended !== "exit";
  if (!run.passed) return silent ? [...all, suite(whyFailed(run))] : all;
  const cut = collected?.unfinished ?? [];
  if (cut.length > 0) return [...all, suite(`${endedEarly(cut)}\n${tailOf(run)}`)];
  return all.length > 0 ? all : [{ id: suiteTest, outcome: "passed", file: null, message: null }];
}

const leftOpen =
  "all tests ended, but the process did not: something is left open, such as a server, a socket or a timer";

/**
 * The end of the output, without the frames of Node and the packages, among which the error would be lost.
 */
function tailOf({ output }: ProjectRun): string {
  const own = output.split("\n").filter((line) => !/^\s*at .*(\bnode:|\bnode_modules\/)/.test(line));
  return own.join("\n").slice(-tailCharsMax).trim();
}

function endedEarly(runners: readonly string[]): string {
  const names = [...new Set(runners)].join(", ");
  return `${names} ended with exit code 0 before its report did: something ended the process (process.exit?)`;
}

function whyFailed(run: ProjectRun): string {
  const { result } = run;
  if (result.ended === "timeout") return `did not end in time\n${tailOf(run)}`;
  if (result.ended === "spawn-error") return `could not be started\n${tailOf(run)}`;
  return `exit code ${result.exitCode}\n${tailOf(run)}`;
}
