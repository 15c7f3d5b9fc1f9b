import { relative } from "node:path";
import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { z } from "zod";

const messageCharsMax = 2_000;
const outcomes: Record<string, TestOutcome["outcome"]> = { passed: "passed", failed: "failed" };

const JestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string().optional(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/**
 * The tests of `jest --json`; a file that could not be loaded is one failing test. Other text has no tests.
 */
export function jestOutcomes(text: string, root: string): TestOutcome[] {
  const start = text.search(/^\{"num/m);
  if (start === -1) return [];
  const parsed = JestReport.safeParse(readJson(text.slice(start, text.lastIndexOf("}") + 1)));
  if (!parsed.success) return [];
  return parsed.data.testResults.flatMap((suite): TestOutcome[] => {
    const file = relative(root, suite.name);
    if (suite.assertionResults.length === 0 && suite.status === "failed")
      return [{ id: file, outcome: "failed", file, message: plain(suite.message ?? "failed to run") }];
    return suite.assertionResults.map((test) => {
      const outcome = outcomes[test.status] ?? "skipped";
      const message = outcome === "failed" ? plain((test.failureMessages ?? []).join("\n")) : null;
      return { id: `${file} > ${test.fullName}`, outcome, file, message };
    });
  });
}

/** jest colours its messages even in JSON. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one
  return text.replace(/\u001b\[[\d;]*m/g, "").slice(0, messageCharsMax);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
