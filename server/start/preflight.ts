import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseProjectConfig, renderConfigProblem } from "@tamma/core/protocol/config-file.ts";
import { z } from "zod";
import { CannotStart } from "./cannot-start.ts";

/** What is worth knowing about a repository that can be worked on. */
export interface Checked {
  /** Where git finds it: the given path made absolute, or the URL as it is. */
  url: string;
  branch: string | null;
  warnings: string[];
}

const configFile = ".tamma.yml";
const PackageJson = z.object({ scripts: z.record(z.string(), z.string()).optional() });
/** What `npm init` writes where a test script would be. */
const noTest = /no test specified/;
/** git answers from the disk; a network drive that hangs must not hang the start. */
const gitTimeoutMs = 20_000;

/**
 * Checks a repository before anything is created for it. Only what a loop cannot do without stops; the rest
 * is a warning. A URL is taken as it is: git will tell when it is read.
 *
 * @throws CannotStart with what is missing and how to get it
 */
export function checkRepository(given: string, path: string): Checked {
  const remote = /^([a-z+]+:\/\/|[^/]+@[^/]+:)/i.test(given) && !existsSync(path);
  if (remote) return { url: given, branch: null, warnings: [] };
  if (!existsSync(path)) throw new CannotStart(`--repo ${given}: there is no such folder`);
  if (!statSync(path).isDirectory() || git(path, ["rev-parse", "--git-dir"]) === null)
    throw new CannotStart(
      `--repo ${given} is not a Git repository; make it one: git init, git add, git commit`,
    );
  const bare = git(path, ["rev-parse", "--is-bare-repository"]) === "true";
  const root = bare ? path : (git(path, ["rev-parse", "--show-toplevel"]) ?? path);
  const branch = git(root, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
  if (git(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]) === null)
    throw new CannotStart(`--repo ${given} has no commit yet; make a first one: git add . && git commit`);
  if (branch === null)
    throw new CannotStart(
      `--repo ${given} is on no branch (its HEAD is detached); check one out: git switch main`,
    );

  const show = (file: string) => git(root, ["show", `HEAD:${file}`]);
  checkTests(given, show, bare ? null : root);
  return { url: root, branch, warnings: bare ? [] : treeWarnings(root, branch) };
}

/** Settings must be readable, and there must be a way to run tests: without one nothing can be proven. */
function checkTests(given: string, show: (file: string) => string | null, tree: string | null): void {
  const committed = configOf(show(configFile));
  const file = tree === null ? "" : join(tree, configFile);
  // What lies in the folder is not used before it is committed, but a mistake in it is better told now.
  if (file !== "" && existsSync(file)) configOf(readFileSync(file, "utf8"));
  if (committed.test !== undefined) return;
  const script = testScript(show("package.json"));
  if (script !== null) return;
  throw new CannotStart(
    `--repo ${given} has no test command that is committed; add a "test" script to package.json, ` +
      `or a line to ${configFile}, for example \`test: make test\`, and commit it`,
  );
}

function configOf(text: string | null) {
  const parsed = parseProjectConfig(text ?? "");
  if ("problem" in parsed) throw new CannotStart(renderConfigProblem(parsed.problem, configFile));
  return parsed.config;
}

function testScript(text: string | null): string | null {
  try {
    const script = PackageJson.parse(JSON.parse(text ?? "{}")).scripts?.test ?? "";
    return script.trim() === "" || noTest.test(script) ? null : script;
  } catch {
    return null;
  }
}

function treeWarnings(root: string, branch: string): string[] {
  // Files that git does not know are in nobody's way.
  const changed = (git(root, ["status", "--porcelain", "--untracked-files=no"]) ?? "")
    .split("\n")
    .filter((line) => line !== "");
  if (changed.length === 0) return [];
  const files = changed.length === 1 ? "1 file is" : `${changed.length} files are`;
  return [
    `${files} not committed on ${branch}: the loop does not see them, and at the merge it will wait ` +
      "until you have committed or stashed them",
  ];
}

/** What git prints, without the last line end; null when it fails. */
function git(folder: string, args: string[]): string | null {
  try {
    return execFileSync("git", args, {
      cwd: folder,
      encoding: "utf8",
      timeout: gitTimeoutMs,
      stdio: ["ignore", "pipe", "ignore"],
    }).trimEnd();
  } catch {
    return null;
  }
}
