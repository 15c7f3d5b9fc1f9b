import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git, makeRepository, remove, temporaryFolder } from "../testing/repository.ts";
import { cloneAt } from "./clone.ts";
import type { Workspace } from "./git.ts";

/** What a command of the project could do to the workspace before git, outside the sandbox, looks at it. */
let folder: string;
let workspace: Workspace;
let victim: string;
beforeEach(async () => {
  folder = temporaryFolder();
  const { ref, base } = makeRepository(folder, "working");
  workspace = await cloneAt(ref.url, { sha: base }, join(folder, "workspace"));
  victim = join(folder, "victim");
  mkdirSync(victim);
  writeFileSync(join(victim, "file"), "untouched\n");
});
afterEach(() => remove(folder));

const inGit = (path: string) => join(workspace.path, ".git", path);
/** Each of them writes somewhere in `.git`. */
const touch = () => workspace.git(["checkout", "--quiet", "--detach", "HEAD"]);

test.each(["index", "HEAD", "logs/HEAD", "packed-refs", "objects/ab", "refs/heads"])(
  "a link at .git/%s is refused before git writes through it",
  async (path) => {
    rmSync(inGit(path), { recursive: true, force: true });
    mkdirSync(join(inGit(path), ".."), { recursive: true });
    symlinkSync(join(victim, "file"), inGit(path));
    await expect(touch()).rejects.toThrow(`.git/${path} was replaced`);
    expect(readFileSync(join(victim, "file"), "utf8")).toBe("untouched\n");
  },
);

test("a pipe in .git is refused, not waited for", async () => {
  execFileSync("mkfifo", [inGit("MERGE_HEAD")]);
  await expect(touch()).rejects.toThrow(".git/MERGE_HEAD was replaced");
});

test("a workspace that became a link to another repository is refused, which stays as it was", async () => {
  const other = join(folder, "other");
  git(folder, "clone", "--quiet", join(folder, "my répo"), other);
  writeFileSync(join(other, "a.txt"), "work in progress\n");
  writeFileSync(join(other, "unknown"), "precious\n");
  const config = readFileSync(join(other, ".git", "config"), "utf8");
  renameSync(workspace.path, join(folder, "away"));
  symlinkSync(other, workspace.path);
  for (const args of [
    ["read-tree", "--reset", "-u", "HEAD"],
    ["clean", "-ffdq"],
  ])
    await expect(workspace.git(args)).rejects.toThrow("was replaced");
  expect(readFileSync(join(other, "a.txt"), "utf8")).toBe("work in progress\n");
  expect(existsSync(join(other, "unknown"))).toBe(true);
  expect(readFileSync(join(other, ".git", "config"), "utf8")).toBe(config);
});

test("hooks that are links may stay, they are never run", async () => {
  mkdirSync(inGit("hooks"));
  symlinkSync("/nowhere", inGit("hooks/post-checkout"));
  await touch();
});
