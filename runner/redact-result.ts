import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import type { Redactor } from "./redact.ts";

/** Left as they are: a patch must arrive at its tree, and a secret in it is a finding of the scan. */
const untouched = new Set(["patch", "sha256", "tree", "base", "head", "sha"]);

/** A result whose texts (evidence, reasons, findings, outcomes of tests) name no secret. */
export function redactResult(result: JobResult, redactor: Redactor): JobResult {
  const clean = (value: unknown): unknown => {
    if (typeof value === "string") return redactor.text(value);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, untouched.has(key) ? inner : clean(inner)]),
    );
  };
  // Only strings change, and no string of the protocol that is not free text can look like a key.
  return clean(result) as JobResult;
}
