import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { parseTap, type TapResult } from "../tap.ts";
import { tapMessage } from "../tap-outcomes.ts";
import {
  fileIn,
  numbered,
  parseJson,
  plainMessage,
  type Report,
  type ReportSource,
  testId,
} from "./report.ts";

/** What stands in tape's comments and is no title: the counts at the end. */
const count = /^(tests|pass|fail|skip|todo) +\d+$|^ok$/;
interface Titled {
  title: string;
  skipped: boolean;
  results: TapResult[];
}

/**
 * tape prints its assertions and, before those of a test, the title as a comment; a test is all the
 * assertions below its title. `list`: titles with their files, one JSON per line, as they were registered.
 */
export function tapeReport(text: string, list: string, source: ReportSource): Report {
  const complete = /^1\.\.\d+$/m.test(text);
  const all = testsOf(text);
  // A title without assertions only holds others; tape does not count it either.
  const titled = all.filter(
    (test, at) => test.results.length > 0 || test.skipped || (!complete && at === all.length - 1),
  );
  const files = filesByTitle(list, source);
  let file: string | null = null;
  const tests = titled.map((test, at): TestOutcome => {
    file = files.get(test.title)?.shift() ?? file;
    const open = !complete && at === titled.length - 1;
    return outcomeOf(test, file ?? fileOfFailure(test.results, source), open, source.root);
  });
  // What was registered and never came is skipped, or kept out by `only`.
  const never = complete
    ? [...files].flatMap(([title, paths]) =>
        paths.map((path): TestOutcome => {
          return { id: testId(path, [title]), outcome: "skipped", file: path, message: null };
        }),
      )
    : [];
  return { tests: numbered([...tests, ...never]), complete };
}

function testsOf(text: string): Titled[] {
  const tests: Titled[] = [];
  let lines: string[] = [];
  let next = 1;
  const close = () => {
    const last = tests.at(-1);
    // Lines before the first title belong to no test.
    if (last) last.results.push(...parseTap(lines.join("\n")));
    lines = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const title = /^# (.*)$/.exec(line)?.[1]?.trim();
    const number = /^(?:not )?ok (\d+)\b/.exec(line)?.[1];
    if (title !== undefined && !count.test(title)) {
      close();
      const directive = /^(SKIP|TODO)\s+/i.exec(title)?.[0] ?? "";
      tests.push({ title: title.slice(directive.length), skipped: directive !== "", results: [] });
    } else if (number === undefined) lines.push(line);
    // Assertions are numbered through; a line with another number was printed by the tests.
    else if (Number(number) === next) {
      next += 1;
      lines.push(line);
    }
  }
  close();
  return tests;
}

function outcomeOf(
  { title, skipped, results }: Titled,
  file: string | null,
  open: boolean,
  root: string,
): TestOutcome {
  const id = testId(file, [title]);
  const failed = results.find((result) => !result.ok && result.directive === null);
  if (failed) return { id, outcome: "failed", file, message: plainMessage(failureOf(failed), root) };
  if (open) return { id, outcome: "failed", file, message: null };
  const nothing = results.length > 0 && results.every((result) => result.directive !== null);
  return { id, outcome: skipped || nothing ? "skipped" : "passed", file, message: null };
}

/** The name of an assertion, unless the error says the same. */
function failureOf(result: TapResult): string {
  const message = tapMessage(result);
  return message.includes(result.name) ? message : `${result.name}\n${message}`;
}

function fileOfFailure(results: readonly TapResult[], source: ReportSource): string | null {
  for (const { diagnostics } of results) {
    const at = typeof diagnostics.at === "string" ? diagnostics.at : "";
    const path = /\(?((?:file:\/\/)?\/[^():]+)(?::\d+){0,2}\)?$/.exec(at)?.[1];
    const file = fileIn(source, path);
    if (file !== null && !file.includes("node_modules/")) return file;
  }
  return null;
}

function filesByTitle(list: string, source: ReportSource): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const line of list.split("\n")) {
    const entry = parseJson(line);
    if (typeof entry !== "object" || entry === null || !("title" in entry) || !("file" in entry)) continue;
    const title = String(entry.title).replace(/\s+/g, " ").trim();
    const file = fileIn(source, String(entry.file));
    if (file !== null) files.set(title, [...(files.get(title) ?? []), file]);
  }
  return files;
}
