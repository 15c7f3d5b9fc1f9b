import type { PatchFile, SignatureChange } from "@tamma/core/domain/loop/evidence.ts";
import { isJavaScript } from "./comment-free.ts";
import { entryPoints } from "./entry-points.ts";
import { type ExportedNames, exportedNames } from "./exported-names.ts";
import { differences } from "./signature-difference.ts";
import type { TreeFiles } from "./tree-files.ts";

/**
 * What other code can rely on, before and after: the names that the package's entry points export, or, when
 * it names
 * none that exist as sources, those of every changed source file. JavaScript and TypeScript only; types are
 * compared
 * as written, nothing is inferred.
 */
export async function signatureChanges(
  files: readonly PatchFile[],
  before: TreeFiles,
  after: TreeFiles,
  isTestFile: (path: string) => boolean,
): Promise<SignatureChange[]> {
  const sources = files.map((file) => file.path).filter((path) => isJavaScript(path) && !isTestFile(path));
  const manifest = files.some((file) => /(^|\/)package\.json$/.test(file.path));
  if (sources.length === 0 && !manifest) return [];
  const [old, now] = [reader(before), reader(after)];
  const [oldEntries, newEntries] = await Promise.all([entryPoints(old), entryPoints(now)]);
  if (oldEntries.size === 0 && newEntries.size === 0)
    return await perFile(sources.filter(isSource), old, now);

  const found: SignatureChange[] = [];
  for (const [entry, path] of oldEntries) {
    const next = newEntries.get(entry);
    if (next === undefined) {
      found.push({
        path,
        name: entry,
        change: "removed",
        breaking: true,
        detail: `entry point \`${entry}\` removed`,
      });
      continue;
    }
    found.push(...compare(path, await exportedNames(path, old), await exportedNames(next, now)));
  }
  return unique(found);
}

/** Configuration of tools exports things too, but to nobody's code. */
const isSource = (path: string): boolean =>
  !/(^|\/)[\w.-]+\.config\.\w+$|(^|\/)(scripts|bench|examples?)\//.test(path);

async function perFile(paths: readonly string[], old: Read, now: Read): Promise<SignatureChange[]> {
  const found: SignatureChange[] = [];
  for (const path of paths)
    found.push(...compare(path, await exportedNames(path, old), await exportedNames(path, now)));
  return unique(found);
}

type Read = (path: string) => Promise<string | null>;

/** Re-exports meet the same file many times; asking git once each is enough. */
function reader(tree: TreeFiles): Read {
  const texts = new Map<string, Promise<string | null>>();
  return (path) => {
    const text = texts.get(path) ?? tree.text(path);
    texts.set(path, text);
    return text;
  };
}

function compare(entry: string, before: ExportedNames, after: ExportedNames): SignatureChange[] {
  const found: SignatureChange[] = [];
  for (const [name, { path, signature }] of before) {
    const now = after.get(name);
    if (!now) {
      const detail = `export \`${name}\` removed`;
      found.push({ path, name, change: "removed", breaking: true, detail });
      continue;
    }
    const changes = differences(signature, now.signature);
    if (changes.length === 0) continue;
    const shown = signature.kind === "function" ? `${name}()` : name;
    const detail = `signature of \`${shown}\` changed: ${changes.map((one) => one.what).join("; ")}`;
    found.push({
      path: now.path,
      name,
      change: "changed",
      breaking: changes.some((one) => one.breaking),
      detail,
    });
  }
  for (const [name, { path }] of after)
    if (!before.has(name))
      found.push({
        path: path || entry,
        name,
        change: "added",
        breaking: false,
        detail: `export \`${name}\` added`,
      });
  return found;
}

/** Two entry points may pass on the same name of the same file. */
function unique(changes: readonly SignatureChange[]): SignatureChange[] {
  const seen = new Map(changes.map((one) => [`${one.path} ${one.name} ${one.detail}`, one]));
  return [...seen.values()];
}
