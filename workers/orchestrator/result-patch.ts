import type { Evidence, Patch } from "@tamma/core/domain/loop/evidence.ts";
import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import { excerptCharsMax } from "@tamma/core/domain/policy/limits.ts";
import { disagreements } from "@tamma/core/engine/diff-files.ts";
import { diffShape } from "@tamma/core/engine/diff-shape.ts";
import type { BlobStore } from "./blob-store.ts";

export interface PatchCheck {
  blobs: BlobStore;
  loop: string;
  /** The loop's patch before this result; null when there was none. */
  before: Patch | null;
  /** Takes the server's own secrets out of a text. */
  redact: (text: string) => string;
}

/**
 * The result, unless its patch says otherwise than its diff: then the job failed, with the differences as
 * evidence. Protected paths, risk and size are judged by the list of files, and only the diff itself is ever
 * applied.
 */
export async function checkedPatch(
  { blobs, loop, before, redact }: PatchCheck,
  report: JobResult,
): Promise<JobResult> {
  const patch = patchIn(report);
  const diff = patch ? await blobs.find(loop, patch.diff.sha256) : null;
  if (!patch || !diff) return report;
  const text = Buffer.from(diff).toString("utf8");
  if (redact(text) !== text)
    return failedWith(report, {
      summary: "the patch holds a secret of this server; it is not taken",
      fingerprint: "patch-holds-secret",
      excerpt: "A command of the project could read it: let the runner run as a user of its own.",
      log: null,
    });
  const wrong = disagreements(patch.files, diff);
  if (diff.byteLength !== patch.diff.size)
    wrong.push(`the diff has ${diff.byteLength} bytes, not ${patch.diff.size}`);
  if (wrong.length === 0) return await checkedReplay({ blobs, loop, before }, report, diff);
  return failedWith(report, {
    summary: `the patch does not say what its diff does: ${wrong[0]}`,
    fingerprint: "patch-disagrees",
    excerpt: wrong.join("\n").slice(0, excerptCharsMax),
    log: null,
  });
}

/**
 * A runner that says "unchanged" carries an approval over to its new patch, so the two diffs are compared
 * here too.
 */
async function checkedReplay(
  { blobs, loop, before }: Omit<PatchCheck, "redact">,
  report: JobResult,
  diff: Uint8Array,
): Promise<JobResult> {
  if (report.kind !== "rebase" || report.result.outcome !== "done" || !report.result.unchanged) return report;
  const old = before ? await blobs.find(loop, before.diff.sha256) : null;
  const unchanged = old !== null && diffShape(old) === diffShape(diff);
  return { kind: "rebase", result: { ...report.result, unchanged } };
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
