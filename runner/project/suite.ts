import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import type { JobContext } from "../job-context.ts";
import type { CommandOptions } from "../sandbox/command.ts";
import { readInside, removeInside } from "../workspace/inside.ts";
import { complete, outcomesOf, type ProjectRun } from "./outcomes.ts";
import type { Project } from "./project.ts";
import { openReportFolder } from "./reports/report-folder.ts";

export interface SuiteRun extends ProjectRun {
  /** Never empty: a run without a readable report is one test with the id `suite`. */
  tests: TestOutcome[];
  failed: TestOutcome[];
}

/** A hung build or suite must not hold the machine; large suites do need minutes. */
const commandTimeoutMs = 900_000;
/** Reports of large suites are long, and a report cut in its middle loses tests. */
const outputBytesMax = 20_000_000;

/** A runner whose report is whole has this long to end; writing coverage of a large project takes a while. */
const leftOpenMs = 120_000;
/** How often a running suite is looked at for that. */
const lookMs = 5_000;
/** No daemon, no cached results in place of a run, no question, no report home. */
const quiet = {
  ...{ CI: "1", NO_COLOR: "1", FORCE_COLOR: "0", DO_NOT_TRACK: "1", COREPACK_ENABLE_DOWNLOAD_PROMPT: "0" },
  ...{ TURBO_FORCE: "1", TURBO_TELEMETRY_DISABLED: "1", NX_SKIP_NX_CACHE: "true", NX_DAEMON: "false" },
  ...{ YARN_ENABLE_TELEMETRY: "0", npm_config_update_notifier: "false" },
};

type Where = { context: JobContext; root: string; project: Project };
type LineOptions = {
  env?: Record<string, string>;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Why it needs a network; without a reason it gets none where the sandbox can withhold it. */
  network?: CommandOptions["network"];
};

/** Runs one line of shell of the project. */
export async function runLine(where: Where, line: string, options: LineOptions = {}): Promise<ProjectRun> {
  const { context, root, project } = where;
  context.log(`$ ${line}\n`);
  const result = await context.commands.shell(line, {
    cwd: root,
    env: { ...quiet, ...project.environment, ...options.env },
    timeoutMs: options.timeoutMs ?? commandTimeoutMs,
    outputBytesMax,
    signal: options.signal ?? context.signal,
    ...(options.network ? { network: options.network } : {}),
  });
  const end = result.ended === "exit" ? `exit code ${result.exitCode}` : result.ended;
  context.log(`[${end}, ${result.ms} ms]\n`);
  const output = [result.stdout, result.stderr].filter((text) => text.trim() !== "").join("\n");
  return { line, result, output, passed: result.exitCode === 0 && result.ended === "exit" };
}

type SuiteOptions = Where & { files?: readonly string[]; timeoutMs?: number; leftOpenMs?: number };

/**
 * Runs the whole suite, or only `files` when they are given and the project can run single files; those of a
 * package of the workspace in that package.
 */
export async function runSuite(options: SuiteOptions): Promise<SuiteRun> {
  const runs: SuiteRun[] = [];
  for (const line of linesFor(options.project, options.files ?? [])) runs.push(await runOne(options, line));
  const first = runs.find((run) => !run.passed) ?? runs[0];
  if (first === undefined) throw new Error("a suite has at least one line");
  return runs.length === 1
    ? first
    : { ...joined(first, runs), line: runs.map((run) => run.line).join(" && ") };
}

/** One line for the suite; for single files one per package that holds some of them. */
function linesFor(project: Project, files: readonly string[]): string[] {
  const lines = new Map<string, { line: string; files: string[] }>();
  for (const file of files) {
    const own = project.packages.find(({ folder }) => file.startsWith(`${folder}/`));
    const line = own ? (own.testOne ?? own.test) : project.testOne;
    if (line === null) return [project.test ?? ""];
    const folder = own?.folder ?? "";
    const found = lines.get(folder) ?? { line, files: [] };
    found.files.push(folder === "" ? file : file.slice(folder.length + 1));
    lines.set(folder, found);
  }
  if (lines.size === 0) return [project.test ?? ""];
  return [...lines].map(([folder, group]) => {
    const whole = folder !== "" && !group.line.includes("{files}");
    const line = whole ? group.line : withFiles(group.line, group.files);
    return folder === "" ? line : `cd ${quoted(folder)} || exit 1; ${line}`;
  });
}

async function runOne(options: SuiteOptions, line: string): Promise<SuiteRun> {
  const { project, root, context } = options;
  if (project.reportFile !== null) await removeInside(root, project.reportFile);
  const reports = project.collects ? await openReportFolder(root) : null;
  const own = project.environment.NODE_OPTIONS;
  const env: Record<string, string> =
    reports === null ? {} : { NODE_OPTIONS: reports.nodeOptions(own, project.nodeReporters) };
  if ((options.files?.length ?? 0) > 0) env.TAMMA_SOME_TESTS = "1";
  const hung = new AbortController();
  const look = setInterval(async () => {
    if (await reports?.hangsSince(options.leftOpenMs ?? leftOpenMs).catch(() => false)) hung.abort();
  }, lookMs);
  try {
    const signal = AbortSignal.any([context.signal, hung.signal]);
    const run = await runLine(options, line, { env, signal, timeoutMs: options.timeoutMs });
    const collected = (await reports?.collect()) ?? null;
    const reported = collected !== null && collected.runners.length > 0;
    const read = reported ? collected.tests : outcomesOf(await reportOf(run, project, root), project, root);
    const tests = complete(run, read, collected, hung.signal.aborted);
    const failed = tests.filter((test) => test.outcome === "failed");
    return { ...run, tests, failed, passed: failed.length === 0 };
  } finally {
    clearInterval(look);
    await reports?.remove();
  }
}

/** A run of each file alone costs a start each; with more files the report has to say whose a test is. */
const filesAloneMax = 20;

/**
 * Runs test files so that every test is known to belong to one of them, if the project's report allows it
 * at all.
 * Without a `test-one` command the whole suite is run.
 */
export async function runTestFiles(where: Where & { files: readonly string[] }): Promise<SuiteRun> {
  const { files, project } = where;
  const run = onlyOf(files, await runSuite(where));
  const unknown = run.tests.some((test) => test.file === null);
  const single = project.testOne !== null || project.packages.length > 0;
  if (!unknown || !single || files.length > filesAloneMax) return run;
  const alone: SuiteRun[] = [];
  for (const file of files) {
    const one = files.length === 1 ? run : onlyOf([file], await runSuite({ ...where, files: [file] }));
    const tests = one.tests.map((test) =>
      test.file === null ? { ...test, file, id: `${file} > ${test.id}` } : test,
    );
    alone.push({ ...one, tests, failed: tests.filter((test) => test.outcome === "failed") });
  }
  return joined(run, alone);
}

/** Without the tests of other files: mocha also runs those that its configuration names. */
function onlyOf(files: readonly string[], run: SuiteRun): SuiteRun {
  const tests = run.tests.filter((test) => test.file === null || files.includes(test.file));
  return tests.length === 0 ? run : joined(run, [{ ...run, tests }]);
}

function joined(first: SuiteRun, runs: readonly SuiteRun[]): SuiteRun {
  const tests = runs.flatMap((run) => run.tests);
  const failed = tests.filter((test) => test.outcome === "failed");
  const output = runs.length > 1 ? runs.map((run) => run.output).join("\n") : first.output;
  return { ...first, tests, failed, output, passed: failed.length === 0 };
}

/** `{files}` of a `test-one` line, quoted for the shell; a line without it gets them at its end. */
export function withFiles(line: string, files: readonly string[]): string {
  const all = files.map(quoted).join(" ");
  return line.includes("{files}") ? line.replaceAll("{files}", () => all) : `${line} ${all}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

async function reportOf(run: ProjectRun, project: Project, root: string): Promise<string> {
  if (project.reportFile === null) return run.result.stdout;
  // The project's command wrote it, and may have put a link or a pipe there.
  const report = await readInside(root, project.reportFile, outputBytesMax).catch(() => null);
  return report?.toString("utf8") ?? "";
}
