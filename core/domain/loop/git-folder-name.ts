/** NTFS drops trailing spaces and dots, reads `:` as a stream, and gives long names a short one. */
const gitFolder = /^(?:\.git|git~1)[ .]*(?::.*)?$/i;

/** HFS+ ignores these in names (git's utf8.c). */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** A name in a path as HFS+ compares it. */
export function nameOnHfs(name: string): string {
  return name.replace(ignoredByHfs, "");
}

/** Does some file system take this name for `.git`? (CVE-2014-9390 and its kin) */
export function isGitFolderName(name: string): boolean {
  return gitFolder.test(nameOnHfs(name));
}
