import { treeGates } from "../../policy/gates.ts";
import { excerptCharsMax } from "../../policy/limits.ts";
import { isProtectedPath } from "../../policy/risk.ts";
import type { Weakening } from "../evidence.ts";
import type { JobResultOf } from "../jobs.ts";
import { type GateName, stepOfGate } from "../pipeline.ts";
import { receiptProblems } from "../receipt-rules.ts";
import type { Job } from "../state.ts";
import type { Batch } from "./batch.ts";
import { enterPush, enterReview, pushed, testsSettled } from "./enter.ts";
import { failForGood, failGate } from "./fail-gate.ts";

type Verified = Extract<JobResultOf<"verify">, { outcome: "done" }>;

/** What a clean checkout showed: verdicts in order, ending at the first failure. */
export function verified(b: Batch, job: Job, result: Verified): void {
  if (job.purpose === "ci") return ciVerified(b, result);
  const tree = result.tree;
  const patch = job.purpose === "take-over" ? result.patch : b.facts.patch;
  if (tree !== patch?.tree) {
    const summary = `the patch arrives at tree ${tree}, not at the claimed ${patch?.tree ?? "one"}`;
    return failGate(b, "implement", { summary, fingerprint: "tree-mismatch", excerpt: "", log: null });
  }
  const base = b.base;
  if (patch.base !== base) {
    const summary = `the patch is made against ${patch.base}, not against ${base}`;
    return failGate(b, "implement", { summary, fingerprint: "base-mismatch", excerpt: "", log: null });
  }
  const testsFirst = (b.facts.plan?.needsTests ?? true) && job.purpose !== "take-over";
  if (disproved(b, "implement", receiptProblems(result, { base, tree, testsFirst }))) return;
  // A person's push becomes the loop's own work: the patch is what the branch changes against the base.
  if (job.purpose === "take-over")
    b.add({ type: "PatchProposed", patch, summary: "pushed by a person", testFiles: [] });
  const { signatures, scan, absentScanners, unproven, lockedTests } = result;
  b.add({ type: "ChangeMeasured", tree, signatures, scan, absentScanners, unproven, lockedTests });
  for (const verdict of result.verdicts) {
    const step = stepOfGate(verdict.gate);
    b.enter(step);
    if (verdict.outcome === "passed") {
      b.add({ type: "GatePassed", verdict, subject: tree });
      continue;
    }
    const unknown = { summary: `${verdict.gate} failed`, fingerprint: verdict.gate, excerpt: "", log: null };
    const evidence = verdict.evidence ?? unknown;
    const leaked = scan.some((one) => one.severity === "critical" || one.scanner === "secrets");
    if (verdict.gate === "scan" && leaked)
      return failForGood(b, "scan", evidence, "a critical finding is never retried by itself");
    return failGate(b, verdict.gate, evidence);
  }
  const missing = treeGates.find((gate) => b.facts.passed[gate]?.subject !== tree);
  if (missing) {
    // Asking again would get the same short answer for ever.
    const summary = `the runner gave no verdict of ${missing}`;
    return failGate(b, missing, { summary, fingerprint: "verdict-missing", excerpt: "", log: null });
  }
  const items = [...result.weakened, ...protectedChanges(b)];
  if (items.length > 0) b.add({ type: "TestsWeakened", tree, items });
  if (job.purpose === "take-over") return takenOver(b, tree);
  enterPush(b);
}

/** The runner's receipts do not carry its verdicts: nothing of them counts. */
function disproved(b: Batch, gate: GateName, problems: readonly string[]): boolean {
  if (problems.length === 0) return false;
  const summary = `the runner's receipts do not show what it says: ${problems[0]}`;
  const excerpt = problems.join("\n").slice(0, excerptCharsMax);
  failGate(b, gate, { summary, fingerprint: "receipts-disagree", excerpt, log: null });
  return true;
}

/** The head is somebody's own push, so there is nothing to publish. */
function takenOver(b: Batch, tree: string): void {
  const { head } = b;
  b.enter("push");
  b.add({ type: "CodePushed", sha: head, tree, before: head });
  if (testsSettled(b, tree)) pushed(b);
}

function protectedChanges(b: Batch): Weakening[] {
  const globs = b.facts.settings.protectedPaths;
  const files = b.facts.patch?.files ?? [];
  return files
    .filter((file) => isProtectedPath(file.path, globs))
    .map((file) => ({ path: file.path, what: `protected path is ${file.status}` }));
}

/** The runner's check of the pushed commit in a fresh clone: the platform has no checks of its own. */
function ciVerified(b: Batch, result: Verified): void {
  const { verdicts } = result;
  const { sha = "", tree = "" } = b.facts.pushed ?? {};
  const asked = { base: b.base, tree, testsFirst: false };
  const problems = receiptProblems(result, asked);
  if (result.tree !== tree) problems.push(`tree ${result.tree} was checked, ${tree} was pushed`);
  if (verdicts.every((verdict) => verdict.gate !== "ci")) problems.push("there is no verdict of ci");
  if (disproved(b, "ci", problems)) return;
  const failed = verdicts.find((verdict) => verdict.outcome === "failed");
  const state = failed ? "failed" : "passed";
  b.add({ type: "ChecksReported", sha, checks: [{ name: "tamma/ci", state, required: true, url: null }] });
  if (failed) {
    const unknown = { summary: "ci failed", fingerprint: "ci", excerpt: "", log: null };
    return failGate(b, "ci", failed.evidence ?? unknown);
  }
  const receipts = verdicts.flatMap((verdict) => verdict.receipts);
  b.add({
    type: "GatePassed",
    verdict: { gate: "ci", outcome: "passed", receipts, evidence: null },
    subject: sha,
  });
  enterReview(b);
}
