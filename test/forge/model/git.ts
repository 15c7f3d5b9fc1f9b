import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Real git over bare repositories. Whose machine it is must not matter: no configuration is read. */

export interface Person {
  readonly name: string;
  readonly email: string;
}

interface GitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

export const nobody = "0000000000000000000000000000000000000000";
/** git itself waits for ever, for instance on a lock that was left behind. */
const gitTimeoutMs = 60_000;

export const gitEnv: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? "",
  HOME: tmpdir(),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Forge",
  GIT_AUTHOR_EMAIL: "forge@noreply.test",
  GIT_COMMITTER_NAME: "Forge",
  GIT_COMMITTER_EMAIL: "forge@noreply.test",
};

/** Who a commit is by, for the environment of git. */
export function identity(author: Person, committer: Person = author): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
  };
}

/** Runs git in `dir` and answers with its exit code and raw output; never throws for a code. */
export function tryGit(
  dir: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<{ code: number; out: Buffer; error: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["-c", "core.quotePath=false", ...args], {
      cwd: dir,
      env: { ...gitEnv, ...options.env },
      timeout: gitTimeoutMs,
    });
    const out: Buffer[] = [];
    const error: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => error.push(chunk));
    child.on("error", reject);
    // git may end before it has read everything.
    child.stdin.on("error", () => undefined);
    child.on("close", (code) =>
      resolve({ code: code ?? -1, out: Buffer.concat(out), error: Buffer.concat(error).toString() }),
    );
    child.stdin.end(options.input ?? "");
  });
}

/** Output of git without the last line end. @throws Error with what git said when it fails */
export async function git(dir: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const { code, out, error } = await tryGit(dir, args, options);
  if (code !== 0) throw new Error(`git ${args.join(" ")} ended with ${code}: ${error}`);
  return out.toString().replace(/\n$/, "");
}

export async function initBare(dir: string, branch: string): Promise<void> {
  await git(tmpdir(), ["init", "-q", "--bare", `--initial-branch=${branch}`, dir]);
  await git(dir, ["config", "http.receivepack", "true"]);
  await git(dir, ["config", "uploadpack.allowAnySHA1InWant", "true"]);
  await writeFile(join(dir, "hooks", "update"), updateHook, { mode: 0o755 });
}

/** Refuses pushes to the branches that the file names, except those of an administrator. */
const updateHook = `#!/bin/sh
[ -n "$FORGE_ADMIN" ] && exit 0
[ -f forge-protected ] || exit 0
if grep -qxF "$1" forge-protected; then
  echo "GH006: Protected branch update failed for $1." >&2
  exit 1
fi
`;

/** From now on only administrators push to these branches. */
export async function protectBranches(dir: string, names: readonly string[]): Promise<void> {
  const lines = names.map((name) => `refs/heads/${name}\n`);
  await writeFile(join(dir, "forge-protected"), lines.join(""));
}

/** Branches with the commits they are at. */
export async function branches(dir: string): Promise<Map<string, string>> {
  const lines = await git(dir, ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads"]);
  return new Map(
    lines
      .split("\n")
      .filter(Boolean)
      .map((line) => [line.slice(41).replace("refs/heads/", ""), line.slice(0, 40)]),
  );
}

/** The full name of a commit that a branch, tag or short name means; null when there is none. */
export async function resolveCommit(dir: string, name: string): Promise<string | null> {
  if (name === "" || name.startsWith("-")) return null;
  for (const rev of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
    const { code, out } = await tryGit(dir, ["rev-parse", "--verify", "--quiet", `${rev}^{commit}`]);
    if (code === 0) return out.toString().trim();
  }
  return null;
}

export async function isAncestor(dir: string, old: string, young: string): Promise<boolean> {
  return (await tryGit(dir, ["merge-base", "--is-ancestor", old, young])).code === 0;
}

/** Null: they have nothing in common. */
export async function mergeBase(dir: string, one: string, other: string): Promise<string | null> {
  const { code, out } = await tryGit(dir, ["merge-base", one, other]);
  return code === 0 ? out.toString().trim() : null;
}

/** Commits of `head` that `base` has not, and the other way round. */
export async function aheadBehind(dir: string, base: string, head: string) {
  const counts = await git(dir, ["rev-list", "--left-right", "--count", `${base}...${head}`]);
  const [behind = 0, ahead = 0] = counts.split("\t").map(Number);
  return { ahead, behind };
}

/** Moves a branch, if it is still at `from` (`nobody`: it must not exist). */
export async function moveBranch(dir: string, branch: string, to: string, from?: string): Promise<void> {
  await git(dir, ["update-ref", `refs/heads/${branch}`, to, ...(from === undefined ? [] : [from])]);
}

/** What one commit changes: a text, or null to remove the file. */
export type FileChanges = Readonly<Record<string, string | Uint8Array | null>>;

/** Makes a commit on top of `parent` (null: the first one) and returns its name; no branch moves. */
export async function commitFiles(
  dir: string,
  change: { parent: string | null; files: FileChanges; message: string; author: Person },
): Promise<string> {
  const entries: { path: string; mode: string; sha: string | null }[] = [];
  for (const [path, content] of Object.entries(change.files)) {
    const sha =
      content === null ? null : await git(dir, ["hash-object", "-w", "--stdin"], { input: content });
    entries.push({ path, mode: "100644", sha });
  }
  const tree = await writeTree(dir, change.parent, entries);
  const parents = change.parent === null ? [] : ["-p", change.parent];
  const options = { env: identity(change.author), input: change.message };
  return git(dir, ["commit-tree", tree, ...parents], options);
}

/** Writes a tree: `base` (a tree or commit; null: an empty one) with entries put in or removed (sha null). */
export async function writeTree(
  dir: string,
  base: string | null,
  entries: readonly { path: string; mode: string; sha: string | null }[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "forge-index-"));
  const env = { GIT_INDEX_FILE: join(folder, "index") };
  try {
    if (base !== null) await git(dir, ["read-tree", base], { env });
    // Mode 0 takes an entry out. Without -z a path with special characters would have to be quoted.
    const lines = entries.map(({ path, mode, sha }) => `${sha ? mode : "0"} ${sha ?? nobody}\t${path}\0`);
    await git(dir, ["update-index", "-z", "--index-info"], { env, input: lines.join("") });
    return await git(dir, ["write-tree"], { env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
