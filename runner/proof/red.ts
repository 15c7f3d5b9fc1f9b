import { posix } from "node:path";
import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { suiteTest } from "../project/outcomes.ts";
import type { SuiteRun } from "../project/suite.ts";
import { isTestFile } from "../project/test-files.ts";

/** Why a failing test proves nothing. The kind goes into the fingerprint of a job that gives up. */
export type RedFault =
  | "no-tests"
  | "passes-at-once"
  | "syntax-error"
  | "missing-package"
  | "missing-test-file"
  | "undefined-name"
  | "timeout"
  | "not-run";

export interface RedJudgement {
  /** Test files that are proven: each has a test that fails for a proper reason. */
  proven: string[];
  /** What has to be put right, in words for the author; null when the tests may count. */
  fault: { kind: RedFault; reason: string } | null;
  /** New tests that pass on the unchanged code. */
  passing: string[];
}

export interface RedOptions {
  /** Test files that are new or changed. */
  files: readonly string[];
  /** Test ids that the unchanged project has; they may pass. */
  known: ReadonlySet<string>;
  /** Test ids that fail without any change; they prove nothing. */
  failingBefore: ReadonlySet<string>;
  /**
   * True while tests are written: no new test may pass at once. Else such a test is a guard that proves
   * nothing.
   */
  strict: boolean;
}

/** Judges a run of new tests on unchanged code: they must fail by an assertion or a missing symbol. */
export function judgeRed(run: SuiteRun, { files, known, failingBefore, strict }: RedOptions): RedJudgement {
  if (files.length === 0)
    return fault(
      "no-tests",
      "no test file is new or changed: write a test that fails until the work is done",
    );
  // One exit code for all files can only be believed for all of them.
  const only = run.tests.every((test) => test.file === null) || files.length === 1;
  const inFile = (test: TestOutcome, file: string) => test.file === file || (only && test.file === null);
  const fresh = run.tests.filter(
    (test) => !failingBefore.has(test.id) && files.some((file) => inFile(test, file)),
  );
  // Some reports name the file of failing tests only: then the base knows a passing test by its bare name.
  const bare = (test: TestOutcome) => (test.file === null ? test.id : test.id.replace(`${test.file} > `, ""));
  const isNew = (test: TestOutcome) => !known.has(test.id) && !known.has(bare(test));
  const passing = fresh.filter((test) => test.outcome === "passed" && isNew(test)).map((test) => test.id);

  const failed = fresh.filter((test) => test.outcome === "failed");
  for (const test of failed) {
    const wrong = faultOf(test, run);
    if (wrong) return { ...fault(wrong.kind, `${test.id}: ${wrong.reason}`), passing };
  }
  const proven = files.filter((file) => failed.some((test) => inFile(test, file)));
  const unproven = files.filter((file) => !proven.includes(file));
  if (proven.length === 0 && fresh.length === 0)
    return { ...fault("not-run", `the test run did not run ${files.join(", ")}:\n${tailOf(run)}`), passing };
  if (strict && (passing.length > 0 || unproven.length > 0)) {
    const names = passing.length > 0 ? passing : unproven;
    const why = "these pass on the unchanged code, so they prove nothing";
    const reason = `${why}: ${names.join("; ")}. Test what is missing`;
    return { proven, fault: { kind: "passes-at-once", reason }, passing };
  }
  if (proven.length === 0)
    return { ...fault("passes-at-once", `${files.join(", ")} pass on the unchanged code`), passing };
  return { proven, fault: null, passing };
}

function fault(kind: RedFault, reason: string): RedJudgement {
  return { proven: [], fault: { kind, reason }, passing: [] };
}

const tailCharsMax = 600;
const tailOf = (run: SuiteRun): string => run.output.slice(-tailCharsMax).trim();

/** As the runners say it: node:test, jest and vitest, ava, mocha, tape, tap; and what `suite` says itself. */
const neverEnds = new RegExp(
  [
    ...["test timed out", "test timeout", "exceeded timeout", "Timeout of \\d+ms exceeded"],
    ...["timed out after \\d+", "^timeout!", "but the process did not:"],
  ].join("|"),
  "im",
);
const cutShort = /ended with exit code 0 before its report did/;
/** Also what compilers say: esbuild, oxc, vite, and TypeScript, whose TS1xxx are about syntax. */
const syntaxWords = [
  ...["SyntaxError", "IndentationError", "Transform failed", "Parse failure", "PARSE_ERROR"],
  ...["invalid JS syntax", "error TS1\\d{3}"],
];
const syntax = new RegExp(`^.*\\b(${syntaxWords.join("|")})\\b.*$`, "m");
/**
 * `import { x }` of a name that is not exported yet is reported as a SyntaxError, and is a missing symbol.
 */
const symbol = /does not provide an export named|is not exported by|has no exported member|error TS2339/;

/**
 * Why this failure is no proof; null when it is one (assertion, missing symbol, error of the code under
 * test).
 */
function faultOf(test: TestOutcome, run: SuiteRun): { kind: RedFault; reason: string } | null {
  const message =
    test.id === suiteTest || test.id.endsWith(` > ${suiteTest}`) ? run.output : (test.message ?? "");
  const first = (shape: RegExp) => shape.exec(message)?.[0] ?? "";
  if (run.result.ended === "timeout" || neverEnds.test(message))
    return { kind: "timeout", reason: "it does not end; a test must fail by an assertion" };
  if (cutShort.test(message)) return { kind: "not-run", reason: first(cutShort) };
  if (syntax.test(message) && !symbol.test(message))
    return { kind: "syntax-error", reason: first(syntax).trim() };
  const module = /Cannot find (?:module|package) ['"]([^'"]+)['"](?: imported from ([^\s]+))?/.exec(message);
  if (module?.[1] !== undefined) return missingModule(module[1], test.file);
  const name = /\b(\w+) is not defined\b/.exec(message);
  if (name && thrownIn(message, test.file))
    return { kind: "undefined-name", reason: `${name[1]} is not defined in the test itself` };
  return null;
}

/** A module of the project that does not exist yet is what the plan will add; anything else is a mistake. */
function missingModule(module: string, file: string | null): { kind: RedFault; reason: string } | null {
  const bare = !/^(\.|\/|file:)/.test(module);
  if (bare) return { kind: "missing-package", reason: `package ${module} is not installed` };
  const path = module.startsWith(".") && file ? posix.join(posix.dirname(file), module) : module;
  const inTests = file !== null && isTestFile(path) && posix.dirname(path).endsWith(posix.dirname(file));
  return inTests
    ? { kind: "missing-test-file", reason: `${module} does not exist; it belongs to the tests` }
    : null;
}

/** Is the first frame of the stack in the test file? Without a stack the test is to blame. */
function thrownIn(message: string, file: string | null): boolean {
  const frame = message
    .split("\n")
    .find((line) => /:\d+:\d+\)?$/.test(line.trim()) && !line.includes("node:"));
  return frame === undefined || file === null || frame.includes(file);
}
