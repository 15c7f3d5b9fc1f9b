import { expect, test } from "vitest";
import { git } from "./calc.ts";
import { openOwnRepository } from "./slug-project.ts";

/** Any server that speaks the Messages API. */
const key = "sk-any-server-0123456789";

test("the change is proven by the project's own test runner and merged", async () => {
  await using own = await openOwnRepository(key);
  const run = await own.start("Cut long slugs");
  expect(run.code, run.err).toBe(0);
  expect(run.out).toContain("because ANTHROPIC_BASE_URL is set");
  expect(run.out).toContain("merged: slug#1 Cut long slugs");
  expect(git(own.project, "show", "main:src/slug.js")).toContain("max = Infinity");
  // The working tree moved along.
  expect(git(own.project, "status", "--porcelain")).toBe("");
  expect(git(own.project, "branch", "--list")).toBe("* main");
  expect(`${run.out}${run.err}`).not.toContain(key);
  expect(own.desk.left()).toEqual([]);
});

test("a change that removes an export waits for a person, whatever --yes says", async () => {
  await using own = await openOwnRepository(key);
  const before = git(own.project, "rev-parse", "main");
  const run = await own.start("Remove oldSlug");
  expect(run.code, run.err).toBe(3);
  expect(run.err).toMatch(/--yes does not answer: .*breaking/);
  expect(run.err).toContain("Merge this pull request?");
  expect(run.err).toMatch(/risk breaking: .*oldSlug/);
  expect(run.err).toMatch(/tamma .*approve 'plain-git/);
  expect(git(own.project, "rev-parse", "main")).toBe(before);
  expect(git(own.project, "status", "--porcelain")).toBe("");
  expect(own.desk.left()).toEqual([]);
});
