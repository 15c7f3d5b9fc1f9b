import { createHash } from "node:crypto";
import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Workspace } from "../workspace/git.ts";
import { withIndex } from "../workspace/patch.ts";

/** Files of one tree or commit, read from git's store and never from the disk that commands may write to. */
export interface TreeFiles {
  bytes(path: string): Promise<Uint8Array | null>;
  text(path: string): Promise<string | null>;
  sha256(path: string): Promise<string | null>;
  list(): Promise<string[]>;
}

/** Reads the files of `tree` (a tree or a commit). */
export function filesOfTree(workspace: Workspace, tree: Sha): TreeFiles {
  const bytes = async (path: string) => {
    const { exitCode, stdout } = await workspace.attempt(["cat-file", "blob", `${tree}:${path}`]);
    return exitCode === 0 ? stdout : null;
  };
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
    list: async () =>
      (await workspace.git(["ls-tree", "-r", "-z", "--name-only", tree]))
        .split("\0")
        .filter((path) => path !== ""),
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
    await workspace.git(["read-tree", base], { indexFile });
    if (paths.length > 0) {
      const entries = await workspace.git(["ls-tree", "-r", "-z", tree, "--", ...paths]);
      await workspace.git(["update-index", "-z", "--add", "--replace", "--index-info"], {
        indexFile,
        input: entries,
      });
    }
    return (await workspace.git(["write-tree"], { indexFile })).trim();
  });
}

/** Makes the workspace's files exactly `tree`; only what git ignores (dependencies, caches) stays. */
export async function switchTo(workspace: Workspace, tree: Sha): Promise<void> {
  await workspace.git(["read-tree", "--reset", "-u", tree]);
  await workspace.git(["clean", "-ffdq"]);
}
