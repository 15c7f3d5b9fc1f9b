import type { PatchFile } from "@tamma/core/domain/loop/evidence.ts";
import { codeShape, isJavaScript } from "./comment-free.ts";

/** Reads a file of one of the two trees; null when it is not there. */
export type ReadFile = (path: string) => Promise<string | null>;

const documents = /\.(md|mdx|markdown|rst|adoc|asciidoc)$/i;
const plainNames = /^(LICEN[CS]E|NOTICE|AUTHORS|CONTRIBUTORS|CHANGELOG|CHANGES|README|COPYING)(\.\w+)?$/i;
/** Text files that programs read: a wrong line in them breaks a build. */
const readByPrograms = /^(requirements.*|constraints.*|CMakeLists|robots|version)\.txt$/i;
const inDocs = /\.(txt|png|jpe?g|gif|svg|webp|ico|pdf)$/i;

/** Is `path` documentation by its name alone? */
export function isDocument(path: string): boolean {
  const name = path.split("/").pop() ?? "";
  if (readByPrograms.test(name)) return false;
  if (documents.test(name) || plainNames.test(name) || /\.txt$/i.test(name)) return true;
  return /(^|\/)docs?\//.test(path) && inDocs.test(name);
}

/**
 * The files of a change that are more than documentation, comments or formatting, each with the reason;
 * empty when
 * the change really needs no test. Comments and formatting are told apart in JavaScript and TypeScript only.
 */
export async function moreThanWords(
  files: readonly PatchFile[],
  before: ReadFile,
  after: ReadFile,
): Promise<{ path: string; why: string }[]> {
  const found: { path: string; why: string }[] = [];
  for (const file of files) {
    const why = await reason(file, before, after);
    if (why !== null) found.push({ path: file.path, why });
  }
  return found;
}

async function reason(file: PatchFile, before: ReadFile, after: ReadFile): Promise<string | null> {
  if (file.status === "modified" && file.modeBefore !== file.modeAfter) return "its mode changed";
  if (file.modeAfter === "120000") return "it is a symbolic link";
  if (isDocument(file.path)) return null;
  if (file.status !== "modified") return `a file that is no documentation was ${file.status}`;
  if (!isJavaScript(file.path)) return "its code cannot be told from its comments";
  const [old, now] = await Promise.all([before(file.path), after(file.path)]);
  const code = now === null ? null : codeShape(file.path, now);
  if (code === null) return "it does not parse";
  return old !== null && codeShape(file.path, old) === code ? null : "its code changed";
}
