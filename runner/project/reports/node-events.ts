import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { z } from "zod";
import { fileIn, numbered, plainMessage, type Report, type ReportSource, testId } from "./report.ts";

const Failure = z.object({
  name: z.string().optional(),
  code: z.union([z.string(), z.number()]).optional(),
  message: z.string(),
  stack: z.string().optional(),
  expected: z.string().optional(),
  actual: z.string().optional(),
});
const Ended = z.object({
  type: z.enum(["pass", "fail"]),
  name: z.string(),
  nesting: z.number().int().min(0),
  file: z.string().optional(),
  skip: z.union([z.string(), z.boolean()]).optional(),
  todo: z.union([z.string(), z.boolean()]).optional(),
  suite: z.boolean(),
  failure: z.string().optional(),
  error: Failure.optional(),
});
const Line = z.union([
  Ended,
  z.object({ type: z.literal("stderr"), file: z.string().optional(), text: z.string() }),
  z.object({ type: z.literal("said"), text: z.string() }),
  z.object({ type: z.literal("end") }),
]);
type Ended = z.infer<typeof Ended>;

/** Errors that a file printed before it crashed: its end says why. */
const saidCharsMax = 4_000;

/** The lines that `reporter.cjs` writes for node:test; children stand before their parents. */
export function nodeReport(text: string, source: ReportSource): Report {
  const levels: Titled[][] = [];
  const said = new Map<string, string>();
  const tests: TestOutcome[] = [];
  let complete = false;
  for (const line of linesOf(text)) {
    if (line.type === "end") complete = true;
    else if (line.type === "stderr") {
      const file = fileIn(source, line.file) ?? "";
      said.set(file, `${said.get(file) ?? ""}${line.text}`.slice(-saidCharsMax));
    } else if (line.type === "pass" || line.type === "fail") {
      const inner = levels[line.nesting + 1] ?? [];
      levels[line.nesting + 1] = [];
      const own = ended(line, inner, said, source);
      if (line.nesting === 0) tests.push(...own.map(withId));
      else levels[line.nesting] = [...(levels[line.nesting] ?? []), ...own];
    }
  }
  // A run that was cut leaves subtests without a parent.
  const cut = levels.flat().map(withId);
  return { tests: numbered([...tests, ...cut]), complete };
}

/** A test whose suites are still to come, outermost first. */
type Titled = { outcome: TestOutcome; titles: string[]; cancelled: boolean };

function ended(
  line: Ended,
  inner: Titled[],
  said: ReadonlyMap<string, string>,
  source: ReportSource,
): Titled[] {
  const file = fileIn(source, line.file);
  const isFile = line.nesting === 0 && fileIn(source, line.name) === file && file !== null;
  const titles = isFile ? [] : [line.name];
  const hook = line.type === "fail" && line.failure === "hookFailed";
  const below = inner.map((one) => ({
    titles: [...titles, ...one.titles],
    // What stood behind a hook that failed never ran; the hook's error is the suite's.
    outcome:
      hook && one.cancelled ? { ...one.outcome, outcome: "skipped" as const, message: null } : one.outcome,
    cancelled: one.cancelled,
  }));
  const failed = line.type === "fail" && !line.todo;
  // A suite fails with its tests; only when none of them failed the failure is its own (a hook).
  const ownFailure = failed && line.failure !== "subtestsFailed";
  if (inner.length > 0 && !hook && !(ownFailure && !inner.some((one) => one.outcome.outcome === "failed")))
    return below;
  if (line.suite && inner.length === 0 && !failed && !line.skip && !line.todo) return [];
  const outcome = failed ? "failed" : line.skip || line.todo ? "skipped" : "passed";
  const crashed = isFile ? said.get(file ?? "") : undefined;
  const message = failed ? plainMessage(crashed?.trim() || messageOf(line), source.root) : null;
  const cancelled = line.failure === "cancelledByParent";
  return [...below, { titles, outcome: { id: "", outcome, file, message }, cancelled }];
}

function withId({ outcome, titles }: Titled): TestOutcome {
  return { ...outcome, id: testId(outcome.file, titles) };
}

function messageOf({ error, failure }: Ended): string {
  if (!error) return failure ?? "";
  const code = error.code === undefined ? "" : ` [${error.code}]`;
  const lines = [`${error.name ?? "Error"}${code}: ${error.message}`];
  if (error.expected !== undefined || error.actual !== undefined)
    lines.push(`expected: ${error.expected}`, `actual: ${error.actual}`);
  if (error.stack) lines.push(...error.stack.split("\n").filter((line) => /^\s*at /.test(line)));
  return lines.join("\n");
}

function linesOf(text: string): z.infer<typeof Line>[] {
  return text.split("\n").flatMap((line) => {
    try {
      const parsed = Line.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}
