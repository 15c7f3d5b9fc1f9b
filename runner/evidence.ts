import { createHash } from "node:crypto";
import type { Evidence } from "@tamma/core/domain/loop/evidence.ts";

/** Shown on a card and carried in an event of 64 KB; the whole output is a blob. */
const excerptCharsMax = 4_000;
const summaryCharsMax = 300;

/**
 * Evidence that a job itself could not be done. The fingerprint leaves out ids, numbers and paths of
 * temporary folders: the same wall must look the same twice.
 */
export function evidenceOf(summary: string, excerpt = summary): Evidence {
  const shape = summary
    .replace(/[0-9a-f]{7,64}/g, "<id>")
    .replace(/\/(?:tmp|var|home|Users)\/\S+/g, "<path>")
    .replace(/\d+/g, "<n>");
  return {
    summary: firstLine(summary).slice(0, summaryCharsMax),
    fingerprint: createHash("sha256").update(shape).digest("hex").slice(0, 16),
    excerpt: excerpt.slice(0, excerptCharsMax),
    log: null,
  };
}

/** An exception as evidence. */
export function evidenceOfError(error: unknown): Evidence {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `\n${error.cause.message}` : "";
  return evidenceOf(message, message + cause);
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
