import type { BlobRef } from "@tamma/core/domain/loop/evidence.ts";
import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import type { BlobStore } from "./blob-store.ts";

/** The SHA-256 of a body that the result names and that was never stored; null when all are there. */
export async function missingBlob(blobs: BlobStore, loop: string, result: JobResult): Promise<string | null> {
  for (const sha256 of new Set(refsIn(result).map((ref) => ref.sha256)))
    if (!(await blobs.has(loop, sha256))) return sha256;
  return null;
}

/** Every blob reference inside a result, wherever its kind keeps them. */
function refsIn(value: unknown): BlobRef[] {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (value === null || typeof value !== "object") return [];
  const isRef = "sha256" in value && "size" in value && "mediaType" in value;
  return isRef ? [value as BlobRef] : Object.values(value).flatMap(refsIn);
}
