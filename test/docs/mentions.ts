import type { Page } from "../../scripts/docs/pages.ts";
import { foldersOf } from "./links.ts";

/** What the pages name and the tree does not have. Each finding says page and word. */

/** `npm run x`, `npm start` and `npm test` name scripts of package.json. */
export function unknownScripts(pages: readonly Page[], scripts: readonly string[]): string[] {
  return find(pages, /\bnpm (?:run (?:--silent )?([a-z][\w:-]*)|(start|test)\b)/g, (name) =>
    scripts.includes(name) ? null : `npm script ${name} does not exist`,
  );
}

/** `tamma x` in code names a command. */
export function unknownCommands(pages: readonly Page[], commands: readonly string[]): string[] {
  const named = /(?:`|npm run tamma -- |^)(?:tamma |(?<=-- ))([a-z][a-z-]*)/gm;
  return find(pages, named, (name) => (commands.includes(name) ? null : `tamma has no command ${name}`));
}

/** Words that a page must name in code (keys, commands) and does not. */
export function undocumented(page: Page, words: readonly string[]): string[] {
  const named = new Set([...page.text.matchAll(/`([^`\n]+)`|^### (.+)$/gm)].map(([, a, b]) => a ?? b));
  return words.filter((word) => !named.has(word)).map((word) => `${page.path} does not name ${word}`);
}

/** A path of ours in inline code is there. Patterns (`*`) and placeholders (`<name>`) are left out. */
export function unknownPaths(pages: readonly Page[], files: ReadonlySet<string>): string[] {
  const known = new Set([...files, ...[...files].flatMap(foldersOf)]);
  const ours = /`((?:core|workers|runner|cli|server|test|scripts|docs|migrations)\/[\w./-]*[\w])\/?`/g;
  return find(pages, ours, (path) => (known.has(path) ? null : `${path} is not there`));
}

/** A variable of the environment that a page names is read somewhere in `source`. */
export function unknownVariables(pages: readonly Page[], source: string): string[] {
  return find(pages, /\b(TAMMA_[A-Z_]+[A-Z])\b/g, (name) =>
    source.includes(name) ? null : `nobody reads ${name}`,
  );
}

function find(pages: readonly Page[], pattern: RegExp, judge: (word: string) => string | null): string[] {
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const says = judge(match.slice(1).find((group) => group !== undefined) ?? "");
      return says === null ? [] : [`${path}: ${says}`];
    }),
  );
}
