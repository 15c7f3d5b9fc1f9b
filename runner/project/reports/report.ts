import { relative, resolve } from "node:path";
import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";

/** What one process of a test runner reported. */
export interface Report {
  tests: TestOutcome[];
  /** False: the process ended before its report did, so tests are missing. */
  complete: boolean;
}

/** Where a report comes from; both are real paths. */
export interface ReportSource {
  /** The workspace. */
  root: string;
  /** The folder that the runner ran in, for names that are relative to it. */
  cwd: string;
}

/** Message of one test, enough for a diff of two objects. */
const messageCharsMax = 2_000;

/** A path of a report as the repository names it; null when it lies outside the workspace. */
export function fileIn({ root, cwd }: ReportSource, path: string | null | undefined): string | null {
  if (path === null || path === undefined || path === "") return null;
  const plain = path.startsWith("file://") ? pathOf(path) : path;
  const inside = relative(root, resolve(cwd, plain));
  return inside === "" || inside.startsWith("..") ? null : inside;
}

/** The id of a test: its file and its titles from the outermost suite inwards. */
export function testId(file: string | null, titles: readonly (string | null)[]): string {
  const parts = [file, ...titles].map((part) => part?.trim() ?? "").filter((part) => part !== "");
  return parts.join(" > ") || "unnamed test";
}

/** Runners name ES modules by URL, in which a blank is `%20`. */
function pathOf(url: string): string {
  try {
    return decodeURI(url.slice("file://".length));
  } catch {
    return url.slice("file://".length);
  }
}

/** Frames of Node and of the packages say nothing about the project. */
const foreignFrame = /^ *at .*(\bnode:|\bnode_modules\/|<anonymous>$).*$\n?/gm;
/** Further frames of the project are seldom needed to find the place. */
const framesMax = 5;

/**
 * A message as a person wants it, bounded: no colours (runners colour also what goes into a file), the
 * project's own frames, and paths as the repository names them.
 */
export function plainMessage(text: string | null | undefined, root: string): string {
  const plain = withoutRoot(withoutColours(text ?? ""), root).replace(foreignFrame, "");
  let frames = 0;
  const lines = plain.split("\n").filter((line) => !/^\s*at .*:\d+/.test(line) || ++frames <= framesMax);
  return lines.join("\n").trim().slice(0, messageCharsMax) || "failed without a message";
}

function withoutColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one
  return text.replace(/\u001b\[[\d;]*m/g, "");
}

/** Paths below `root` relative to it, also those in URLs; in quotes they stay, as names of modules. */
function withoutRoot(text: string, root: string): string {
  const shape = (path: string) => path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const any = new RegExp(`(?<!['"\`])(?:file://${shape(encodeURI(root))}|${shape(root)})/`, "g");
  return text.replace(any, "");
}

/** Tests of one file with the same titles are told apart by their order, which is that of the file. */
export function numbered(tests: readonly TestOutcome[]): TestOutcome[] {
  const seen = new Map<string, number>();
  return tests.map((test) => {
    const count = (seen.get(test.id) ?? 0) + 1;
    seen.set(test.id, count);
    return count === 1 ? test : { ...test, id: `${test.id} (${count})` };
  });
}

const weight = { failed: 2, passed: 1, skipped: 0 };

/** The same test in several runs (projects of one configuration, two scripts) is one: a failure wins. */
export function merged(tests: readonly TestOutcome[]): TestOutcome[] {
  const byId = new Map<string, TestOutcome>();
  for (const test of tests) {
    const before = byId.get(test.id);
    if (!before || weight[test.outcome] > weight[before.outcome]) byId.set(test.id, test);
  }
  return [...byId.values()];
}

/** `text` as JSON, null when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
