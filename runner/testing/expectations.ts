import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import type { SuiteRun } from "../project/suite.ts";
import { judgeRed, type RedFault } from "../proof/red.ts";

type Outcome = TestOutcome["outcome"];
/** Id as a pattern, and for a failure what its message must say. */
type Expected = readonly [id: RegExp, outcome: Outcome, message?: RegExp];

const math = (title: string) => new RegExp(`^test/math\\.test\\.js > ${title}$`);

/** What every runner has to show for a case of `dialects.ts`; a case that is not here differs by runner. */
const expected: Record<string, readonly Expected[]> = {
  mixed: [
    [math("adds"), "passed"],
    [math("adds wrongly"), "failed", /3[\s\S]*4|4[\s\S]*3/],
    [math("throws"), "failed", /cannot add/],
    [math("größer als ∞ # 100%"), "passed"],
    [math("skipped"), "skipped"],
    [math("to do"), "skipped"],
    [math("(outer >? ?)?inner good"), "passed"],
    [math("(outer >? ?)?inner bad"), "failed"],
    [/^test\/other\.test\.js > adds$/, "passed"],
  ],
  "a hook fails": [[/./, "failed", /hook broke/]],
  "time-out": [[math("never ends"), "failed"]],
  CommonJS: [
    [math("adds"), "passed"],
    [math("subtracts"), "failed", /sub is not a function/],
  ],
  "one file": [[/^test\/other\.test\.js > adds$/, "passed"]],
  "two files": [
    [math("adds"), "passed"],
    [/^test\/other\.test\.js > adds$/, "passed"],
  ],
  chain: [[math("adds"), "passed"]],
  snapshot: [[math("is as before"), "failed"]],
  "left open": [[math("adds"), "passed"]],
  // Whoever cannot be asked by flags either has an exit code.
  "own Node options": [[/./, "passed"]],
  "own reporter": [[math("adds"), "passed"]],
};

/** How the red judgement has to see a case: null counts as red. */
export const reds: Record<string, RedFault | null> = {
  "missing export": null,
  "missing member": null,
  "missing module": null,
  "missing package": "missing-package",
  "undefined name": "undefined-name",
  "syntax error in a test": "syntax-error",
  "time-out": "timeout",
};

/** Cases that are recorded for tests without the runners. */
export const recordedCases = ["mixed", "a hook fails", ...Object.keys(reds)];

/** What is wrong with a run of a case; empty when all is as it should be. */
export function problemsOf(title: string, run: SuiteRun): string[] {
  const seen = run.tests.map((test) => `${test.outcome} ${test.id}: ${test.message ?? ""}`).join("\n");
  const wrong = (expected[title] ?? []).flatMap(([id, outcome, message]) => {
    const found = run.tests.filter((test) => id.test(test.id));
    const fits = found.some(
      (test) => test.outcome === outcome && (message?.test(test.message ?? "") ?? true),
    );
    return fits ? [] : [`no ${outcome} ${id} with ${message ?? "any message"}, but\n${seen}`];
  });
  const twice = run.tests.map((test) => test.id).filter((id, at, all) => all.indexOf(id) !== at);
  const paths = run.tests.filter((test) => /\/tmp\/|jobs\//.test(`${test.id} ${test.file}`));
  if (title in reds) wrong.push(...redProblem(title, run, seen));
  return [
    ...wrong,
    ...twice.map((id) => `${id} stands there twice`),
    ...paths.map((test) => `${test.id} names a path of this machine`),
  ];
}

function redProblem(title: string, run: SuiteRun, seen: string): string[] {
  const file = title === "syntax error in a test" ? "test/bad.test.js" : "test/math.test.js";
  const none = new Set<string>();
  const judged = judgeRed(run, { files: [file], known: none, failingBefore: none, strict: true });
  const kind = judged.fault?.kind ?? null;
  if (kind === reds[title]) return [];
  return [
    `red is ${kind ?? "proven"} (${judged.fault?.reason}), expected ${reds[title] ?? "proven"}\n${seen}`,
  ];
}
