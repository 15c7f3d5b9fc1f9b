import type { Evidence, Patch } from "@tamma/core/domain/loop/evidence.ts";
import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import { excerptCharsMax } from "@tamma/core/domain/policy/limits.ts";
import { disagreements } from "@tamma/core/engine/diff-files.ts";
import type { BlobStore } from "./blob-store.ts";

/**
 * The result, unless its patch says otherwise than its diff: then the job failed, with the differences as
 * evidence. Protected paths, risk and size are judged by the list of files, and only the diff itself is ever
 * applied.
 */
export async function checkedPatch(blobs: BlobStore, loop: string, report: JobResult): Promise<JobResult> {
  const patch = patchIn(report);
  const diff = patch ? await blobs.find(loop, patch.diff.sha256) : null;
  if (!patch || !diff) return report;
  const wrong = disagreements(patch.files, diff);
  if (diff.byteLength !== patch.diff.size)
    wrong.push(`the diff has ${diff.byteLength} bytes, not ${patch.diff.size}`);
  if (wrong.length === 0) return report;
  return failedWith(report, {
    summary: `the patch does not say what its diff does: ${wrong[0]}`,
    fingerprint: "patch-disagrees",
    excerpt: wrong.join("\n").slice(0, excerptCharsMax),
    log: null,
  });
}

function patchIn({ kind, result }: JobResult): Patch | null {
  if (kind !== "develop" && kind !== "verify" && kind !== "rebase") return null;
  return result.outcome === "done" ? result.patch : null;
}

function failedWith(report: JobResult, evidence: Evidence): JobResult {
  switch (report.kind) {
    case "develop":
      return { kind: "develop", result: { outcome: "failed", evidence, rejections: [] } };
    case "verify":
      return { kind: "verify", result: { outcome: "failed", evidence } };
    case "rebase":
      return { kind: "rebase", result: { outcome: "failed", evidence } };
    default:
      return report;
  }
}
