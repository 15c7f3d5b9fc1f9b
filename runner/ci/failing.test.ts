import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import { receipt, verifyResult } from "@tamma/core/domain/loop/testing/samples.ts";
import { expect, test } from "vitest";
import { failingIn } from "./failing.ts";

const sha = "a".repeat(40);
const evidence = (summary: string, excerpt = "") => ({ summary, excerpt, fingerprint: "f", log: null });
const verified = (change: object): JobResult => ({
  kind: "verify",
  result: verifyResult(sha, null, change) as never,
});

test("what went well says nothing", () => {
  expect(failingIn(verified({}))).toEqual([]);
  expect(failingIn({ kind: "publish", result: { outcome: "done", sha, tree: sha } })).toEqual([]);
});

test("a job that could not be done says so, without a place", () => {
  const failed = { outcome: "failed", evidence: evidence("git is not installed") } as const;
  expect(failingIn({ kind: "open", result: failed })).toEqual([
    { title: "open failed", file: null, line: null, message: "git is not installed" },
  ]);
});

test("each failing test is shown at the line that its output names", () => {
  const failing = (id: string, file: string | null, message: string | null) => ({
    ...{ id, file, message },
    outcome: "failed" as const,
  });
  const tests = [
    failing("adds", "test/a.test.js", "expected 3\n  at test/a.test.js:12:5"),
    failing("adds more", "test/b.test.js", null),
    failing("adds less", null, "no file"),
    { id: "fine", file: "test/a.test.js", message: null, outcome: "passed" as const },
  ];
  const verdict = {
    ...{
      gate: "test",
      outcome: "failed",
      evidence: evidence("3 tests fail", "not test/b.test.js:x but test/b.test.js:7"),
    },
    receipts: [{ ...receipt("test", sha), tests }],
  };
  expect(failingIn(verified({ verdicts: [verdict] }))).toEqual([
    {
      title: "gate test",
      file: "test/a.test.js",
      line: 12,
      message: expect.stringContaining("adds\nexpected 3"),
    },
    { title: "gate test", file: "test/b.test.js", line: 7, message: "adds more\n3 tests fail" },
    { title: "gate test", file: null, line: null, message: "adds less\nno file" },
  ]);
});

test("a gate without tests says its evidence, and grave findings have their place", () => {
  const verdict = {
    gate: "build",
    outcome: "failed",
    evidence: evidence("var is not allowed"),
    receipts: [],
  };
  const found = (severity: string, line: number) => ({
    scanner: "secrets",
    severity,
    path: "src/a.js",
    line,
    detail: "a key",
  });
  const scan = [found("critical", 4), found("high", 0), found("medium", 2)];
  expect(failingIn(verified({ verdicts: [verdict], scan }))).toEqual([
    { title: "gate build", file: null, line: null, message: "var is not allowed" },
    { title: "secrets: critical", file: "src/a.js", line: 4, message: "a key" },
    { title: "secrets: high", file: "src/a.js", line: null, message: "a key" },
  ]);
});
