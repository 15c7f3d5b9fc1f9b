import { git, tryGit } from "./git.ts";
import type { ChangedFile } from "./types.ts";

export interface Signed {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 */
  readonly date: string;
}

export interface CommitFacts {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signed;
  readonly committer: Signed;
  readonly message: string;
}

const format = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x1e";

/** Commits that `range` names, the newest first. */
export async function log(dir: string, range: string, most = 250): Promise<CommitFacts[]> {
  const text = await git(dir, ["log", `--max-count=${most}`, `--format=${format}`, range, "--"]);
  return text.split("\x1e").flatMap((entry) => {
    const [sha = "", tree = "", parents = "", an = "", ae = "", ad = "", cn = "", ce = "", cd = "", ...body] =
      entry.replace(/^\n/, "").split("\0");
    if (sha === "") return [];
    return {
      ...{ sha, tree, parents: parents.split(" ").filter(Boolean) },
      author: { name: an, email: ae, date: ad },
      committer: { name: cn, email: ce, date: cd },
      message: body.join("\0").trim(),
    };
  });
}

/** One commit. @throws Error when there is none of this name */
export async function commitFacts(dir: string, sha: string): Promise<CommitFacts> {
  const [commit] = await log(dir, sha, 1);
  if (!commit) throw new Error(`There is no commit ${sha}.`);
  return commit;
}

/** What changed between two commits, with patches. */
export async function changedFiles(dir: string, base: string, head: string): Promise<ChangedFile[]> {
  const text = await git(dir, ["diff", "-M", "--no-color", "--no-ext-diff", "--full-index", base, head]);
  return text
    .split(/^(?=diff --git )/m)
    .filter((section) => section.startsWith("diff --git "))
    .map(changedFile);
}

function changedFile(section: string): ChangedFile {
  const at = section.search(/^@@/m);
  const [head, patch] = at < 0 ? [section, ""] : [section.slice(0, at), section.slice(at).trimEnd()];
  const one = (pattern: RegExp) => pattern.exec(head)?.[1] ?? null;
  const previous = one(/^rename from (.*)$/m);
  const named = /^diff --git a\/(.*) b\/(.*)$/m.exec(head);
  const path = one(/^rename to (.*)$/m) ?? one(/^\+\+\+ b\/(.*?)\t?$/m) ?? named?.[2] ?? "";
  const removed = /^deleted file mode/m.test(head);
  const added = /^new file mode/m.test(head);
  const blobs = /^index ([0-9a-f]+)\.\.([0-9a-f]+)/m.exec(head);
  const lines = patch.split("\n");
  return {
    ...{ path, previousPath: previous, patch },
    status: removed ? "removed" : added ? "added" : previous === null ? "modified" : "renamed",
    additions: lines.filter((line) => line.startsWith("+")).length,
    deletions: lines.filter((line) => line.startsWith("-")).length,
    blob: (removed ? blobs?.[1] : blobs?.[2]) ?? "",
  };
}

/** Lines of a patch that a comment may stand at: of the new file (RIGHT) and of the old one (LEFT). */
export function linesOf(patch: string): { RIGHT: Set<number>; LEFT: Set<number> } {
  const lines = { RIGHT: new Set<number>(), LEFT: new Set<number>() };
  let [left, right] = [0, 0];
  for (const line of patch.split("\n")) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk) [left, right] = [Number(hunk[1]), Number(hunk[2])];
    else if (line.startsWith("+")) lines.RIGHT.add(right++);
    else if (line.startsWith("-")) lines.LEFT.add(left++);
    else if (!line.startsWith("\\")) {
      lines.RIGHT.add(right++);
      lines.LEFT.add(left++);
    }
  }
  return lines;
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly sha: string;
  readonly size: number | null;
  readonly path: string;
}

/** Entries of the folder `path` at a commit; null when there is no such folder. */
export async function listTree(
  dir: string,
  at: { rev: string; path: string; deep?: boolean },
): Promise<TreeEntry[] | null> {
  const rev = at.path === "" ? at.rev : `${at.rev}:${at.path}`;
  const { code, out } = await tryGit(dir, ["ls-tree", "-l", "-z", ...(at.deep ? ["-r", "-t"] : []), rev]);
  if (code !== 0) return null;
  return out
    .toString()
    .split("\0")
    .filter(Boolean)
    .map((line) => {
      const [facts = "", name = ""] = line.split("\t");
      const [mode = "", type = "", sha = "", size = "-"] = facts.split(/ +/);
      return {
        ...{ mode, sha, path: name, type: type as TreeEntry["type"] },
        size: size === "-" ? null : Number(size),
      };
    });
}

/** What stands at `path` in a commit; null: nothing. */
export async function entryAt(dir: string, rev: string, path: string): Promise<TreeEntry | null> {
  const { code, out } = await tryGit(dir, ["ls-tree", "-l", "-z", rev, "--", path]);
  const line = code === 0 ? out.toString().split("\0")[0] : "";
  if (!line) return null;
  const [facts = ""] = line.split("\t");
  const [mode = "", type = "", sha = "", size = "-"] = facts.split(/ +/);
  return {
    ...{ mode, sha, path, type: type as TreeEntry["type"] },
    size: size === "-" ? null : Number(size),
  };
}

/** The bytes of a blob; null when there is none of this name. */
export async function blob(dir: string, sha: string): Promise<Buffer | null> {
  const { code, out } = await tryGit(dir, ["cat-file", "blob", sha]);
  return code === 0 ? out : null;
}
