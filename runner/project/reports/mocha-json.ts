import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { z } from "zod";
import { fileIn, numbered, plainMessage, type Report, type ReportSource, testId } from "./report.ts";

const Failure = z.looseObject({
  message: z.string().optional(),
  stack: z.string().optional(),
  expected: z.unknown().optional(),
  actual: z.unknown().optional(),
});
const Test = z.object({
  title: z.string(),
  fullTitle: z.string(),
  file: z.string().nullish(),
  err: Failure.optional().catch(undefined),
});
type Test = z.infer<typeof Test>;
const MochaReport = z.object({
  tests: z.array(Test),
  pending: z.array(Test),
  failures: z.array(Test),
});

/** The tests of mocha's `json` reporter; a hook that fails is a failing test of its own. */
export function mochaReport(json: unknown, source: ReportSource): Report {
  const parsed = MochaReport.safeParse(json);
  if (!parsed.success) return { tests: [], complete: false };
  const { tests, pending, failures } = parsed.data;
  const skipped = new Set(pending.map(key));
  const ended = new Set(tests.map(key));
  const hooks = failures.filter((test) => !ended.has(key(test)));
  const outcomes = [...tests, ...hooks].map((test) => outcomeOf(test, skipped.has(key(test)), source));
  return { tests: numbered(outcomes), complete: true };
}

const key = (test: Test): string => JSON.stringify([test.file, test.fullTitle]);

function outcomeOf(test: Test, skipped: boolean, source: ReportSource): TestOutcome {
  const file = fileIn(source, test.file);
  const suites = test.fullTitle.endsWith(test.title)
    ? test.fullTitle.slice(0, test.fullTitle.length - test.title.length)
    : "";
  const id = testId(file, [suites, test.title]);
  const { err } = test;
  if (err !== undefined && Object.keys(err).length > 0)
    return { id, outcome: "failed", file, message: plainMessage(messageOf(err), source.root) };
  return { id, outcome: skipped ? "skipped" : "passed", file, message: null };
}

function messageOf({ message = "", stack = "", expected, actual }: z.infer<typeof Failure>): string {
  const compared = expected !== undefined || actual !== undefined;
  const lines = compared ? [`expected: ${show(expected)}`, `actual: ${show(actual)}`] : [];
  // The stack begins with name and message; what it leads to is the first frame.
  const said = stack.includes(message.split("\n")[0] ?? "") ? [stack] : [message, stack];
  return compared ? [message, ...lines, ...stack.split("\n").filter(isFrame)].join("\n") : said.join("\n");
}

const isFrame = (line: string): boolean => /^\s*at /.test(line);

const show = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");
