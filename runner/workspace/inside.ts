import { constants } from "node:fs";
import { chmod, type FileHandle, lstat, open, readlink, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";

/** A file of the workspace is not what it should be; the message says what it is, without its path. */
export class NotInside extends Error {
  override readonly name = "NotInside";
}

/**
 * The bytes of a plain file below `root` (a real path), at most `bytesMax`. Commands of the project decide
 * what stands under a name, so the name is opened first and what was opened is judged: a link that is
 * exchanged between a look and the reading gains nothing, and a pipe is never waited for.
 *
 * @throws NotInside when it leads out of `root` or into git's folder, or is no plain file, or is too big.
 */
export async function readInside(root: string, path: string, bytesMax: number): Promise<Buffer> {
  const file = await open(join(root, path), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    await judge(file, root, path);
    const { size } = await file.stat();
    if (size > bytesMax) throw new NotInside(`has ${size} bytes, more than ${bytesMax}`);
    // A file that grows while it is read is cut, not followed.
    const bytes = Buffer.alloc(size);
    let length = 0;
    for (let read = -1; read !== 0 && length < size; length += read)
      read = (await file.read(bytes, length, size - length, length)).bytesRead;
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/**
 * Writes a plain file below `root`, as a new file that takes the place of the old one: what else carries the
 * old one's name (a hard link to a file outside) keeps its content. The mode stays.
 *
 * @throws NotInside as `readInside`; the folder must exist.
 */
export async function writeInside(root: string, path: string, content: string): Promise<void> {
  // A link inside of the tree stays, and what it names is written.
  const full = await realpath(join(root, path)).catch(() => join(root, path));
  const known = await lstat(full).catch(() => null);
  if (known && !known.isFile()) throw new NotInside("is no plain file");
  const draft = join(dirname(full), `.tamma-${process.pid}-${Date.now()}`);
  const file = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
  try {
    await judge(file, root, path);
    await file.writeFile(content);
    await file.close();
    if (known) await chmod(draft, known.mode & 0o777);
    await rename(draft, full);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(draft, { force: true });
    throw error;
  }
}

/** Removes what stands under a name below `root`, unless its folder leads elsewhere. None is fine. */
export async function removeInside(root: string, path: string): Promise<void> {
  const folder = await realpath(dirname(join(root, path))).catch(() => null);
  if (folder === null || (folder !== root && !folder.startsWith(`${root}${sep}`))) return;
  await rm(join(root, path), { recursive: true, force: true });
}

async function judge(file: FileHandle, root: string, path: string): Promise<void> {
  if (!(await file.stat()).isFile()) throw new NotInside("is no plain file");
  const real = await realOf(file, join(root, path));
  const inside = relative(root, real);
  if (inside === ".." || inside.startsWith(`..${sep}`) || inside.startsWith(sep))
    throw new NotInside("leads out of the repository by a symbolic link");
  if (inside.split(sep)[0] === ".git") throw new NotInside("leads into git's own folder");
}

/** Where an open file really lies. Only Linux can tell it of the open file itself. */
async function realOf(file: FileHandle, full: string): Promise<string> {
  const known = await readlink(`/proc/self/fd/${file.fd}`).catch(() => null);
  return known ?? (await realpath(full).catch(() => realpath(dirname(full))));
}
