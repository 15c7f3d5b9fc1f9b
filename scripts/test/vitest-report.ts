import type { Tally } from "./tally.ts";

/** The little of vitest's JSON report (the form of jest's) that the count needs. */
export type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; assertionResults: unknown[] }[];
};

/**
 * The count of a run. What vitest does not count as a test fails as one: a file that could not be loaded,
 * a file of `expected` (absolute paths) that was not run, and an exit code without a failed test, which is
 * an unhandled error or a missed coverage threshold. `report` is null when vitest ended before writing it.
 */
export function countReport(report: VitestReport | null, exitCode: number, expected: readonly string[]) {
  if (report === null)
    return { tally: { passed: 0, failed: 1, skipped: 0 }, remarks: ["vitest wrote no report"] };
  const ran = new Set(report.testResults.map((file) => file.name));
  const notRun = expected.filter((file) => !ran.has(file));
  const notLoaded = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + notRun.length + notLoaded.length;
  const silent = failed === 0 && exitCode !== 0;
  const tally: Tally = {
    passed: report.numPassedTests,
    failed: failed + (silent ? 1 : 0),
    skipped: report.numPendingTests + report.numTodoTests,
  };
  const remarks = notRun.map((file) => `${file} was not run`);
  if (silent) remarks.push("no test failed, but vitest ended with an error (see above)");
  return { tally, remarks };
}
