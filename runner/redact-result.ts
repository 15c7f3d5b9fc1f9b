import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import type { Redactor } from "@tamma/core/engine/redact.ts";
import type { TurnRequest } from "@tamma/core/protocol/model-turn.ts";

/** Left as they are: a patch must arrive at its tree, and a secret in it is a finding of the scan. */
const untouched = new Set(["patch", "sha256", "tree", "base", "head", "sha"]);

/** A result whose texts (evidence, reasons, findings, outcomes of tests) name no secret. */
export function redactResult(result: JobResult, redactor: Redactor): JobResult {
  // Only strings change, and no string of the protocol that is not free text can look like a key.
  const clean = cleaned(result, redactor, untouched) as JobResult;
  if (!("patch" in clean.result) || clean.result.patch === null) return clean;
  // Of a patch only the words of its commits are free text.
  const { patch } = clean.result;
  const commits = patch.commits.map((one) => ({ ...one, message: redactor.text(one.message) }));
  return { ...clean, result: { ...clean.result, patch: { ...patch, commits } } } as JobResult;
}

/** What a model is told, without what the files and outputs in it should not have held. */
export function redactTurn(request: TurnRequest, redactor: Redactor): TurnRequest {
  const messages = cleaned(request.messages, redactor, new Set(["id", "type", "role", "name"]));
  return { ...request, messages: messages as TurnRequest["messages"] };
}

function cleaned(value: unknown, redactor: Redactor, kept: ReadonlySet<string>): unknown {
  if (typeof value === "string") return redactor.text(value);
  if (Array.isArray(value)) return value.map((one) => cleaned(one, redactor, kept));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      kept.has(key) ? inner : cleaned(inner, redactor, kept),
    ]),
  );
}
