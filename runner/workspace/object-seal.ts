import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Workspace } from "./git.ts";

/** Every file of git's object store with the SHA-256 of its bytes, and how it looked when it was read. */
export type ObjectSeal = Map<string, { look: string; sha256: string }>;

/**
 * Remembers the object store as it is before the first command of the project runs. Git does not compare
 * what it reads from there with the id by which it asked: whoever can write to the store decides what a tree
 * seems to hold.
 */
export async function sealObjects(workspace: Workspace): Promise<ObjectSeal> {
  const folder = objectsOf(workspace);
  const seal: ObjectSeal = new Map();
  for (const path of await filesBelow(folder)) {
    const look = await lookOf(join(folder, path));
    if (look !== null) seal.set(path, { look, sha256: await sha256Of(join(folder, path)) });
  }
  return seal;
}

/**
 * What of the store is not as it was sealed, in words; null when nothing is. New single objects are fine,
 * git finds the sealed ones first; a new pack or index could stand before them.
 */
export async function brokenSeal(workspace: Workspace, seal: ObjectSeal): Promise<string | null> {
  // Says it when the folder is none any more.
  await workspace.git(["rev-parse", "--git-dir"]);
  const folder = objectsOf(workspace);
  for (const path of await filesBelow(folder))
    if (!seal.has(path) && /^(pack|info)\//.test(path)) return `objects/${path} is new`;
  for (const [path, sealed] of seal) {
    const look = await lookOf(join(folder, path));
    if (look === null) return `objects/${path} is gone`;
    if (look === sealed.look) continue;
    // Git itself touches the time of an object that it is asked to write again.
    if ((await sha256Of(join(folder, path))) !== sealed.sha256) return `objects/${path} was changed`;
    sealed.look = look;
  }
  return null;
}

const objectsOf = ({ path }: Workspace): string => join(path, ".git", "objects");

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Null unless it is a plain file. The kernel alone sets the time of the last change of an inode. */
async function lookOf(file: string): Promise<string | null> {
  const stat = await lstat(file, { bigint: true }).catch(() => null);
  return stat?.isFile() ? `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}` : null;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
