import { lstat, mkdir, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RepositoryUnusable } from "./unusable.ts";

/** Files of a git folder that decide how git reads the rest of it, with their content; null: not there. */
export type KeptFiles = ReadonlyMap<string, Uint8Array | null>;

/** A repository without .gitignore must not carry its dependencies into a patch. */
const excluded = Buffer.from("node_modules/\n");
/** Not there after a clone of ours: attributes, other histories, objects from elsewhere, a second config. */
const foreign = [
  "config.worktree",
  "commondir",
  "info/attributes",
  "info/grafts",
  "info/sparse-checkout",
  "objects/info/alternates",
];

/** What `putBack` keeps of the git folder as it is now. A clone of a shallow repository is shallow too. */
export async function keptFiles(gitDir: string): Promise<KeptFiles> {
  return new Map([
    ["config", await readFile(join(gitDir, "config"))],
    ["shallow", await readFile(join(gitDir, "shallow")).catch(() => null)],
    ["info/exclude", excluded],
    ...foreign.map((name): [string, null] => [name, null]),
  ]);
}

/** Git opens these as files. */
const opened = ["HEAD", "index", "packed-refs"];

/**
 * Puts a git folder back to what it was after the clone. Commands of the project may write to it: a filter
 * or a diff program named in its config would run with our rights the next time we look.
 *
 * @param gitDir `.git` below the real path of the workspace.
 * @throws RepositoryUnusable when it is a git folder no more, or no longer there.
 */
export async function putBack(gitDir: string, kept: KeptFiles): Promise<void> {
  // A workspace that was moved away for a link would make us work on what the link names.
  const root = dirname(gitDir);
  if ((await realpath(root).catch(() => null)) !== root) throw replaced(root);
  if ((await kindOf(gitDir)) !== "folder") throw replaced(gitDir);
  for (const name of ["objects", "refs"])
    if ((await kindOf(join(gitDir, name))) !== "folder") throw replaced(join(gitDir, name));
  if ((await kindOf(join(gitDir, "info"))) !== "folder") {
    await rm(join(gitDir, "info"), { force: true });
    await mkdir(join(gitDir, "info"));
  }
  for (const [name, content] of kept) await putFile(join(gitDir, name), content);
  for (const name of opened)
    if ((await kindOf(join(gitDir, name))) === "folder") throw replaced(join(gitDir, name));
  await refuseLinks(gitDir, "");
}

/**
 * Git follows links when it writes index, logs and refs, with rights that the project's commands did not
 * have, and waits for ever at a pipe. Hooks are never run, and a single object is written beside the others.
 */
async function refuseLinks(gitDir: string, below: string): Promise<void> {
  for (const entry of await readdir(join(gitDir, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (path === "hooks" && entry.isDirectory()) continue;
    if (!entry.isDirectory() && !entry.isFile()) throw replaced(join(gitDir, path));
    if (entry.isDirectory() && !/^objects\/[0-9a-f]{2}$/.test(path)) await refuseLinks(gitDir, path);
  }
}

async function putFile(file: string, content: Uint8Array | null): Promise<void> {
  const kind = await kindOf(file);
  if (content === null && kind === "none") return;
  // Looked at before it is read: a pipe in its place would never end.
  const now = kind === "file" && content !== null ? await readFile(file) : null;
  if (now && content && Buffer.compare(now, content) === 0) return;
  await rm(file, { recursive: true, force: true });
  if (content !== null) await writeFile(file, content);
}

async function kindOf(path: string): Promise<"none" | "file" | "folder" | "link" | "other"> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null) return "none";
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "folder";
  return stat.isSymbolicLink() ? "link" : "other";
}

function replaced(path: string): RepositoryUnusable {
  return new RepositoryUnusable(
    `${path} was replaced while the job ran; nothing from this workspace is used.`,
  );
}
