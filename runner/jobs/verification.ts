import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Evidence, Patch, Receipt, ScanFinding, TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import type { JobSpecOf, LockedTest } from "@tamma/core/domain/loop/jobs.ts";
import { testExcerpt } from "../project/excerpt.ts";
import { testFingerprint } from "../project/fingerprint.ts";
import type { ProjectRun } from "../project/outcomes.ts";
import type { Bench } from "../proof/bench.ts";
import { receiptOf } from "../proof/receipts.ts";
import { filesOfTree, type TreeFiles } from "../proof/tree-files.ts";

/** The change that is verified, and what became known of it so far. */
export interface Verification {
  spec: JobSpecOf<"verify">;
  bench: Bench;
  tree: Sha;
  patch: Patch;
  before: TreeFiles;
  after: TreeFiles;
  /** New and changed test files, with their support. */
  testPaths: string[];
  /** Those of them that a runner can be pointed at. */
  testFiles: string[];
  lockedTests: LockedTest[];
  /** Tests that failed on the unchanged code; null while red was not looked at. */
  failedBefore: string[] | null;
  unproven: boolean;
  scan: ScanFinding[];
  absentScanners: string[];
}

/** What a part of the verification showed; `evidence` when it failed, or (with `passed`) as a remark. */
export interface PartResult {
  passed: boolean;
  receipts: Receipt[];
  evidence: Evidence | null;
}

/** The two sides of a change, for reading. */
export function sidesOf(bench: Bench, tree: Sha): Pick<Verification, "before" | "after"> {
  return { before: filesOfTree(bench.workspace, bench.base), after: filesOfTree(bench.workspace, tree) };
}

/** The receipt of a part that ran on the verified tree. */
export async function receiptOfPart(
  { bench, tree, after, testFiles }: Verification,
  kind: Receipt["kind"],
  runs: readonly ProjectRun[],
  tests: readonly TestOutcome[],
  notes: readonly string[],
): Promise<Receipt> {
  const { context, base } = bench;
  return await receiptOf({ kind, context, base, tree, files: after, runs, tests, testFiles, notes });
}

/** Failed tests as evidence; `what` follows their number: "2 new tests fail". */
export function testEvidence(
  v: Verification,
  what: string,
  failed: readonly TestOutcome[],
  receipt: Receipt,
): Evidence {
  const names = failed.map((test) => test.id);
  const summary = `${failed.length} ${what}: ${names.slice(0, 3).join("; ")}`.slice(0, 300);
  return {
    summary,
    fingerprint: testFingerprint(failed, v.bench.root),
    excerpt: testExcerpt(failed),
    log: receipt.log,
  };
}

/** Where the project's commands run. */
export function whereOf({ context, root, project }: Bench) {
  return { context, root, project };
}
