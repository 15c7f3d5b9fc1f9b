import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Receipt, TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import type { JobContext } from "../job-context.ts";
import type { ProjectRun } from "../project/outcomes.ts";
import type { TreeFiles } from "./tree-files.ts";

export interface ReceiptInput {
  kind: Receipt["kind"];
  context: JobContext;
  base: Sha;
  /** The tree that the commands ran on. */
  tree: Sha;
  files: TreeFiles;
  runs: readonly ProjectRun[];
  tests: readonly TestOutcome[];
  testFiles: readonly string[];
  /** Words that belong into the log beside the output: what was skipped, and why. */
  notes: readonly string[];
}

/** A receipt travels in a result of bounded size; the log holds the rest. */
const testsMax = 2_000;
const messageCharsMax = 500;

/** Proof that commands ran on a tree, with what is needed to repeat and to doubt it. */
export async function receiptOf(input: ReceiptInput): Promise<Receipt> {
  const { kind, context, base, tree, files, runs, tests, testFiles, notes } = input;
  const log = [
    ...notes,
    ...runs.map((run) => `$ ${run.line}\n${run.output}\nexit code ${run.result.exitCode}`),
  ].join("\n\n");
  // Failed tests first: they must not fall off the end of a long list.
  const ordered = [...tests].sort((a, b) => Number(b.outcome === "failed") - Number(a.outcome === "failed"));
  const hashes = await Promise.all(
    testFiles.map(async (path) => ({ path, sha256: await files.sha256(path) })),
  );
  return {
    kind,
    base,
    tree,
    commands: runs.map(({ line, result }) => ({
      argv: ["sh", "-c", line],
      exitCode: result.exitCode,
      ms: result.ms,
    })),
    tests: ordered
      .slice(0, testsMax)
      .map((test) => ({ ...test, message: test.message?.slice(0, messageCharsMax) ?? null })),
    testFiles: hashes.flatMap(({ path, sha256 }) => (sha256 === null ? [] : [{ path, sha256 }])),
    tools: await toolVersions(context),
    protection: context.commands.protection,
    log: log === "" ? null : await context.putBlob(log, "text/plain; charset=utf-8"),
  };
}

const versionTimeoutMs = 10_000;
const versions = new WeakMap<object, Promise<Record<string, string>>>();

/** Versions of node, npm and git; asked once per job. A tool that is not there is left out. */
function toolVersions(context: JobContext): Promise<Record<string, string>> {
  const known = versions.get(context);
  if (known) return known;
  const asked = askVersions(context);
  versions.set(context, asked);
  return asked;
}

async function askVersions({ commands, folder }: JobContext): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const tool of ["node", "npm"]) {
    const { exitCode, stdout } = await commands.run([tool, "--version"], {
      cwd: folder,
      timeoutMs: versionTimeoutMs,
    });
    if (exitCode === 0) found[tool] = stdout.trim().replace(/^v/, "");
  }
  // Git is ours: it runs outside the sandbox, so it is asked there.
  const git = await promisify(execFile)("git", ["--version"]).catch(() => null);
  if (git) found.git = git.stdout.trim().replace(/^git version /, "");
  return found;
}
