import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Tally } from "./tally.ts";
import { countReport, type VitestReport } from "./vitest-report.ts";

export type VitestRun = {
  root: string;
  /** The name of the project in vitest.config.ts. */
  project: string;
  /** The test files that must have run, relative to `root`. */
  files: readonly string[];
  /** Keep the lines each test reached in coverage/blob, for `coverageOfAllParts`. */
  coverage: boolean;
  env?: Record<string, string>;
};

/** Runs one project of vitest with its output on the terminal, and counts its tests. */
export async function vitestPart({ root, project, files, coverage, env = {} }: VitestRun): Promise<Tally> {
  const reportPath = join(root, `coverage/reports/${project}.json`);
  mkdirSync(join(root, "coverage/reports"), { recursive: true });
  rmSync(reportPath, { force: true });
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json"];
  args.push(`--outputFile.json=${reportPath}`, ...(coverage ? keepCoverage(project) : []));
  const exitCode = await vitest(root, args, { ...env, TAMMA_COVERAGE: "collect" });
  const expected = files.map((file) => join(root, file));
  const { tally, remarks } = countReport(readReport(reportPath), exitCode, expected);
  for (const remark of remarks) process.stdout.write(`${project}: ${remark}\n`);
  return tally;
}

/**
 * Adds up the coverage of the parts that kept theirs and holds the sum against the thresholds in
 * vitest.config.ts: a line that only the workerd tests reach is covered. Counts as one test.
 */
export async function coverageOfAllParts(root: string): Promise<Tally> {
  const args = [
    "run",
    "--merge-reports=coverage/blob",
    "--coverage",
    "--coverage.clean=false",
    "--reporter=dot",
  ];
  const exitCode = await vitest(root, args, {});
  return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
}

function keepCoverage(project: string): string[] {
  return [
    "--coverage",
    "--coverage.reporter=json",
    `--coverage.reportsDirectory=coverage/parts/${project}`,
    "--reporter=blob",
    `--outputFile.blob=coverage/blob/${project}.json`,
  ];
}

async function vitest(root: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  const bin = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  const [code] = await once(child, "exit");
  return typeof code === "number" ? code : 1;
}

function readReport(path: string): VitestReport | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as VitestReport;
  } catch {
    return null; // vitest ended before writing it
  }
}
