import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Kept in the tree as data, not as our source: recorded answers of platforms, and the sample repository
 * that `npm start` works on. Every tool's configuration leaves out the same folders.
 */
const data = /(^|\/)fixtures\/|^server\/sample\/repository\//;

/** The marketing and docs sites have their own compiler (astro), which reads their types. */
const sites = /^(workers\/site|docs-site)\//;

/**
 * Every file git holds or would take, relative to `root`, sorted. This is what a check must have looked
 * at; a tool that silently skips a folder (wrong glob, missing parser) is found by comparing with it.
 */
export function trackedFiles(root: string): string[] {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = new Set(list.split("\0").filter((file) => file !== ""));
  return [...files].filter((file) => existsSync(join(root, file))).sort();
}

/** The tracked files with one of the extensions that are our own source, sites left out. */
export function sourceFiles(root: string, extensions: readonly string[]): string[] {
  return ownFiles(root, extensions).filter((file) => !sites.test(file));
}

/** The tracked files with one of the extensions that are ours, sites included. */
export function ownFiles(root: string, extensions: readonly string[]): string[] {
  const wanted = new RegExp(`\\.(${extensions.join("|")})$`);
  return trackedFiles(root).filter((file) => wanted.test(file) && !data.test(file));
}
