/**
 * A path as the least exact file systems compare it: without difference of case, and of the two ways to
 * write an accented letter.
 */
export function foldedPath(path: string): string {
  return path.normalize("NFC").toLowerCase().normalize("NFC");
}

/**
 * Pairs of paths (files, or folders on the way to them) that are one on some disk, each with one of
 * `added`; a checkout there loses one of the two, or writes through the other.
 */
export function pathCollisions(
  added: readonly string[],
  present: Iterable<string>,
): { path: string; other: string }[] {
  const names = new Map<string, string>();
  for (const path of present)
    for (const name of withFolders(path)) if (!names.has(foldedPath(name))) names.set(foldedPath(name), name);
  const found = new Map<string, string>();
  for (const path of added)
    for (const name of withFolders(path)) {
      const other = names.get(foldedPath(name));
      if (other !== undefined && other !== name) found.set(name, other);
      else names.set(foldedPath(name), name);
    }
  return [...found].map(([path, other]) => ({ path, other }));
}

/** `a`, `a/b`, `a/b/c` of `a/b/c`. */
function withFolders(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}
