import { join } from "node:path";
import { issuePipeline } from "@tamma/core/domain/loop/pipeline.ts";
import { afterAll, expect, test } from "vitest";
import { git } from "./calc.ts";
import { openDesk, passesItsOwnTests, type Run } from "./npm-start.ts";

const desk = openDesk();
afterAll(() => desk[Symbol.asyncDispose]());
const sample = join(desk.state, "sample");

/** The merge that the summary names. */
function mergeIn(run: Run): string {
  const sha = /^ merge +([0-9a-f]{40})$/m.exec(run.out)?.[1];
  if (!sha) throw new Error(`no merge is named:\n${run.out}\n${run.err}`);
  return sha;
}

test("with --yes --once it merges an issue and shows steps, times and a verified record", async () => {
  const run = await desk.run(["--yes", "--once"]);
  expect(run.code, run.err).toBe(0);
  expect(run.out).toContain("scripted by hand, no model was called");
  for (const { number, title } of issuePipeline.map((step, place) => ({ ...step, number: place + 1 })))
    expect(run.out).toMatch(new RegExp(`done +${number} ${title} +\\d[\\d.]* \\w+`));
  expect(run.out).toMatch(/record +verified: \d+ events/);
  expect(run.out).toMatch(/cost +\$0\.00 of \$5\.00, \d+ model turns/);

  const merge = mergeIn(run);
  expect(git(sample, "merge-base", "main", merge)).toBe(merge);
  expect(git(sample, "log", "-1", "--format=%P", merge).split(" ")).toHaveLength(2);
  expect(git(sample, "status", "--porcelain")).toBe("");
  expect(passesItsOwnTests(sample)).toBe(true);
  expect(desk.left()).toEqual([]);
});
