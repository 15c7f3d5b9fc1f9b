import { execFile } from "node:child_process";
import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
/** The sample's files as they are before there is any history. */
export const sampleTemplate = join(import.meta.dirname, "repository");

/**
 * A local `git commit` takes milliseconds; a hook or a prompt of the user's own set-up could hang it for
 * ever.
 */
const gitTimeoutMs = 30_000;

/**
 * The template told as a short history, so that "the last commits" are not empty. Paths not named come
 * first.
 */
const history: readonly { message: string; paths: readonly string[]; at: string }[] = [
  { message: "Begin with money, rounding and tax", paths: [], at: "2026-09-01T09:00:00Z" },
  {
    message: "Add invoices with totals per tax rate",
    paths: ["src/invoice.ts", "test/invoice.test.ts", "src/index.ts"],
    at: "2026-09-08T10:30:00Z",
  },
  {
    message: "Print invoices as a page of text",
    paths: ["src/print.ts", "src/table.ts", "test/print.test.ts"],
    at: "2026-09-15T14:00:00Z",
  },
  {
    message: "Write down the rules of the house",
    paths: ["README.md", "AGENTS.md", ".tamma.yml"],
    at: "2026-09-22T08:15:00Z",
  },
];

/**
 * Writes the sample repository into a new folder: branch `main`, four commits, always with the same ids.
 * Throws when the folder exists and is not empty: somebody's work could lie there.
 *
 * @returns the folder
 */
export async function createSample(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0)
    throw new Error(`Cannot write the sample repository to ${folder}: it is not empty. Name another folder.`);
  await cp(sampleTemplate, folder, { recursive: true });
  await git(folder, ["init", "--quiet", "--initial-branch=main"]);
  const later = history.flatMap((commit) => commit.paths);
  for (const { message, paths, at } of history) {
    const chosen = paths.length > 0 ? [...paths] : [".", ...later.map((path) => `:(exclude)${path}`)];
    await git(folder, ["add", "--", ...chosen]);
    await git(folder, ["commit", "--quiet", "--no-verify", "--message", message], at);
  }
  return folder;
}

async function git(folder: string, args: readonly string[], at = ""): Promise<void> {
  // Nothing of the user's own configuration: signing keys, hooks, line ends and templates would change the
  // ids.
  const settings = ["commit.gpgsign=false", "core.autocrlf=false", "core.hooksPath=/dev/null"];
  await run("git", [...settings.flatMap((setting) => ["-c", setting]), ...args], {
    cwd: folder,
    timeout: gitTimeoutMs,
    env: { ...inherited(), ...identity(at) },
  });
}

/**
 * Only what a program needs to be found and to run; `GIT_*` of a surrounding hook would lead to another
 * repository.
 */
function inherited(): Record<string, string> {
  const names = ["PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function identity(at: string): Record<string, string> {
  return {
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Tally",
    GIT_AUTHOR_EMAIL: "tally@example.com",
    GIT_COMMITTER_NAME: "Tally",
    GIT_COMMITTER_EMAIL: "tally@example.com",
    ...(at && { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at }),
  };
}
