import { expect, test } from "vitest";
import { countReport, type VitestReport } from "./vitest-report.ts";

const ran = (name: string, status = "passed", tests = 1) => ({
  name,
  status,
  assertionResults: Array(tests).fill({}),
});

const report = (over: Partial<VitestReport> = {}): VitestReport => ({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [ran("/a.test.ts")],
  ...over,
});

test("skipped and to-do tests count as skipped", () => {
  expect(countReport(report(), 0, ["/a.test.ts"]).tally).toEqual({ passed: 3, failed: 0, skipped: 2 });
});

test("a file that cannot be loaded fails although it holds no failed test", () => {
  const broken = report({ testResults: [ran("/a.test.ts", "failed", 0)] });
  expect(countReport(broken, 1, ["/a.test.ts"]).tally.failed).toBe(1);
});

test("a file that was not run fails and is named", () => {
  const { tally, remarks } = countReport(report(), 0, ["/a.test.ts", "/b.test.ts"]);
  expect(tally.failed).toBe(1);
  expect(remarks).toEqual(["/b.test.ts was not run"]);
});

test("an exit code without a failed test fails", () => {
  expect(countReport(report(), 1, []).tally.failed).toBe(1);
});

test("a run that wrote no report fails", () => {
  expect(countReport(null, 0, []).tally.failed).toBe(1);
});
