import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { noTestCommand } from "../project/project.ts";
import { runSuite, type SuiteRun } from "../project/suite.ts";
import { type Bench, putTree } from "../proof/bench.ts";
import { type PartResult, receiptOfPart, testEvidence, type Verification, whereOf } from "./verification.ts";

/** The whole suite: a failing test is run once more, then on the base. */
export async function testPart(v: Verification): Promise<PartResult> {
  const { spec, bench, tree } = v;
  if (bench.project.test === null) {
    const receipt = await receiptOfPart(v, "test", [], [], [noTestCommand]);
    if (!spec.needsTests) return { passed: true, receipts: [receipt], evidence: null };
    const evidence = {
      summary: noTestCommand,
      fingerprint: "test:no-command",
      excerpt: noTestCommand,
      log: receipt.log,
    };
    return { passed: false, receipts: [receipt], evidence };
  }
  await putTree(bench, tree);
  const first = await runSuite(whereOf(bench));
  const runs = [first];
  const notes: string[] = [];
  let failed = first.failed;
  const flaky: TestOutcome[] = [];
  if (failed.length > 0) {
    const again = await runAgain(bench, failed);
    runs.push(again);
    const still = new Set(again.failed.map((test) => test.id));
    flaky.push(...failed.filter((test) => !still.has(test.id)));
    failed = failed.filter((test) => still.has(test.id));
    notes.push(...flaky.map((test) => `flaky: ${test.id} failed, and passed when it was run again`));
  }
  if (failed.length > 0) {
    await putTree(bench, bench.base);
    const before = await runAgain(bench, failed);
    await putTree(bench, tree);
    runs.push(before);
    const known = new Set(before.failed.map((test) => test.id));
    const old = failed.filter((test) => known.has(test.id));
    failed = failed.filter((test) => !known.has(test.id));
    notes.push(...old.map((test) => `fails on the base too: ${test.id}`));
  }
  const receipt = await receiptOfPart(v, "test", runs, first.tests, notes);
  if (failed.length > 0)
    return { passed: false, receipts: [receipt], evidence: testEvidence(v, "tests fail", failed, receipt) };
  if (flaky.length === 0) return { passed: true, receipts: [receipt], evidence: null };
  const remark = testEvidence(v, "flaky, passed when run again", flaky, receipt);
  return {
    passed: true,
    receipts: [receipt],
    evidence: { ...remark, fingerprint: `flaky:${remark.fingerprint}` },
  };
}

/** The failed tests' files once more, or the whole suite when files are unknown. */
async function runAgain(bench: Bench, failed: readonly TestOutcome[]): Promise<SuiteRun> {
  const files = [...new Set(failed.map((test) => test.file))].filter((file) => file !== null);
  const whole = failed.some((test) => test.file === null);
  return await runSuite({ ...whereOf(bench), files: whole ? [] : files });
}
