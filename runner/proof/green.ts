import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { suiteTest } from "../project/outcomes.ts";

export interface GreenInput {
  /** Test files that were proven red. */
  files: readonly string[];
  /** Ids of the tests that failed in them; null when another job proved them. */
  failedBefore: readonly string[] | null;
  /** What the same files report now. */
  tests: readonly TestOutcome[];
  /** Does a file declare tests by name? A plain script of assertions does not. */
  declares: (file: string) => Promise<boolean>;
}

/**
 * Proven tests that do not report a success now: exit code 0 without them is no proof. Code that ends the
 * process, or a test that skips itself, would otherwise turn red into green.
 */
export async function unreported(input: GreenInput): Promise<string[]> {
  const { files, failedBefore, tests, declares } = input;
  const passed = new Set(tests.filter((test) => test.outcome === "passed").map((test) => test.id));
  const missing = (failedBefore ?? []).filter((id) => !isWhole(id, files) && !passed.has(id));
  for (const file of files) {
    if (missing.some((id) => id.startsWith(file)) || !(await declares(file))) continue;
    const own = tests.filter((test) => test.file === file || test.file === null);
    const named = own.filter((test) => !isWhole(test.id, files));
    // A report that names no test at all (only an exit code) can show no more than that.
    const nameless = tests.every((test) => test.id === suiteTest || test.id.endsWith(` > ${suiteTest}`));
    if (!nameless && named.every((test) => test.outcome !== "passed")) missing.push(file);
  }
  return [...new Set(missing)];
}

/** The line that stands for a file as a whole: it crashed, or has no tests of its own. */
function isWhole(id: string, files: readonly string[]): boolean {
  const last = id.split(" > ").at(-1) ?? id;
  return last !== suiteTest && files.some((file) => last === file || last.endsWith(`/${file}`));
}
