import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { currencyTitle } from "../../server/sample/issues.ts";
import { git } from "./calc.ts";
import { openDesk, passesItsOwnTests } from "./npm-start.ts";
import { printed } from "./processes.ts";

const desk = openDesk();
afterAll(() => desk[Symbol.asyncDispose]());
const sample = join(desk.state, "sample");

/** Two merges and four failed attempts; a machine that is busy with other tests needs a minute. */
const threeIssuesMs = 110_000;

test("started again without --once it goes from issue to issue until one needs a person", async () => {
  expect((await desk.run(["--yes", "--once"])).code).toBe(0);
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
  expect(passesItsOwnTests(sample)).toBe(true);

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
