import { lstat, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sha } from "@tamma/core/domain/ids.ts";
import type { BlobRef, Patch, PatchFile } from "@tamma/core/domain/loop/evidence.ts";
import type { Workspace } from "./git.ts";
import { textOf } from "./run-git.ts";

/**
 * A person has to be able to review it, and the Worker parses it in memory (design, "Objects on the wire").
 */
export const patchBytesMax = 10_000_000;
export const patchMediaType = "text/x-diff";

/** The workspace's change cannot be carried as a patch, or a patch does not lead where it says. */
export class PatchError extends Error {
  override readonly name = "PatchError";
}

export interface PatchOptions {
  putBlob(body: Uint8Array, mediaType: string): Promise<BlobRef>;
  commits?: Patch["commits"];
}

/**
 * All that the workspace's files change against `base`: tracked and new files, not the ignored ones. The
 * workspace's own index is left alone.
 */
export async function patchOf(workspace: Workspace, base: Sha, options: PatchOptions): Promise<Patch> {
  return patchBetween(workspace, base, await treeOf(workspace, base), options);
}

/** The tree id of the workspace's files as they are now, ignored ones left out unless `base` tracks them. */
export async function treeOf(workspace: Workspace, base: Sha): Promise<Sha> {
  return withIndex(async (indexFile) => {
    await expectModestFiles(workspace, base, indexFile);
    return (await workspace.gits([["add", "--all", "--", "."], ["write-tree"]], { indexFile })).trim();
  });
}

/** More new files than a person would read in a year: something that belongs into .gitignore. */
const newFilesMax = 5_000;

/**
 * Git would read and store whatever lies there, however big it is. Leaves `base` in the index.
 *
 * @throws PatchError
 */
async function expectModestFiles(workspace: Workspace, base: Sha, indexFile: string): Promise<void> {
  // Without times in the index git names every tracked file as changed; only their size is asked.
  const list = ["ls-files", "-z", "-t", "--others", "--cached", "--exclude-standard", "--deduplicate"];
  const listed = (await workspace.gits([["read-tree", base], list], { indexFile })).split("\0");
  // `? path` is new, any other letter tracked.
  const fresh = listed.filter((line) => line.startsWith("? "));
  if (fresh.length > newFilesMax)
    throw new PatchError(
      `There are ${fresh.length} new files, more than ${newFilesMax}: ` +
        "are build results or dependencies missing in .gitignore?",
    );
  for (const path of listed.filter(Boolean).map((line) => line.slice(2))) {
    const stat = await lstat(join(workspace.path, path)).catch(() => null);
    if (stat?.isFile() && stat.size > patchBytesMax) await expectKnown(workspace, indexFile, path, stat.size);
  }
}

/** A big file that the base holds too is no change. @throws PatchError */
async function expectKnown(workspace: Workspace, indexFile: string, path: string, bytes: number) {
  const known = await workspace.attempt(["cat-file", "-s", `:${path}`], { indexFile });
  if (known.exitCode === 0 && Number(textOf(known.stdout)) === bytes) return;
  throw new PatchError(
    `${path} has ${bytes} bytes, more than the ${patchBytesMax} that a change may have: ` +
      "is it missing in .gitignore?",
  );
}

/** The patch that leads from commit `base` to `tree`; both are in the workspace's object store. */
export async function patchBetween(
  workspace: Workspace,
  base: Sha,
  tree: Sha,
  options: PatchOptions,
): Promise<Patch> {
  const body = await diffOf(workspace, base, tree);
  if (body.length > patchBytesMax)
    throw new PatchError(
      `The change is ${body.length} bytes as a diff, more than ${patchBytesMax}: ` +
        "are build results or dependencies missing in .gitignore?",
    );
  return {
    base,
    tree,
    diff: await options.putBlob(body, patchMediaType),
    files: await filesOf(workspace, base, tree),
    commits: options.commits ?? [],
  };
}

/**
 * The diff as it is carried on the wire; bytes, because text files need not be UTF-8. What is text is decided
 * by git's look at the bytes alone.
 */
export async function diffOf(workspace: Workspace, from: Sha, to: Sha): Promise<Uint8Array> {
  const format = ["--binary", "--full-index", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv"];
  const args = [
    "diff",
    ...format,
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--ignore-submodules=none",
    from,
    to,
  ];
  // An attribute could declare any text binary, and neither people nor the scan would see what it says.
  const { exitCode, stdout, stderr } = await workspace.attempt(args, { withoutFiles: true });
  if (exitCode !== 0) throw new PatchError(`git diff failed: ${stderr}`);
  return stdout;
}

const statusOf: Record<string, PatchFile["status"]> = {
  A: "added",
  D: "deleted",
  M: "modified",
  T: "modified",
};

async function filesOf(workspace: Workspace, base: Sha, tree: Sha): Promise<PatchFile[]> {
  const both = ["diff-tree", "-r", "-z", "--raw", "--numstat", "--no-renames", base, tree];
  const raw = await fields(workspace, both);
  // `:<mode> <mode> <id> <id> <status>`, then the path; after the last of them come the counts.
  const counted = raw.findIndex((entry, i) => i % 2 === 0 && !entry.startsWith(":"));
  const counts = counted < 0 ? [] : raw.splice(counted);
  const lines = new Map<string, { binary: boolean; added: number; removed: number }>();
  for (const entry of counts) {
    const [added = "0", removed = "0", ...path] = entry.split("\t");
    const binary = added === "-";
    lines.set(path.join("\t"), {
      binary,
      added: binary ? 0 : Number(added),
      removed: binary ? 0 : Number(removed),
    });
  }
  const files: PatchFile[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [modeBefore = "", modeAfter = "", , , letter = ""] = (raw[i] ?? "").slice(1).split(" ");
    const path = raw[i + 1] ?? "";
    const status = statusOf[letter];
    if (!status)
      throw new PatchError(`${path}: git reports the change "${letter}", which a patch cannot carry.`);
    files.push({
      path,
      status,
      modeBefore,
      modeAfter,
      ...(lines.get(path) ?? { binary: false, added: 0, removed: 0 }),
    });
  }
  return files;
}

/** Fields of a `-z` output. A path that is not UTF-8 would be another path on the wire, so it is refused. */
async function fields(workspace: Workspace, args: string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await workspace.attempt(args, { withoutFiles: true });
  if (exitCode !== 0) throw new PatchError(`git ${args[0]} failed: ${stderr}`);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(stdout)
      .split("\0")
      .filter(Boolean);
  } catch {
    throw new PatchError("A changed file has a name that is not UTF-8; rename it.");
  }
}

/** A private index for one look, gone afterwards. */
export async function withIndex<T>(use: (indexFile: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "tamma-index-"));
  try {
    return await use(join(folder, "index"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
