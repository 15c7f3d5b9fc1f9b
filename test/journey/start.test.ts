import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { issuePipeline } from "@tamma/core/domain/loop/pipeline.ts";
import { afterAll, describe, expect, test } from "vitest";
import { currencyTitle } from "../../server/sample/issues.ts";
import { git } from "./calc.ts";
import { openDesk, type Run } from "./npm-start.ts";
import { printed, projectNode } from "./processes.ts";

const desk = openDesk();
afterAll(() => desk[Symbol.asyncDispose]());
const sample = join(desk.state, "sample");

/** Two merges and four failed attempts; a machine that is busy with other tests needs a minute. */
const threeIssuesMs = 110_000;

/** The merge that the summary names. */
function mergeIn(run: Run): string {
  const sha = /^ merge +([0-9a-f]{40})$/m.exec(run.out)?.[1];
  if (!sha) throw new Error(`no merge is named:\n${run.out}\n${run.err}`);
  return sha;
}

function passesItsOwnTests(): boolean {
  // The outer test run marks its children, and node:test would then change its report.
  const env = { PATH: process.env.PATH ?? "" };
  const report = execFileSync(projectNode, ["--test", "--test-reporter=tap"], { cwd: sample, env });
  return /^# fail 0$/m.test(report.toString());
}

describe("npm start on the sample repository", () => {
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
    expect(passesItsOwnTests()).toBe(true);
    expect(desk.left()).toEqual([]);
  });

  test("started again without --once it goes from issue to issue until one needs a person", async () => {
    const before = git(sample, "rev-parse", "main");
    const started = desk.start(["--yes"]);
    await printed(started, /answer in the dashboard/, threeIssuesMs);
    const seen = started.output();
    expect(seen).toContain("merged: sample#2 ");
    // The third issue is not clear: questions are asked, and --yes gives the suggested answers.
    expect(seen).toMatch(/asked: Which currencies .*\?/);
    expect(seen).toContain("answered by --yes: 3 questions");
    expect(seen).toContain("answered q1: Euro, US dollar");
    expect(seen).toContain(`merged: sample#3 ${currencyTitle}`);

    // Somebody who starts it once more is told where it runs; nothing of the first start suffers.
    const twice = await desk.run(["--yes", "--once"]);
    expect(twice.code).toBe(1);
    expect(twice.err).toMatch(/another Tamma server uses the state folder .* and listens at http/);

    const firstParents = git(sample, "rev-list", "--first-parent", `${before}..main`).split("\n");
    expect(firstParents).toHaveLength(2);
    expect(passesItsOwnTests()).toBe(true);

    // The fourth cannot be solved; whoever asks for it again gets the same card.
    const again = await desk.tamma("run", "4", "--yes", "--once");
    expect(again.code, again.err).toBe(4);
    for (const card of [seen, again.err]) {
      expect(card).toContain("escalated at implement");
      for (const attempt of [1, 2, 3, 4]) expect(card).toContain(`attempt ${attempt}: `);
      expect(card).toContain("test/tax-down.test.ts");
      expect(card).toContain("you can: retry, take-over, split, abandon");
      expect(card).toMatch(/retry 'plain-git\/[0-9a-f]+\/4#1' --hint/);
    }
    expect(git(sample, "rev-parse", "main")).toBe(firstParents[0]);

    expect(await started.stop("SIGINT")).toBe(0);
    expect(desk.left()).toEqual([]);
  });
});
