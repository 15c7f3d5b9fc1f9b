import { relative } from "node:path";
import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { parseTap, type TapResult } from "./tap.ts";
import { isTestFile } from "./test-files.ts";

/** Message of one test, enough for a diff of two objects. */
const messageCharsMax = 2_000;

/**
 * The tests of a TAP output; `root` is the workspace, so that files are named as the repository names them.
 */
export function tapOutcomes(text: string, root: string): TestOutcome[] {
  return parseTap(text).flatMap((one) => outcomes(one, [], root));
}

function outcomes(result: TapResult, above: readonly string[], root: string): TestOutcome[] {
  const path = [...above, result.name];
  if (result.children.length > 0) {
    const inner = result.children.flatMap((child) => outcomes(child, path, root));
    // A suite fails with its tests; only when none of them failed the failure is its own (a hook).
    if (result.ok || inner.some((test) => test.outcome === "failed")) return inner;
    return [...inner, outcome(result, path, root)];
  }
  return [outcome(result, path, root)];
}

function outcome(result: TapResult, path: readonly string[], root: string): TestOutcome {
  const names = path.map((name) => (name.startsWith(root) ? relative(root, name) : name));
  const file = fileOf(result, names, root);
  // The same name in two files is two tests; vitest's names begin with the file already.
  const id =
    file === null || names[0] === file || names[0]?.startsWith(`${file} > `) ? names : [file, ...names];
  const state = result.directive !== null ? "skipped" : result.ok ? "passed" : "failed";
  return {
    id: id.join(" > ") || "unnamed test",
    outcome: state,
    file,
    message: state === "failed" ? tapMessage(result).slice(0, messageCharsMax) : null,
  };
}

function fileOf(result: TapResult, names: readonly string[], root: string): string | null {
  const { location, at, file } = result.diagnostics;
  const place = [location, file, isRecord(at) ? at.fileName : at].find((one) => typeof one === "string");
  const first = (names[0] ?? "").split(" > ")[0] ?? "";
  for (const candidate of [place, first]) {
    if (typeof candidate !== "string") continue;
    const path = candidate.replace(/^file:\/\//, "").replace(/(:\d+){1,2}$/, "");
    const inside = path.startsWith("/") ? relative(root, path) : path;
    if (!inside.startsWith("..") && isTestFile(inside) && /\.\w+$/.test(inside)) return inside;
  }
  return typeof place === "string" && place.startsWith(root)
    ? relative(root, place.replace(/(:\d+){1,2}$/, ""))
    : null;
}

/** What a failed result says about itself: error, difference, stack. */
export function tapMessage({ diagnostics, said }: TapResult): string {
  const error = isRecord(diagnostics.error) ? diagnostics.error : diagnostics;
  const text = [error.error, error.message].find((one) => typeof one === "string") ?? "";
  const name = typeof error.name === "string" ? error.name : "";
  const code = typeof error.code === "string" ? ` [${error.code}]` : "";
  const lines: string[] = [];
  // node:test says only "test failed" of a file that crashed; why stands in the comments before the result.
  const crashed = text === "test failed" && said.length > 0;
  if (!crashed && (text !== "" || name !== ""))
    lines.push(`${name}${code}${name || code ? ": " : ""}${text}`.trim());
  if ("expected" in diagnostics || "actual" in diagnostics)
    lines.push(`expected: ${show(diagnostics.expected)}`, `actual: ${show(diagnostics.actual)}`);
  if (typeof diagnostics.diff === "string") lines.push(diagnostics.diff.trim());
  if (lines.length === 0) lines.push(...said.filter((line) => !/^\s*1\.\.\d+$/.test(line)));
  if (typeof error.stack === "string") lines.push(error.stack);
  return lines.join("\n").trim() || "failed without a message";
}

const show = (value: unknown): string =>
  (typeof value === "string" ? value : JSON.stringify(value)) ?? "undefined";

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
