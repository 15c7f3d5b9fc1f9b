import { expect, test } from "vitest";
import type { Receipt } from "./evidence.ts";
import type { JobResultOf } from "./jobs.ts";
import { receiptProblems } from "./receipt-rules.ts";
import { failing, passing, sha, verifyResult } from "./testing/samples.ts";

type Verified = Extract<JobResultOf<"verify">, { outcome: "done" }>;

const asked = { base: sha("b"), tree: sha("9"), testsFirst: true };
const good = verifyResult(sha("9")) as Verified;
const changed = (change: (receipt: Receipt) => Receipt[], more: Partial<Verified> = {}): Verified => ({
  ...good,
  verdicts: good.verdicts.map((one) => ({ ...one, receipts: one.receipts.flatMap(change) })),
  ...more,
});
const tests = (outcome: "passed" | "failed" | "skipped") => (receipt: Receipt) => [
  { ...receipt, tests: receipt.tests.map((test) => ({ ...test, outcome })) },
];

test("what an honest runner reports has no problem, also when a gate failed or no test is needed", () => {
  expect(receiptProblems(good, asked)).toEqual([]);
  const broken = { ...good, verdicts: [passing("implement", sha("9")), failing("build", "x")] };
  expect(receiptProblems(broken, asked)).toEqual([]);
  const words = { ...good, verdicts: [{ ...passing("implement", sha("9")), receipts: [] }], lockedTests: [] };
  expect(receiptProblems(words, { ...asked, testsFirst: false })).toEqual([]);
  const push = { ...good, verdicts: [{ ...passing("push", sha("9")), receipts: [] }] };
  expect(receiptProblems(push, asked)).toEqual([]);
});

test("a passed gate without its receipt is named", () => {
  expect(
    receiptProblems(
      changed(() => []),
      asked,
    ),
  ).toEqual([
    "implement passed without a red receipt",
    "implement passed without a green receipt",
    "build passed without a build receipt",
    "test passed without a test receipt",
    "scan passed without a scan receipt",
  ]);
});

test("a receipt of another base or tree is named; red alone runs on a tree of its own", () => {
  const elsewhere = changed((receipt) => [{ ...receipt, tree: sha("4") }]);
  expect(receiptProblems(elsewhere, asked).map((problem) => problem.split(" ")[1])).toEqual([
    ...["green", "build", "test", "scan"],
  ]);
  const older = changed((receipt) => [{ ...receipt, base: sha("4") }]);
  expect(receiptProblems(older, asked)).toHaveLength(5);
});

test("red has to fail, green has to pass, and a build has to end with 0", () => {
  expect(receiptProblems(changed(tests("passed")), asked)).toEqual(["the red receipt shows no failing test"]);
  expect(receiptProblems(changed(tests("failed")), asked).join()).toContain("rounds fails");
  expect(receiptProblems(changed(tests("skipped")), asked)).toContain(
    "the green receipt shows no passing test",
  );
  const commands = [{ argv: ["make"], exitCode: 2, ms: 1 }];
  const problems = receiptProblems(
    changed((receipt) => [{ ...receipt, commands }]),
    asked,
  );
  expect(problems).toEqual(["the build receipt shows exit code 2"]);
});

test("a locked test has to be one that was red; what is said to be unproven proves nothing", () => {
  const lockedTests = [{ path: "test/other.test.ts", sha256: "d".repeat(64) }];
  expect(receiptProblems({ ...good, lockedTests }, asked).join()).toContain("test/other.test.ts is locked");
  const unproven = changed(tests("passed"), { lockedTests, unproven: true });
  expect(receiptProblems(unproven, asked)).toEqual([]);
});
