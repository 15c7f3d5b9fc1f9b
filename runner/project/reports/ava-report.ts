import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { parseTap, type TapResult } from "../tap.ts";
import { tapMessage } from "../tap-outcomes.ts";
import { numbered, plainMessage, type Report, type ReportSource, testId } from "./report.ts";

const separator = / [›>] /;

/**
 * ava's TAP. With several files a title begins with the file's name without its folders and endings
 * (`money › rounds` for `test/money.test.js`), with one file it stands alone. `files`: the test files there
 * are, relative to the workspace, among which the name has to be the only one of its kind.
 */
export function avaReport(text: string, files: readonly string[], { root }: ReportSource): Report {
  const complete = /^1\.\.\d+$/m.test(text);
  const tests: TestOutcome[] = [];
  // What is thrown outside of a test comes as a result of its own, before the one of its file.
  let thrown: string[] = [];
  for (const result of parseTap(text)) {
    const file = fileThatEnded(result, files);
    if (file !== null) {
      const message = plainMessage([...thrown, result.name].join("\n"), root);
      tests.push({ id: testId(file, []), outcome: "failed", file, message });
      thrown = [];
    } else if (isThrown(result)) thrown.push(`${result.name}\n${tapMessage(result)}`);
    else tests.push(outcomeOf(result, files, root));
  }
  for (const one of thrown)
    tests.push({ id: "outside of a test", outcome: "failed", file: null, message: plainMessage(one, root) });
  return { tests: numbered(tests), complete };
}

/**
 * The file of a result such as "test/a.test.js exited with a non-zero exit code: 1"; null: it is of a test.
 */
function fileThatEnded({ name, ok }: TapResult, files: readonly string[]): string | null {
  if (ok || !/ exited |^No tests found in |^Could not /.test(name)) return null;
  return files.find((file) => name.includes(file)) ?? null;
}

/** A test has a title; an error that nobody caught has only its message. */
function isThrown({ ok, name, diagnostics }: TapResult): boolean {
  const { message } = diagnostics;
  const said = typeof message === "string" ? (message.split("\n")[0] ?? "") : "";
  return !ok && (/^file:\/\//.test(name) || (said !== "" && name.includes(said)));
}

function outcomeOf(result: TapResult, files: readonly string[], root: string): TestOutcome {
  const { file, title } = placed(result.name, files);
  const id = testId(file, [title]);
  if (result.directive !== null) return { id, outcome: "skipped", file, message: null };
  if (result.ok) return { id, outcome: "passed", file, message: null };
  return { id, outcome: "failed", file, message: plainMessage(failureOf(result), root) };
}

/** The longest beginning of the name that is one file's. */
function placed(name: string, files: readonly string[]): { file: string | null; title: string } {
  const parts = name.split(separator);
  for (let length = parts.length - 1; length > 0; length--) {
    const fits = files.filter((file) => namesFile(parts.slice(0, length), file));
    if (fits.length === 1) return { file: fits[0] ?? null, title: parts.slice(length).join(" > ") };
  }
  // The only file's name is left out.
  return { file: files.length === 1 ? (files[0] ?? null) : null, title: name };
}

function namesFile(parts: readonly string[], file: string): boolean {
  const folders = file.split("/");
  const base = (folders.pop() ?? "")
    .replace(/\.[cm]?[jt]sx?$/, "")
    .replace(/\.(spec|test)$/, "")
    .replace(/^test-/, "");
  if (parts.at(-1) !== base) return false;
  const above = folders.filter((folder) => folder !== "__tests__");
  return `/${above.join("/")}`.endsWith(`/${parts.slice(0, -1).join("/")}`.replace(/\/$/, ""));
}

function failureOf(result: TapResult): string {
  const { details, assertion, at } = result.diagnostics;
  const lines = [tapMessage(result)];
  if (typeof assertion === "string") lines.unshift(assertion);
  if (typeof details === "object" && details !== null)
    for (const [name, value] of Object.entries(details)) lines.push(`${name}\n${String(value)}`);
  if (typeof at === "string") lines.push(`    at ${at}`);
  return lines.join("\n");
}
