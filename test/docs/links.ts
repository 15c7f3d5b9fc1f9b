import { dirname, join, normalize } from "node:path";
import type { Page } from "../../scripts/docs/pages.ts";

const fences = /^(```+)[^\n]*\n[\s\S]*?^\1\s*$/gm;
const inlineCode = /(`+)(?!`)[^\n]*?[^`]\1(?!`)/g;
const link = /\]\(([^)\s]+)\)/g;

/** The page without its blocks of code, in which nothing is a link. */
export function prose(text: string): string {
  return text.replace(fences, "");
}

/** The anchors of a page's headings, as GitHub and most other readers of Markdown make them. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose(text).matchAll(/^#{1,6} +(.+)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n += 1) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}

/** Links to files that are not there, and to headings that a page does not have. `files`: the whole tree. */
export function brokenLinks(pages: readonly Page[], files: ReadonlySet<string>): string[] {
  const texts = new Map(pages.map(({ path, text }) => [path, text]));
  const folders = new Set([...files].flatMap(foldersOf));
  return pages.flatMap(({ path, text }) =>
    [...prose(text).replace(inlineCode, "").matchAll(link)].flatMap(([, target = ""]) => {
      if (/^[a-z][a-z+.-]*:/i.test(target)) return [];
      const [file = "", anchor] = decodeURI(target).split("#");
      const to = file === "" ? path : normalize(join(dirname(path), file)).replace(/\/$/, "");
      if (!files.has(to) && !folders.has(to)) return [`${path}: ${target} leads nowhere`];
      const page = texts.get(to);
      if (anchor === undefined || page === undefined || anchorsOf(page).has(anchor)) return [];
      return [`${path}: ${to} has no heading #${anchor}`];
    }),
  );
}

/** `a/b/c.ts` lies in `a` and `a/b`. */
export function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, n) => parts.slice(0, n + 1).join("/"));
}
