import { putTree } from "../proof/bench.ts";
import { scanChange } from "../proof/scan.ts";
import { diffOf } from "../workspace/patch.ts";
import { type PartResult, receiptOfPart, type Verification } from "./verification.ts";

/** Secrets, dependencies, protected paths. Only a critical finding fails. */
export async function scanPart(v: Verification): Promise<PartResult> {
  const { spec, bench, tree, patch, before, after } = v;
  await putTree(bench, tree);
  const diff = new TextDecoder().decode(await diffOf(bench.workspace, bench.base, tree));
  const { findings, absent } = await scanChange({
    ...{
      context: bench.context,
      root: bench.root,
      diff,
      files: patch.files,
      before,
      after,
      isTestFile: bench.isTestFile,
    },
    protectedPaths: spec.protectedPaths,
  });
  v.scan = findings;
  v.absentScanners = absent;
  const said = findings.map((one) => `${one.severity} ${one.path}:${one.line} ${one.scanner}: ${one.detail}`);
  const receipt = await receiptOfPart(v, "scan", [], [], [...said, ...absent.map((one) => `absent: ${one}`)]);
  const critical = findings.filter((one) => one.severity === "critical");
  if (critical.length === 0) return { passed: true, receipts: [receipt], evidence: null };
  const places = [...new Set(critical.map((one) => `${one.scanner}@${one.path}`))].sort();
  const word = critical.length === 1 ? "finding" : "findings";
  const summary = `${critical.length} critical ${word}: ${critical[0]?.detail ?? ""}`;
  const excerpt = said
    .filter((line) => line.startsWith("critical"))
    .join("\n")
    .slice(0, 4_000);
  const evidence = {
    summary: summary.slice(0, 300),
    fingerprint: `scan:${places.join(",")}`,
    excerpt,
    log: receipt.log,
  };
  return { passed: false, receipts: [receipt], evidence };
}
