import { createHash } from "node:crypto";
import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";

/** More error lines than this do not make a failure more recognisable. */
const linesMax = 5;
const hashChars = 12;

/** What differs between two runs of the same failure, in the order in which it is replaced. */
const volatile: readonly [RegExp, string][] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one
  [/\u001b\[[\d;]*m/g, ""],
  [/file:\/\//g, ""],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?/g, "<time>"],
  [/\b\d\d:\d\d:\d\d(\.\d+)?\b/g, "<time>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<uuid>"],
  [/\b(127\.0\.0\.1|localhost|\[::1\]|0\.0\.0\.0):\d+/g, "$1:<port>"],
  [/\b0x[0-9a-f]+\b/gi, "<address>"],
  [/\b(pid|process)([ =:]+)\d+/gi, "$1$2<pid>"],
  [/\b\d+(\.\d+)? ?(ms|s|sec|seconds|milliseconds|min|minutes|µs|us|ns)\b/g, "<duration>"],
  [/(duration_ms|time)([ =:"']+)[\d.]+/g, "$1$2<duration>"],
  [/\/(?:tmp|private\/tmp|var\/folders)\/[^\s:'")]+\//g, "<tmp>/"],
  // Line and column move with every edit above them.
  [/:\d+:\d+\b/g, ""],
  [/\((\d+),(\d+)\)/g, ""],
  [/(\.\w{1,5}):\d+\b/g, "$1"],
];

/** Text of a failure without what differs from run to run; `root` is the workspace's absolute path. */
export function normalised(text: string, root: string): string {
  let plain = text.replaceAll(`${root}/`, "").replaceAll(root, ".");
  for (const [what, instead] of volatile) plain = plain.replace(what, instead);
  return plain.replace(/[ \t]+/g, " ").trim();
}

/** Same failing tests with the same first lines of message: the same wall. `kind` names the command. */
export function testFingerprint(failed: readonly TestOutcome[], root: string): string {
  const lines = failed.map((test) => `${test.id}|${firstLines(test.message ?? "", root)}`).sort();
  const first = normalised(failed.map((test) => test.id).sort()[0] ?? "none", root);
  const more = failed.length > 1 ? `+${failed.length - 1}` : "";
  return `test:${first.slice(0, 80)}${more}#${hash(lines.join("\n"))}`;
}

/**
 * Compilers' codes with their files (`TS2345@src/a.ts`), else a hash of the first lines that speak of an
 * error.
 */
export function outputFingerprint(kind: string, output: string, root: string): string {
  const plain = normalised(output, root);
  const coded = new Set<string>();
  for (const line of plain.split("\n")) {
    const code = /\b(?:TS\d{3,5}|E\d{4})\b/.exec(line)?.[0];
    const file = /([\w@./-]+\.(?:[cm]?[jt]sx?|rs|vue|svelte))/.exec(line)?.[1];
    if (code !== undefined && file !== undefined) coded.add(`${code}@${file}`);
  }
  if (coded.size > 0) return `${kind}:${[...coded].sort().slice(0, linesMax).join(",")}`;
  const errors = plain.split("\n").filter((line) => /error|fail|cannot|not found|undefined/i.test(line));
  const lines = errors.length > 0 ? errors : plain.split("\n").filter((line) => line !== "");
  return `${kind}:${hash(lines.slice(0, linesMax).join("\n"))}`;
}

/**
 * The first lines of a message without its stack: what was expected and what came stands below the first one
 * ("Expected values to be strictly equal:"), so the first alone would call two failures the same.
 */
function firstLines(message: string, root: string): string {
  const lines = normalised(message, root)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("at "));
  // A crash of a file begins with the source line; the error's own line says more.
  const start = lines.findIndex((line) => /^\w*(Error|Exception)\b/.test(line));
  return lines.slice(Math.max(start, 0), Math.max(start, 0) + linesMax).join("\n");
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, hashChars);
}
