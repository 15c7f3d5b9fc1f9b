import { lstat, realpath } from "node:fs/promises";
import { dirname, join, posix, relative, sep } from "node:path";
import { isGitFolderName } from "@tamma/core/domain/loop/git-folder-name.ts";
import { ToolRefused } from "./desk.ts";

const pathCharsMax = 400;

/**
 * The absolute path of a repository path that a model named. Refused: absolute paths, `..`, anything under
 * `.git`,
 * and symbolic links that lead out of the workspace. `root` is the workspace's real path.
 *
 * @throws ToolRefused
 */
export async function confined(root: string, path: string): Promise<string> {
  const plain = plainPath(path);
  const full = join(root, plain);
  const real = await realOf(full);
  const inside = relative(root, real);
  if (inside === ".." || inside.startsWith(`..${sep}`) || inside.startsWith(sep))
    throw new ToolRefused(`${path} leads out of the repository by a symbolic link.`);
  if (inside.split(sep).some(isGitFolderName)) throw new ToolRefused(`${path} leads into git's own folder.`);
  return full;
}

/**
 * A path as git writes it: relative, `/`, without `.`; only by its text, no file is looked at. @throws
 * ToolRefused
 */
export function plainPath(path: string): string {
  if (path.length > pathCharsMax)
    throw new ToolRefused(`The path is longer than ${pathCharsMax} characters.`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a path with control characters is never meant
  if (/[\u0000-\u001f]/.test(path)) throw new ToolRefused("The path holds control characters.");
  if (path.startsWith("/") || path.startsWith("~") || /^[a-z]:/i.test(path) || path.includes("\\"))
    throw new ToolRefused(`${path}: write paths relative to the repository's root, with "/".`);
  const parts = path.split("/");
  if (parts.includes(".."))
    throw new ToolRefused(`${path}: ".." is not allowed; paths start at the repository's root.`);
  if (parts.some(isGitFolderName)) throw new ToolRefused(`${path}: git's own folder is closed.`);
  const plain = posix.normalize(path === "" ? "." : path).replace(/\/$/, "");
  return plain === "" ? "." : plain;
}

/** The real path of `full`, or of its nearest folder that exists, with the rest behind it. */
async function realOf(full: string): Promise<string> {
  const known = await realpath(full).catch(() => null);
  if (known !== null) return known;
  const link = await lstat(full).then(
    (stat) => stat.isSymbolicLink(),
    () => false,
  );
  if (link)
    throw new ToolRefused("The path is a symbolic link to nowhere; it can be neither read nor written.");
  const parent = dirname(full);
  return parent === full ? full : join(await realOf(parent), full.slice(parent.length + 1));
}
