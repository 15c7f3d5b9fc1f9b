import type { Patch, PatchFile } from "@tamma/core/domain/loop/evidence.ts";
import { patchProblems } from "@tamma/core/domain/loop/patch-rules.ts";
import { disagreements } from "@tamma/core/engine/diff-files.ts";
import { treeOfPatch } from "../../../runner/workspace/apply.ts";
import type { HostileCase } from "../case.ts";
import { refusalOf } from "../ground.ts";

const added = (path: string, more: Partial<PatchFile> = {}): PatchFile => ({
  ...{ path, status: "added", modeBefore: "000000", modeAfter: "100644", binary: false },
  ...{ added: 1, removed: 0, ...more },
});
const sha = (letter: string) => letter.repeat(40);
const patchOf = (files: PatchFile[], more: Partial<Patch> = {}): Patch => ({
  ...{ base: sha("b"), tree: sha("1"), commits: [], files },
  diff: { sha256: "a".repeat(64), size: 10, mediaType: "text/x-diff" },
  ...more,
});

/** Each of the files alone is refused with `words` by the control plane. */
function listed(id: string, trick: string, words: string, files: PatchFile[]): HostileCase {
  return {
    ...{ id, category: "patch", trick, ends: { refused: words } },
    async run(ground) {
      const said = files.map((file) => patchProblems(patchOf([file]), sha("b")).join("; "));
      said.forEach((problem, at) => {
        if (!problem.includes(words))
          ground.evil.push(`${JSON.stringify(files[at]?.path)}: ${problem || "taken"}`);
      });
      return said.join("\n");
    },
  };
}

const header = (path: string, more = "new file mode 100644\nindex 0000000..1111111\n") =>
  `diff --git a/${path} b/${path}\n${more}`;
const hunk = (path: string, from = "/dev/null") => `--- ${from}\n+++ b/${path}\n@@ -0,0 +1 @@\n+evil\n`;

/** A diff that does not do what its list says. */
function disagreeing(id: string, trick: string, words: string, diff: string): HostileCase {
  return {
    ...{ id, category: "patch", trick, ends: { refused: words } },
    run: async () => disagreements([added("a.txt")], Buffer.from(diff)).join("; ") || null,
  };
}

export const patchCases: HostileCase[] = [
  listed(
    "git-spellings",
    "puts a file into .git, in the spellings of every file system",
    "Git's own folder",
    [
      ...[".git/config", ".GIT/hooks/x", "a/.git/config", ".git./config", ".git /x", "git~1/config"].map(
        (path) => added(path),
      ),
      ...[".git::$INDEX_ALLOCATION/x", ".g\u200cit/config", "\ufeff.git/config", ".git\u200f/x"].map((path) =>
        added(path),
      ),
    ],
  ),
  listed("submodule", "brings in a submodule", "submodules are not changed", [
    ...[".gitmodules", "a/.GitModules", "gitmod~1", ".gitmodules "].map((path) => added(path)),
    added("lib", { modeAfter: "160000" }),
  ]),
  listed("link", "brings in a link, or turns a file into one", "new symbolic links are not accepted", [
    added("passwd", { modeAfter: "120000" }),
    added("a.txt", { status: "modified", modeBefore: "100644", modeAfter: "120000" }),
  ]),
  listed("leaves-tree", "leaves the tree by .. and by absolute paths", "the repository", [
    ...["../x", "a/../../x", "/etc/passwd", "C:/x", "a\\..\\x", "./x", "a//x"].map((path) => added(path)),
  ]),
  listed(
    "windows-names",
    "brings names that Windows takes for devices, or cannot write",
    "Windows cannot write",
    [...["CON", "src/aux.ts", "com1.txt", "nul", "a ", "b."].map((path) => added(path))],
  ),
  listed("disguised-names", "disguises a name by invisible and turning characters", "nobody sees", [
    ...["a\u202egpj.exe", "a\u200bb.ts", "a\u001b[2Jb", "a\nb", "a\u00adb"].map((path) => added(path)),
  ]),
  listed("odd-modes", "sets a mode that no file has", "is none of a file", [
    ...["040000", "100777", "100664", "", "755"].map((modeAfter) => added("a.sh", { modeAfter })),
  ]),
  {
    ...{ id: "twins", category: "patch", trick: "brings two files that are one on some disk" },
    ends: { refused: "differ only in case" },
    run: async () =>
      patchProblems(patchOf([added("src/A.ts"), added("SRC/b.ts"), added("src/a.ts")]), sha("b")).join("; "),
  },
  {
    ...{ id: "other-base", category: "patch", trick: "is made against another commit than the loop's" },
    ends: { refused: "not against" },
    run: async () => patchProblems(patchOf([added("a.txt")], { base: sha("c") }), sha("b")).join("; "),
  },
  disagreeing(
    "unlisted-file",
    "changes a file that its list does not name",
    "which is not listed",
    ["a.txt", ".github/ci.yml"].map((path) => `${header(path)}${hunk(path)}`).join(""),
  ),
  disagreeing(
    "bare-header",
    "hides a second file behind a bare header, which git applies all the same",
    "expected `diff --git`",
    `${header("a.txt")}${hunk("a.txt")}${hunk(".git/config")}`,
  ),
  disagreeing(
    "two-names",
    "names one file in the header and another beneath it",
    "where b/a.txt belongs",
    `${header("a.txt")}${hunk(".git/config")}`,
  ),
  disagreeing(
    "rename",
    "renames a file into .git",
    "names two files",
    "diff --git a/a.txt b/.git/config\nsimilarity index 100%\nrename from a.txt\nrename to .git/config\n",
  ),
  disagreeing(
    "mode-lie",
    "lists a file and brings a link",
    "the diff says",
    `${header("a.txt", "new file mode 120000\nindex 0000000..1111111\n")}${hunk("a.txt")}`,
  ),
  disagreeing(
    "short-hunk",
    "announces a longer hunk than it has, to swallow the next header",
    "ends before its announced length",
    `${header("a.txt")}--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1,9 @@\n+evil\n${header("b.txt")}`,
  ),
  {
    ...{ id: "other-tree", category: "patch", trick: "leads to another tree than it claims" },
    ends: { refused: "was validated" },
    async run(ground) {
      const good = await ground.patchFor({ "README.md": "# Good\n" });
      const bad = await ground.patchFor({ "README.md": "# Bad\n" });
      const bench = await ground.bench();
      return await refusalOf(() =>
        treeOfPatch(bench.workspace, { ...good, diff: bad.diff }, bench.context.getBlob),
      );
    },
  },
  {
    ...{
      id: "applied-outside",
      category: "patch",
      trick: "is applied although it names paths outside and .git",
    },
    ends: { refused: "does not apply" },
    async run(ground) {
      const good = await ground.patchFor({ "README.md": "# Good\n" });
      const bench = await ground.bench();
      const said: string[] = [];
      for (const path of ["../../canary", ".git/hooks/post-checkout"]) {
        const diff = await bench.context.putBlob(`${header(path)}${hunk(path)}`, "text/x-diff");
        said.push(
          (await refusalOf(() => treeOfPatch(bench.workspace, { ...good, diff }, bench.context.getBlob))) ??
            "",
        );
      }
      return said.every((one) => one.includes("does not apply")) ? said.join("\n") : null;
    },
  },
];
