import { expect, test } from "vitest";
import { excerptCharsMax, headAndTail, testExcerpt } from "./excerpt.ts";
import { normalised, outputFingerprint, testFingerprint } from "./fingerprint.ts";

const failing = (root: string, ms: number, port: number) => [
  {
    id: "test/a.test.js > waits",
    outcome: "failed" as const,
    file: "test/a.test.js",
    message: `Error: no answer of localhost:${port} after ${ms}ms (pid ${ms})\n at ${root}/src/a.js:${ms}:3`,
  },
  {
    id: "test/b.test.js > adds",
    outcome: "failed" as const,
    file: "test/b.test.js",
    message: "expected 3, got 2",
  },
];

test("the same failure has the same fingerprint in another folder, at another time, in another order", () => {
  const first = testFingerprint(failing("/tmp/job-1/workspace", 12, 4000), "/tmp/job-1/workspace");
  const again = testFingerprint(
    failing("/tmp/job-2/workspace", 9341, 5123).reverse(),
    "/tmp/job-2/workspace",
  );
  expect(again).toBe(first);
  expect(first).toMatch(/^test:test\/a\.test\.js > waits\+1#[0-9a-f]{12}$/);
});

test("another failing test or another message is another fingerprint", () => {
  const [one, two] = failing("/w", 1, 1);
  const both = testFingerprint(
    [one, two].filter((test) => test !== undefined),
    "/w",
  );
  expect(testFingerprint(one ? [one] : [], "/w")).not.toBe(both);
  const other = two ? [{ ...two, message: "expected 4, got 2" }] : [];
  expect(testFingerprint(other, "/w")).not.toBe(testFingerprint(two ? [two] : [], "/w"));
});

test("compiler errors are named by code and file, wherever the lines moved", () => {
  const one = outputFingerprint(
    "build",
    "src/a.ts(3,5): error TS2345: Argument\nsrc/b.ts(9,1): error TS2304: x\n",
    "/w",
  );
  const two = outputFingerprint(
    "build",
    "/w/src/b.ts:12:1 - error TS2304: x\nsrc/a.ts:40:5 - error TS2345: Argument\n",
    "/w",
  );
  expect(one).toBe("build:TS2304@src/b.ts,TS2345@src/a.ts");
  expect(two).toBe(one);
  expect(outputFingerprint("lint", "12:01:33 failed in 3s: no-unused-vars", "/w")).toBe(
    outputFingerprint("lint", "13:44:01 failed in 51s: no-unused-vars", "/w"),
  );
});

test("what identifies a value stays when volatile parts go", () => {
  expect(normalised("at 0x7ffe12 expected 3 actual 2 (5.3ms) 2026-01-02T03:04:05Z", "/w")).toBe(
    "at <address> expected 3 actual 2 (<duration>) <time>",
  );
});

test("an excerpt is short, shows the smallest failures, and hides what has the shape of a key", () => {
  const key = `ghp_${"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"}`;
  const tests = Array.from({ length: 9 }, (_, i) => ({
    ...{ id: `t${i}`, outcome: "failed" as const, file: null },
    message: `${"x".repeat(i * 1_000)} ${key}`,
  }));
  const excerpt = testExcerpt(tests);
  expect(excerpt.length).toBeLessThanOrEqual(excerptCharsMax);
  expect(excerpt).toContain("t0");
  expect(excerpt).toContain("and 6 more failing tests");
  expect(excerpt).not.toContain(key);
  expect(headAndTail("abc".repeat(100), 100)).toHaveLength(100);
});
