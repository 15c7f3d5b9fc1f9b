import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { problemsOf, recordedCases } from "../../testing/expectations.ts";
import { type Recorded, replay } from "../../testing/record.ts";
import { testFingerprint } from "../fingerprint.ts";

const folder = join(import.meta.dirname, "fixtures");
/** What the runners wrote for small projects of our own; `runners-*.long.test.ts` record them. */
const recordings = readdirSync(folder).map((name) => ({
  name: name.replace(".json", ""),
  cases: JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, Recorded>,
}));

test("all seven runners are recorded", () => {
  expect(recordings.map(({ name }) => name.replace(/-\d+$/, "")).sort()).toEqual(
    ["ava", "jest", "mocha", "node-test", "tap", "tape", "vitest"].sort(),
  );
});

describe.each(recordings)("$name", ({ cases }) => {
  test.each(recordedCases)("is read, and judged as red where it is one: %s", async (title) => {
    const recorded = cases[title];
    if (!recorded) throw new Error(`${title} is not recorded`);
    const only = title === "mixed" ? null : title === "syntax error in a test" ? "bad" : "math";
    const run = await replay(recorded, only === null ? null : `test/${only}.test.js`);
    expect(problemsOf(title, run)).toEqual([]);
  });

  test("has the same ids and fingerprint in another folder", async () => {
    const recorded = cases.mixed;
    if (!recorded) throw new Error("mixed is not recorded");
    const one = await replay(recorded, null, "job-1");
    const two = await replay(recorded, null, "änother place/w");
    expect(two.tests.map((found) => found.id)).toEqual(one.tests.map((found) => found.id));
    expect(testFingerprint(two.failed, two.workspace)).toBe(testFingerprint(one.failed, one.workspace));
  });
});
