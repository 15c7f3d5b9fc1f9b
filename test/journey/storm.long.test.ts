import { expect, test } from "vitest";
import { stormCase } from "../load/storm.ts";

/** Seconds on a machine of its own; others use this one, too. */
const patienceMs = 300_000;

test("two start commands for each issue, in a storm, begin one loop each, and every loop comes to its end", {
  timeout: patienceMs,
}, async () => {
  const report = await stormCase(200);
  expect(report).toMatchObject({ commands: 200, issues: 100, loops: 100, ended: 100 });
  expect(report).toMatchObject({ doubled: 0, contradicted: 0 });
});
