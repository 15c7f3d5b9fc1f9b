import type { Evidence, Receipt } from "@tamma/core/domain/loop/evidence.ts";
import { outputExcerpt } from "../project/excerpt.ts";
import { outputFingerprint } from "../project/fingerprint.ts";
import type { ProjectRun } from "../project/outcomes.ts";
import { runLine, runTestFiles, type SuiteRun } from "../project/suite.ts";
import { putTree } from "../proof/bench.ts";
import { moreThanWords } from "../proof/diff-classifier.ts";
import { unreported } from "../proof/green.ts";
import { receiptOf } from "../proof/receipts.ts";
import { judgeRed } from "../proof/red.ts";
import { declaresTests } from "../proof/test-lock.ts";
import { treeWith } from "../proof/tree-files.ts";
import { type PartResult, receiptOfPart, testEvidence, type Verification, whereOf } from "./verification.ts";
import { testPart } from "./verify-suite.ts";

/** The new tests on the unchanged code: they must fail, and for a proper reason. */
export async function redPart(v: Verification): Promise<PartResult> {
  const { spec, bench, tree, testFiles, testPaths } = v;
  if (!spec.needsTests) return await wordsPart(v);
  // A person may push tests and code as he likes; what cannot be proven is said, not refused.
  const mayBeUnproven = spec.head !== null;
  const redTree = await treeWith(bench.workspace, bench.base, tree, testPaths);
  let runs: SuiteRun[] = [];
  if (testFiles.length > 0) {
    await putTree(bench, redTree);
    runs = [await runTestFiles({ ...whereOf(bench), files: testFiles })];
  }
  const run = runs[0];
  const none = { kind: "no-tests" as const, reason: "no test file is new or changed" };
  const options = {
    files: testFiles,
    known: new Set<string>(),
    failingBefore: new Set<string>(),
    strict: false,
  };
  const judged = run ? judgeRed(run, options) : { proven: [], fault: none, passing: [] };
  const notes = judged.fault ? [`red is not proven: ${judged.fault.reason}`] : [];
  const receipt = await receiptOf({
    ...{
      kind: "red" as const,
      context: bench.context,
      base: bench.base,
      tree: redTree,
      files: v.after,
      runs,
      notes,
    },
    tests: run?.tests ?? [],
    testFiles: judged.proven,
  });
  v.failedBefore = run?.failed.map((test) => test.id) ?? [];
  if (!judged.fault) {
    const hashes = await Promise.all(
      judged.proven.map(async (path) => ({ path, sha256: await v.after.sha256(path) })),
    );
    v.lockedTests = hashes.flatMap(({ path, sha256 }) => (sha256 === null ? [] : [{ path, sha256 }]));
    return { passed: true, receipts: [receipt], evidence: null };
  }
  if (mayBeUnproven) {
    v.unproven = true;
    return { passed: true, receipts: [receipt], evidence: null };
  }
  const { kind, reason } = judged.fault;
  const summary = `the tests do not prove the change: ${reason.split("\n")[0] ?? kind}`.slice(0, 300);
  const evidence = { summary, fingerprint: `red:${kind}`, excerpt: reason.slice(0, 4_000), log: receipt.log };
  return { passed: false, receipts: [receipt], evidence };
}

/** The plan said that no test is needed; the change has to agree. */
async function wordsPart(v: Verification): Promise<PartResult> {
  const more = await moreThanWords(v.patch.files, v.before.text, v.after.text);
  if (more.length === 0) return { passed: true, receipts: [], evidence: null };
  const excerpt = more.map(({ path, why }) => `${path}: ${why}`).join("\n");
  const summary = "the plan says that no test is needed, but more than words changed";
  const fingerprint = `words:${more
    .map(({ path }) => path)
    .sort()
    .join(",")}`;
  return {
    passed: false,
    receipts: [],
    evidence: { summary, fingerprint, excerpt: excerpt.slice(0, 4_000), log: null },
  };
}

/** Build and lint on the tree; a project without these commands passes, and the receipt says so. */
export async function buildPart(v: Verification): Promise<PartResult> {
  const { bench, tree } = v;
  await putTree(bench, tree);
  return await linesPart(v, "build", [
    { kind: "build", line: bench.project.build },
    { kind: "lint", line: bench.project.lint },
  ]);
}

/** The new tests on the changed code. */
export async function greenPart(v: Verification): Promise<PartResult> {
  const { spec, bench, tree, testFiles } = v;
  if (!spec.needsTests || testFiles.length === 0) return { passed: true, receipts: [], evidence: null };
  await putTree(bench, tree);
  const run = await runTestFiles({ ...whereOf(bench), files: testFiles });
  const receipt = await receiptOfPart(v, "green", [run], run.tests, []);
  if (!run.passed) {
    const evidence = testEvidence(v, "new tests fail", run.failed, receipt);
    return { passed: false, receipts: [receipt], evidence };
  }
  const files = v.lockedTests.map((test) => test.path);
  const missing = await unreported({
    ...{ files, failedBefore: v.unproven ? null : v.failedBefore, tests: run.tests },
    declares: async (file) => declaresTests((await v.after.text(file)) ?? ""),
  });
  if (missing.length === 0) return { passed: true, receipts: [receipt], evidence: null };
  const evidence = {
    summary: `${missing.length} new tests failed before the change and report no success after it`,
    fingerprint: `green:unreported:${missing.join(",")}`.slice(0, 300),
    excerpt: `${missing.join("\n")}\n\n${outputExcerpt(run.output)}`.slice(0, 4_000),
    log: receipt.log,
  };
  return { passed: false, receipts: [receipt], evidence };
}

/** What proves a pushed commit: the project's `ci` command, or build, lint and test. */
export async function ciPart(v: Verification): Promise<PartResult> {
  const { bench, tree } = v;
  await putTree(bench, tree);
  const { ci, build, lint, test } = bench.project;
  if (ci !== null) return await linesPart(v, "ci", [{ kind: "ci", line: ci }]);
  const built = await linesPart(v, "ci", [
    { kind: "build", line: build },
    { kind: "lint", line: lint },
  ]);
  if (!built.passed || test === null) return built;
  const tested = await testPart(v);
  return {
    ...tested,
    receipts: [...built.receipts, ...tested.receipts.map((one) => ({ ...one, kind: "ci" as const }))],
  };
}

/** Runs lines one after another, ending at the first that fails. */
async function linesPart(
  v: Verification,
  kind: Receipt["kind"],
  lines: readonly { kind: string; line: string | null }[],
): Promise<PartResult> {
  const runs: ProjectRun[] = [];
  const notes: string[] = [];
  let failed: { kind: string; run: ProjectRun } | null = null;
  for (const one of lines) {
    if (one.line === null) notes.push(`this project has no ${one.kind} command`);
    if (one.line === null || failed) continue;
    const run = await runLine(whereOf(v.bench), one.line);
    runs.push(run);
    if (!run.passed) failed = { kind: one.kind, run };
  }
  const receipt = await receiptOfPart(v, kind, runs, [], notes);
  if (!failed) return { passed: true, receipts: [receipt], evidence: null };
  const { run } = failed;
  const evidence: Evidence = {
    summary: `\`${run.line}\` ended with ${run.result.exitCode}`,
    fingerprint: outputFingerprint(failed.kind, run.output, v.bench.root),
    excerpt: outputExcerpt(run.output),
    log: receipt.log,
  };
  return { passed: false, receipts: [receipt], evidence };
}
