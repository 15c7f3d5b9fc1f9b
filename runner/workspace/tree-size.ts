import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Workspace } from "./git.ts";
import { RepositoryUnusable } from "./unusable.ts";

/** Twice the files of the biggest public repositories; a tree that names itself often has no end. */
const filesMax = 1_000_000;
/** A few kilobytes of git can unfold to any size; this fits on a developer's disk. */
const checkedOutBytesMax = 20_000_000_000;
/** About 120 bytes for each file. */
const listBytesMax = 120 * filesMax;

/**
 * Looks how big a commit's files are before they are written. Identical folders cost git nothing: thirty
 * trees, each with the one before twice, are a thousand million files.
 *
 * @throws RepositoryUnusable when they are more than a machine can take.
 */
export async function expectModestTree(workspace: Workspace, commit: Sha): Promise<void> {
  const args = ["ls-tree", "-r", "-z", "-l", "--full-tree", commit];
  const listed = await workspace
    .attempt(args, { withoutFiles: true, outputBytesMax: listBytesMax })
    .catch((error: unknown) => {
      if (error instanceof Error && /printed more than/.test(error.message)) return null;
      throw error;
    });
  const sizes = listed && sizesOf(listed.stdout);
  if (!sizes || sizes.files > filesMax)
    throw new RepositoryUnusable(
      `Commit ${commit.slice(0, 12)} has more than ${filesMax} files: nothing is checked out.`,
    );
  if (sizes.bytes > checkedOutBytesMax)
    throw new RepositoryUnusable(
      `The files of commit ${commit.slice(0, 12)} have ${sizes.bytes} bytes, more than ` +
        `${checkedOutBytesMax}: nothing is checked out.`,
    );
}

function sizesOf(list: Uint8Array): { files: number; bytes: number } {
  let files = 0;
  let bytes = 0;
  for (const entry of Buffer.from(list).toString("latin1").split("\0")) {
    if (entry === "") continue;
    files += 1;
    // `<mode> <kind> <id> <size, right-aligned>`, then a tab and the path; a submodule has the size "-".
    bytes += Number(/ +(\d+)\t/.exec(entry)?.[1] ?? 0);
  }
  return { files, bytes };
}
