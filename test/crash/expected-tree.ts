import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** The tree that whole files make of commit `begin`, built by Git's plumbing in an index of its own. */
export function treeWith(
  repository: string,
  begin: string,
  files: readonly { path: string; content: string }[],
  scratch: string,
): string {
  const env = { ...process.env, GIT_INDEX_FILE: join(scratch, "expected-index") };
  const git = (args: string[], input?: string) =>
    execFileSync("git", args, { cwd: repository, env, encoding: "utf8", input }).trim();
  git(["read-tree", begin]);
  for (const { path, content } of files) {
    const blob = git(["hash-object", "-w", "--stdin"], content);
    git(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`]);
  }
  return git(["write-tree"]);
}
