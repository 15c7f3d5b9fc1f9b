import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { trackedFiles } from "../check/tracked-files.ts";
import { fillPage, type Parts } from "./marked.ts";

export interface Page {
  path: string;
  text: string;
}

/** Every Markdown page that people read; the sample repository is data. */
export function readPages(root: string): Page[] {
  return trackedFiles(root)
    .filter((path) => path.endsWith(".md") && !/(^|\/)fixtures\/|^server\/sample\/repository\//.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** Pages whose generated parts differ from what the sources say now, with their new text. */
export function outdatedPages(pages: readonly Page[], parts: Parts): Page[] {
  return pages
    .map(({ path, text }) => ({ path, before: text, text: fillPage(path, text, parts).text }))
    .filter(({ before, text }) => before !== text)
    .map(({ path, text }) => ({ path, text }));
}

/** Names of parts that no page shows: made for nobody. */
export function unusedParts(pages: readonly Page[], parts: Parts): string[] {
  const used = new Set(pages.flatMap(({ path, text }) => fillPage(path, text, parts).names));
  return Object.keys(parts).filter((name) => !used.has(name));
}

export function writePage(root: string, { path, text }: Page): void {
  writeFileSync(join(root, path), text);
}
