import { afterEach, beforeEach, expect, test } from "vitest";
import { bundleBytesMax } from "../survey/bundle.ts";
import { jobContext } from "../testing/context.ts";
import { makeRepository, remove, temporaryFolder } from "../testing/repository.ts";
import { surveyJob } from "./survey.ts";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => remove(folder));

const issue = {
  title: "Rounding is wrong",
  body: "`roundHalfEven` in the invoice gives 0.3, see src/money.ts",
};
const spec = { kind: "survey", branch: "main", issue } as const;
const files = {
  "package.json": JSON.stringify({ scripts: { test: "node --test", build: "tsc" } }),
  "README.md": "# Invoices\n",
  "AGENTS.md": "Write British English.\n",
  ".tamma.yml": "slots: 2\n",
  "src/money.ts":
    "export function roundHalfEven(value: number): number {\n  return value;\n}\n" +
    "export type Cents = number;\n",
  "src/invoice.ts": 'import { roundHalfEven } from "./money.ts";\n',
  "src/unrelated.ts": "export const colour = 1;\n",
  "test/money.test.ts": "// roundHalfEven\n",
};

test("a survey finds rules, commands, the files of the issue and what they export", async () => {
  const { ref, base } = makeRepository(folder, "bare", files);
  const context = jobContext(folder, ref);
  const result = await surveyJob(spec, context);
  expect(result).toMatchObject({ outcome: "done", base, config: { slots: 2 }, hasTests: true });
  if (result.outcome !== "done") return;
  const text = Buffer.from(await context.getBlob(result.context)).toString();
  expect(text).toContain("Write British English.");
  expect(text).toContain("- test: `node --test`");
  expect(text).toContain("first");
  expect(text).toContain("`export function roundHalfEven(value: number): number`");
  const fitting = text.split("## Files that fit the issue")[1]?.split("##")[0] ?? "";
  expect(fitting.indexOf("src/money.ts")).toBeLessThan(fitting.indexOf("src/invoice.ts"));
  expect(fitting).not.toContain("unrelated");
  expect(result.summary).toContain("src/money.ts");
});

test("the bundle of a huge repository stays small and says what is missing", async () => {
  const big: Record<string, string> = {};
  for (let i = 0; i < 600; i++)
    big[`src/money${i}/rounding.ts`] = `export const roundHalfEven${i} = 1;\n`.repeat(300);
  const { ref } = makeRepository(folder, "bare", { ...big, "README.md": "```\nlong\n".repeat(9_000) });
  const context = jobContext(folder, ref);
  const result = await surveyJob(spec, context);
  if (result.outcome !== "done") throw new Error(result.outcome);
  expect(result.context.size).toBeLessThanOrEqual(bundleBytesMax);
  expect(result.hasTests).toBe(false);
  const text = Buffer.from(await context.getBlob(result.context)).toString();
  expect(text).toContain("characters more]");
});

test("a config that does not parse names line and field", async () => {
  const { ref } = makeRepository(folder, "bare", { ".tamma.yml": "slots: 2\nbudget: lots\n" });
  expect(await surveyJob(spec, jobContext(folder, ref))).toMatchObject({
    outcome: "failed",
    evidence: { summary: expect.stringMatching(/^\.tamma\.yml line 2: budget: /) },
  });
});
