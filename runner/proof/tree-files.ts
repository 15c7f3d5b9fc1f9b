import { createHash } from "node:crypto";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Workspace } from "../workspace/git.ts";
import { withIndex } from "../workspace/patch.ts";
import { BlobReader } from "./blob-reader.ts";

/** Files of one tree or commit, read from git's store and never from the disk that commands may write to. */
export interface TreeFiles {
  bytes(path: string): Promise<Uint8Array | null>;
  text(path: string): Promise<string | null>;
  sha256(path: string): Promise<string | null>;
  list(): Promise<string[]>;
  /** Where many files are read one by one: reads them together before. Files that are not there are fine. */
  readAhead(paths: readonly string[]): Promise<void>;
}

const readers = new WeakMap<Workspace, BlobReader>();

/** Reads the files of `tree` (a tree or a commit). */
export function filesOfTree(workspace: Workspace, tree: Sha): TreeFiles {
  const reader = readers.get(workspace) ?? new BlobReader(workspace);
  readers.set(workspace, reader);
  const bytes = (path: string) => reader.bytes(tree, path);
  return {
    bytes,
    text: async (path) => {
      const body = await bytes(path);
      return body === null ? null : new TextDecoder().decode(body);
    },
    sha256: async (path) => {
      const body = await bytes(path);
      return body === null ? null : createHash("sha256").update(body).digest("hex");
    },
    list: async () => [...(await reader.list(tree)).keys()],
    readAhead: (paths) => reader.readAhead(tree, paths),
  };
}

/** `base` with the files `paths` as `tree` has them: the unchanged code under the new tests. */
export async function treeWith(
  workspace: Workspace,
  base: Sha,
  tree: Sha,
  paths: readonly string[],
): Promise<Sha> {
  return await withIndex(async (indexFile) => {
    const input = paths.length > 0 ? await workspace.git(["ls-tree", "-r", "-z", tree, "--", ...paths]) : "";
    const put = ["update-index", "-z", "--add", "--replace", "--index-info"];
    return (await workspace.gits([["read-tree", base], put, ["write-tree"]], { indexFile, input })).trim();
  });
}

/**
 * Makes the workspace's files exactly `to`; only what git ignores (dependencies, caches) stays. `from`: the
 * tree that was put there last.
 *
 * The workspace's own index is not asked what has changed: a command of the project can write into it that a
 * file is as it was ("assume unchanged", "skip worktree"). The files themselves are compared.
 */
export async function switchTo(workspace: Workspace, from: Sha, to: Sha): Promise<void> {
  await withIndex(async (indexFile) => {
    const steps = [
      ["read-tree", from],
      // Quiet, so that files that differ are no error: the next step mends them.
      ["update-index", "-q", "--refresh"],
      ["read-tree", "--reset", "-u", to],
      ["clean", "-ffdq"],
    ];
    await workspace.gits(steps, { indexFile });
    // For commands of the project that ask git.
    const own = join(workspace.path, ".git", "index");
    await rm(own, { recursive: true, force: true });
    await rm(`${own}.lock`, { recursive: true, force: true });
    await copyFile(indexFile, own);
  });
}
