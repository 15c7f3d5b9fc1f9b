import { constants } from "node:fs";
import { copyFile, glob, lstat, mkdir, mkdtemp, open, readdir, realpath, rm, rmdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { z } from "zod";
import { isTestFile } from "../test-files.ts";
import { avaReport } from "./ava-report.ts";
import { jestReport } from "./jest-json.ts";
import { mochaReport } from "./mocha-json.ts";
import { nodeReport } from "./node-events.ts";
import { merged, parseJson, type Report, type ReportSource } from "./report.ts";
import { tapReport } from "./tap-report.ts";
import { tapeReport } from "./tape-report.ts";

/** Reports of large suites are long; more than this is no report. */
const reportBytesMax = 50_000_000;
/** A monorepo runs a runner per package; more are a test that got out of hand. */
const reportsMax = 500;
/** Looked at when a title has to be matched with its file. */
const filesMax = 20_000;
const reporter = join(import.meta.dirname, "reporter.cjs");

/** What the test runners of one command reported. */
export interface Collected {
  tests: TestOutcome[];
  /** Names of the runners that began, once each. */
  runners: string[];
  /** Those that ended without a whole report. */
  unfinished: string[];
}

/** A folder into which every known test runner below one command writes its report. */
export interface ReportFolder {
  readonly path: string;
  /** Value of NODE_OPTIONS. `own`: what the project wants there; `nodeReporters`: see `reporterFlags`. */
  nodeOptions(own: string | undefined, nodeReporters: NodeReporters | null): string;
  /** True when a runner has reported and does not end since `sinceMs`: something keeps it alive. */
  hangsSince(sinceMs: number): Promise<boolean>;
  collect(): Promise<Collected>;
  remove(): Promise<void>;
}

/** Reporters and destinations that a script of the project gives node:test; Node wants as many of both. */
export interface NodeReporters {
  reporters: number;
  destinations: number;
}

/**
 * Makes the folder below `root`'s node_modules: writable for the project's commands, ignored by git, by test
 * runners, and by coverage. Null when node_modules is a link or something else that leads away.
 */
export async function openReportFolder(root: string): Promise<ReportFolder | null> {
  const modules = join(root, "node_modules");
  const made = (await mkdir(modules, { recursive: true }).catch(() => null)) ?? null;
  if ((await realpath(modules).catch(() => null)) !== modules) return null;
  const folder = await mkdtemp(join(modules, ".tamma-report-"));
  await copyFile(reporter, join(folder, "reporter.cjs"));
  // What ran in between may have put a link in its place.
  const isOurs = async () => (await realpath(folder).catch(() => null)) === folder;
  return {
    path: folder,
    nodeOptions: (own, nodeReporters) =>
      [
        own ?? "",
        `--require ${quoted(join(folder, "reporter.cjs"))}`,
        ...reporterFlags(join(folder, "reporter.cjs"), nodeReporters),
      ]
        .join(" ")
        .trim(),
    hangsSince: async (sinceMs) => (await isOurs()) && (await hangs(folder, sinceMs)),
    collect: async () => ((await isOurs()) ? await collect(folder, root) : nothing),
    async remove() {
      if (await isOurs()) await rm(folder, { recursive: true, force: true });
      // Only when it is empty, and only when it was not there before.
      if (made !== null) await rmdir(modules).catch(() => {});
    },
  };
}

const nothing: Collected = { tests: [], runners: [], unfinished: [] };

/** NODE_OPTIONS knows quotes and the backslash. */
const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/**
 * Ours besides those of the project. Node reads NODE_OPTIONS first, then the command line, and refuses a
 * reporter without a destination as soon as there are two.
 */
function reporterFlags(file: string, own: NodeReporters | null): string[] {
  if (own === null) return [];
  const ours = `--test-reporter=${quoted(file)} --test-reporter-destination=stdout`;
  if (own.reporters === 0) return [ours, "--test-reporter=spec --test-reporter-destination=stdout"];
  const missing = own.reporters - own.destinations;
  return [ours, ...Array.from({ length: missing }, () => "--test-reporter-destination=stdout")];
}

const Begun = z.object({ runner: z.string(), cwd: z.string() });
const ending = { begun: ".begun", report: ".report", ended: ".ended", list: ".report.files" };

async function begunNames(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending.begun)).sort();
  return names.slice(0, reportsMax).map((name) => name.slice(0, -ending.begun.length));
}

/** Reads what stands in a report folder; `root`: the workspace that it is about. */
export async function collect(folder: string, root: string): Promise<Collected> {
  const tests: TestOutcome[] = [];
  const runners = new Set<string>();
  const unfinished: string[] = [];
  for (const name of await begunNames(folder)) {
    const path = join(folder, name);
    const begun = Begun.safeParse(parseJson((await plainFile(`${path}${ending.begun}`)) ?? ""));
    if (!begun.success) continue;
    const { runner, cwd } = begun.data;
    runners.add(runner);
    const report = await read(runner, path, { root, cwd });
    tests.push(...(report?.tests ?? []));
    if (!report?.complete) unfinished.push(runner);
  }
  return { tests: merged(tests), runners: [...runners], unfinished };
}

async function read(runner: string, path: string, source: ReportSource): Promise<Report | null> {
  const text = await plainFile(`${path}${ending.report}`);
  if (text === null) return null;
  switch (runner) {
    case "jest":
    case "vitest":
      return jestReport(parseJson(text), source);
    case "mocha":
      return mochaReport(parseJson(text), source);
    case "node:test":
      return nodeReport(text, source);
    case "tap":
      return tapReport(text, source);
    case "tape":
      return tapeReport(text, (await plainFile(`${path}${ending.list}`)) ?? "", source);
    case "ava":
      return avaReport(text, await testFilesBelow(source), source);
    default:
      return null;
  }
}

/** A runner whose report is whole since `sinceMs` and which is still there. */
async function hangs(folder: string, sinceMs: number): Promise<boolean> {
  const there = new Set(await readdir(folder));
  for (const name of await begunNames(folder)) {
    if (there.has(`${name}${ending.ended}`) || !there.has(`${name}${ending.report}`)) continue;
    const begun = Begun.safeParse(parseJson((await plainFile(join(folder, `${name}${ending.begun}`))) ?? ""));
    // The others append while they run, so that silence says nothing.
    if (!begun.success || !["jest", "vitest", "mocha"].includes(begun.data.runner)) continue;
    const { mtimeMs } = await lstat(join(folder, `${name}${ending.report}`));
    if (Date.now() - mtimeMs > sinceMs) return true;
  }
  return false;
}

/** Text of a regular file that commands may have written: no link, no pipe, no file without end. */
export async function plainFile(path: string): Promise<string | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => null);
  if (file === null) return null;
  try {
    const stat = await file.stat();
    return stat.isFile() && stat.size <= reportBytesMax ? await file.readFile("utf8") : null;
  } finally {
    await file.close();
  }
}

async function testFilesBelow({ root, cwd }: ReportSource): Promise<string[]> {
  const found: string[] = [];
  const below = relative(root, cwd);
  if (below.startsWith("..")) return [];
  const exclude = (path: string) => /(^|\/)(node_modules|\.git)$/.test(path);
  for await (const path of glob("**/*.{js,cjs,mjs,ts,cts,mts,jsx,tsx}", { cwd, exclude })) {
    const file = join(below, path);
    // ava takes any file that its configuration names.
    if (found.length < filesMax) found.push(file);
  }
  const named = found.filter((file) => isTestFile(file));
  return named.length > 0 ? named : found;
}
