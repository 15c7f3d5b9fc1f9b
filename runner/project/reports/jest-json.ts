import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { z } from "zod";
import {
  fileIn,
  merged,
  numbered,
  parseJson,
  plainMessage,
  type Report,
  type ReportSource,
  testId,
} from "./report.ts";

const outcomes: Record<string, TestOutcome["outcome"]> = { passed: "passed", failed: "failed" };

const JestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string().optional(),
      message: z.string().nullish(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()).optional(),
          title: z.string().optional(),
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});
type FileResult = z.infer<typeof JestReport>["testResults"][number];

/**
 * The JSON of jest and of vitest, which writes the same; a file that could not be loaded is a failing test.
 */
export function jestReport(json: unknown, source: ReportSource): Report {
  const parsed = JestReport.safeParse(json);
  if (!parsed.success) return { tests: [], complete: false };
  const files = parsed.data.testResults.map((result) => numbered(testsOf(result, source)));
  return { tests: merged(files.flat()), complete: true };
}

/** The tests of a `jest --json` that was printed, between other lines. Other text has no tests. */
export function jestOutcomes(text: string, root: string): TestOutcome[] {
  const start = text.search(/^\{"num/m);
  if (start === -1) return [];
  const json = parseJson(text.slice(start, text.lastIndexOf("}") + 1));
  return jestReport(json, { root, cwd: root }).tests;
}

function testsOf(result: FileResult, source: ReportSource): TestOutcome[] {
  const file = fileIn(source, result.name);
  const tests = result.assertionResults.map((test): TestOutcome => {
    const titles = test.title === undefined ? [test.fullName] : [...(test.ancestorTitles ?? []), test.title];
    const outcome = outcomes[test.status] ?? "skipped";
    const message = outcome === "failed" ? plainMessage(messageOf(test), source.root) : null;
    return { id: testId(file, titles), outcome, file, message };
  });
  // A hook that fails in vitest fails no test, only the file.
  const known = tests.some((test) => test.outcome === "failed");
  if (result.status !== "failed" || known) return tests;
  const said = result.message ? plainMessage(withoutAdvice(result.message), source.root) : null;
  return [{ id: testId(file, []), outcome: "failed", file, message: said }, ...tests];
}

/** Of a time-out vitest up to 4 writes the name of the stack that it kept for it, and not the words. */
function messageOf({ failureMessages }: FileResult["assertionResults"][number]): string {
  return (failureMessages ?? []).join("\n").replace(/^Error: STACK_TRACE_ERROR/, "Error: Test timed out");
}

/** jest explains at length what a syntax error may come from; what it is stands below. */
function withoutAdvice(message: string): string {
  const details = message.indexOf("Details:");
  return /encountered an unexpected token/.test(message) && details !== -1
    ? message.slice(details + "Details:".length)
    : message;
}
