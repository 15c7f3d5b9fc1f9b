import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RepositoryRef } from "@tamma/core/domain/loop/work.ts";

/** A folder of one test, with what git hates in its name. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "tämma test "));
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Git as a person uses it: with his own name and the default config. */
export function git(folder: string, ...args: string[]): string {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.org",
  };
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  return execFileSync("git", ["-C", folder, ...args], { env, encoding: "utf8", stdio }).trimEnd();
}

type Content = string | Uint8Array | { executable: string } | { link: string } | null;

/** Writes files below `folder`; null deletes. */
export function write(folder: string, files: Record<string, Content>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    rmSync(file, { force: true });
    if (content === null) continue;
    if (typeof content === "string" || content instanceof Uint8Array) writeFileSync(file, content);
    else if ("link" in content) symlinkSync(content.link, file);
    else {
      writeFileSync(file, content.executable);
      chmodSync(file, 0o755);
    }
  }
}

/** Commits all files of the working repository and answers the id. */
export function commitAll(folder: string, message: string): string {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--allow-empty", "-m", message);
  return git(folder, "rev-parse", "HEAD");
}

export interface TestRepository {
  /** A working copy whose pushes a person makes. For a working repository it is the repository itself. */
  path: string;
  ref: RepositoryRef;
  base: string;
}

/** A repository with one commit on main, as somebody's working folder or as a bare one behind `file://`. */
export function makeRepository(
  folder: string,
  kind: "working" | "bare",
  files: Record<string, Content> = { "a.txt": "one\ntwo\nthree\n", "docs/b.md": "# B\n" },
): TestRepository {
  const path = join(folder, "my répo");
  mkdirSync(path);
  git(path, "init", "--quiet", "-b", "main");
  write(path, files);
  const base = commitAll(path, "first");
  if (kind === "working") return { path, base, ref: refOf(path) };
  const bare = join(folder, "bare.git");
  git(folder, "clone", "--quiet", "--bare", path, bare);
  git(path, "remote", "add", "origin", bare);
  return { path, base, ref: refOf(`file://${encodeURI(bare)}`) };
}

export function refOf(url: string): RepositoryRef {
  return { connection: "local", id: "repo", name: "repo", url, defaultBranch: "main" };
}
