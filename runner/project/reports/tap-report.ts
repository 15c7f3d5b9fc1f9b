import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { parseTap, type TapResult } from "../tap.ts";
import { tapMessage } from "../tap-outcomes.ts";
import { fileIn, numbered, plainMessage, type Report, type ReportSource, testId } from "./report.ts";

/**
 * The TAP of the runner `tap`: a subtest per file, in it the tests, in them the assertions. A test is a
 * subtest; its assertions are no tests of their own, except those that are skipped: so `tap` writes a
 * skipped test.
 */
export function tapReport(text: string, source: ReportSource): Report {
  // The file has no plan; the time of the whole is its last line.
  const complete = /^# time=/m.test(text);
  const tests = parseTap(text).flatMap((one) => {
    // What is no file is a word of tap about the run, such as "timeout!".
    const file = /\.\w+$/.test(one.name) ? fileIn(source, one.name) : null;
    return testsOf(one, file === null ? [one.name] : [], file, source.root);
  });
  return { tests: numbered(tests), complete };
}

function testsOf(
  result: TapResult,
  titles: readonly string[],
  file: string | null,
  root: string,
): TestOutcome[] {
  const assertions = result.children.filter((child) => !isTest(child));
  const inner = result.children
    .filter(isTest)
    .flatMap((child) => testsOf(child, [...titles, child.name], file, root));
  const id = testId(file, titles);
  if (result.directive !== null && inner.length === 0)
    return [{ id, outcome: "skipped", file, message: null }];
  const failed = assertions.find((one) => !one.ok && one.directive === null);
  // A test fails with its subtests; only when none of them failed the failure is its own.
  const own = failed ?? (result.ok || inner.some((one) => one.outcome === "failed") ? null : result);
  if (own !== null) {
    // Of a file that crashed only the run's output says why.
    const crashed = own === result && typeof own.diagnostics.exitCode === "number";
    const message = crashed
      ? null
      : plainMessage(own === result ? tapMessage(own) : `${own.name}\n${tapMessage(own)}`, root);
    return [...inner, { id, outcome: "failed", file, message }];
  }
  const checks = assertions.some((one) => one.directive === null);
  // A file that only holds tests is none itself.
  if (inner.length > 0 && !checks) return inner;
  if (titles.length === 0 && !checks) return inner;
  return [...inner, { id, outcome: "passed", file, message: null }];
}

const isTest = (result: TapResult): boolean => result.subtest || result.directive !== null;
