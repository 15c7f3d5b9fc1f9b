import type { Sha } from "@tamma/core/domain/ids.ts";
import type { BlobRef, Patch } from "@tamma/core/domain/loop/evidence.ts";
import { ensurePresent } from "./clone.ts";
import type { Workspace } from "./git.ts";
import { PatchError, withIndex } from "./patch.ts";

type GetBlob = (ref: BlobRef) => Promise<Uint8Array>;

/**
 * Writes the tree of `patch` into the object store and answers its id, without touching index or files.
 * It works on blobs only: no line-end conversion, no filter, no file of the workspace can change the result.
 *
 * @throws PatchError when the diff does not apply to `patch.base` or does not arrive at `patch.tree`.
 */
export async function treeOfPatch(workspace: Workspace, patch: Patch, getBlob: GetBlob): Promise<Sha> {
  await ensurePresent(workspace, patch.base);
  const diff = await getBlob(patch.diff);
  const tree = await withIndex(async (indexFile) => {
    await workspace.git(["read-tree", patch.base], { indexFile });
    if (diff.length > 0) {
      const apply = ["apply", "--cached", "--binary", "--whitespace=nowarn", "-p1", "-"];
      const { exitCode, stderr } = await workspace.attempt(apply, { indexFile, input: diff });
      if (exitCode !== 0)
        throw new PatchError(`The patch does not apply to ${patch.base.slice(0, 12)}: ${stderr.trim()}`);
    }
    return (await workspace.git(["write-tree"], { indexFile })).trim();
  });
  if (tree !== patch.tree)
    throw new PatchError(
      `The patch leads to tree ${tree.slice(0, 12)}, but ${patch.tree.slice(0, 12)} was validated.`,
    );
  return tree;
}

/**
 * Puts index and files of the workspace to `patch` applied to its base; HEAD becomes `patch.base`, detached.
 * Files that git does not know stay.
 *
 * @throws PatchError as `treeOfPatch`.
 */
export async function applyPatch(workspace: Workspace, patch: Patch, getBlob: GetBlob): Promise<Sha> {
  const tree = await treeOfPatch(workspace, patch, getBlob);
  await workspace.git(["checkout", "--quiet", "--force", "--detach", patch.base]);
  await workspace.git(["read-tree", "--reset", "-u", tree]);
  return tree;
}
