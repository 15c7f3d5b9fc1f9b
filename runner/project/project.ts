import type { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import type { Commands } from "./commands.ts";
import { detectJavaScript } from "./javascript.ts";

export interface Project extends Commands {
  /** What proves a pushed commit; null: build, then test. */
  ci: string | null;
  /** Where JUnit XML is written, relative to the root; null: standard output. */
  reportFile: string | null;
  environment: Record<string, string>;
  /** Globs of test files that replace the usual names; null: the usual names. */
  testGlobs: string[] | null;
}

const nothing: Commands = {
  setup: null,
  build: null,
  lint: null,
  test: null,
  testOne: null,
  report: "exit-code",
  collects: false,
  nodeReporters: null,
  packages: [],
};

/**
 * The files of a project as git holds them (a checked-out file may be a link to anywhere): the text of one,
 * null when it is absent; and the paths of all.
 */
export interface ProjectFiles {
  text(path: string): Promise<string | null>;
  list(): Promise<string[]>;
}

/**
 * What can be run in a project: detected from its files, overridden by `config`, which must come from the
 * base branch (a change may not rewrite the rules that it is judged by).
 */
export async function projectOf(files: ProjectFiles, config: ProjectConfig): Promise<Project> {
  const found = (await detectJavaScript(files.text, files.list)) ?? nothing;
  const ownTest = config.test !== undefined;
  const ownReport = config["test-report"] !== undefined;
  return {
    setup: config.setup ?? found.setup,
    build: config.build ?? found.build,
    lint: config.lint ?? found.lint,
    test: config.test ?? found.test,
    testOne: config["test-one"] ?? (ownTest ? null : found.testOne),
    report: config["test-report"] ?? (ownTest ? "exit-code" : found.report),
    // A report that was promised is read as promised, and nothing is asked for besides.
    collects: found.collects && !ownReport,
    nodeReporters: ownTest ? null : found.nodeReporters,
    packages: ownTest || config["test-one"] !== undefined ? [] : found.packages,
    ci: config.ci ?? null,
    reportFile: config["test-report-file"] ?? null,
    environment: config.environment ?? {},
    testGlobs: config["test-files"] ?? null,
  };
}

export const noTestCommand =
  "no test command: add `test:` to .tamma.yml or a test script to package.json on the default branch";
