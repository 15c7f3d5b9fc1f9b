import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import { parseProjectConfig, renderConfigProblem } from "@tamma/core/protocol/config-file.ts";
import { CliError, exitCodes } from "../exit-codes.ts";

const run = promisify(execFile);

/** git itself never times out; a remote that needs longer to name its HEAD is not there. */
const gitTimeoutMs = 30_000;

/** What the server has to know about a repository; it does no git itself. */
export interface RepositoryAddress {
  url: string;
  defaultBranch: string;
  /** `.tamma.yml` of the default branch; empty when there is none, or only a runner can read it (a URL). */
  config: ProjectConfig;
}

/**
 * The address and default branch of a local folder or a URL, as `git ls-remote --symref` tells them.
 *
 * @throws CliError when git cannot read it, or its HEAD names no branch
 */
export async function findRepository(given: string, cwd: string): Promise<RepositoryAddress> {
  const path = resolve(cwd, given);
  const url = existsSync(path) ? await topLevel(path) : given;
  const listed = await git(["ls-remote", "--symref", "--", url, "HEAD"], cwd).catch((error: Error) => {
    const said = told(error);
    throw problem(`git cannot read ${given}: ${said}`, todoFor(said), error);
  });
  const branch = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(listed)?.[1];
  if (branch) return { url, defaultBranch: branch, config: await settings(url, branch) };
  throw problem(
    `${given} has no branch to work on: ${listed === "" ? "it has no commit" : "its HEAD is detached"}`,
    listed === "" ? "make a first commit" : "check out a branch: git switch main",
  );
}

/** The root of the working tree around `path`, or `path` itself for a bare repository. */
async function topLevel(path: string): Promise<string> {
  const top = await git(["rev-parse", "--show-toplevel"], path).catch(() => "");
  return realpathSync(top.trim() || path);
}

/** The settings hold from the first loop on: a runner reports changes of them only while one is under way. */
async function settings(url: string, branch: string): Promise<ProjectConfig> {
  if (!existsSync(url)) return {};
  const text = await git(["show", `refs/heads/${branch}:.tamma.yml`], url).catch(() => "");
  const parsed = parseProjectConfig(text);
  if ("config" in parsed) return parsed.config;
  throw problem(
    `.tamma.yml cannot be used: ${renderConfigProblem(parsed.problem)}`,
    "correct it and commit it",
  );
}

async function git(args: string[], cwd: string): Promise<string> {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
  const { stdout } = await run("git", args, { cwd, env, timeout: gitTimeoutMs });
  return stdout;
}

function problem(message: string, todo: string, cause?: unknown): CliError {
  return new CliError({ exitCode: exitCodes.usage, code: "repository", message, todo, cause });
}

/** What git says below ssh's own words; they are why, this is not. */
const afterwards = /^fatal: Could not read from remote repository\.[\s\S]*$/m;

/** The last line of why it failed; a host whose key is another one is more than its last line. */
function told(error: Error): string {
  const { stderr = error.message } = error as Error & { stderr?: string };
  const why = stderr.replace(afterwards, "").trim() || stderr.trim();
  if (why.includes("IDENTIFICATION HAS CHANGED")) return "the host shows another key than the known one";
  return why.split("\n").at(-1) ?? error.message;
}

const todos: readonly [RegExp, string][] = [
  [
    /another key than the known one/,
    "somebody may stand in between: ask who runs it; if its key is new, `ssh-keygen -R HOST`, then connect " +
      "once by hand",
  ],
  [
    /Host key verification failed/,
    "connect once by hand (`ssh -T git@HOST`) and compare the fingerprint with the one that its owner " +
      "tells; the runner's user has to know it too",
  ],
  [
    /Permission denied/,
    "load your key into the ssh-agent (`ssh-add`) or name it in ~/.ssh/config, and give it the right to " +
      "this repository",
  ],
];

function todoFor(said: string): string {
  return todos.find(([shape]) => shape.test(said))?.[1] ?? "give the path or URL of a Git repository";
}
