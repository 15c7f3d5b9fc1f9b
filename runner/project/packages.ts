import { matchesGlob } from "node:path";
import { parse as parseYaml } from "yaml";

type Read = (path: string) => Promise<string | null>;

/**
 * Folders of the packages of a workspace, relative to the root, deepest first. Empty: it is no workspace.
 * `declared`: the field `workspaces` of package.json; `paths`: all files of the repository.
 */
export async function packageFolders(
  read: Read,
  declared: unknown,
  paths: () => Promise<string[]>,
): Promise<string[]> {
  const patterns = [
    ...textsOf(declared),
    ...textsOf(isRecord(declared) ? declared.packages : null),
    ...textsOf(objectOf(await read("pnpm-workspace.yaml")).packages),
    ...textsOf(objectOf(await read("lerna.json")).packages),
  ];
  if (patterns.length === 0) return [];
  const wanted = patterns.filter((one) => !one.startsWith("!")).map(plain);
  const refused = patterns.filter((one) => one.startsWith("!")).map((one) => plain(one.slice(1)));
  const folders = (await paths())
    .filter((path) => path.endsWith("/package.json") && !path.includes("node_modules/"))
    .map((path) => path.slice(0, -"/package.json".length));
  const fits = (folder: string, globs: readonly string[]) => globs.some((glob) => matchesGlob(folder, glob));
  const depth = (folder: string) => folder.split("/").length;
  return folders
    .filter((folder) => fits(folder, wanted) && !fits(folder, refused))
    .sort((a, b) => depth(b) - depth(a) || (a < b ? -1 : 1));
}

const plain = (pattern: string): string => pattern.replace(/^\.\//, "").replace(/\/$/, "");

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** YAML, of which JSON is a part. */
function objectOf(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = parseYaml(text ?? "", { logLevel: "silent" });
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
