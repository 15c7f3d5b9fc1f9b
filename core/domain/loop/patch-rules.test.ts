import { expect, test } from "vitest";
import { patchBytesMax } from "../policy/limits.ts";
import type { PatchFile } from "./evidence.ts";
import { patchProblems } from "./patch-rules.ts";
import { patch, sha } from "./testing/samples.ts";

const file = (path: string, changes: Partial<PatchFile> = {}): PatchFile => ({
  ...{ path, status: "added", modeBefore: "000000", modeAfter: "100644", binary: false },
  ...{ added: 1, removed: 0 },
  ...changes,
});
const problemsOf = (...files: PatchFile[]) => patchProblems({ ...patch(sha("9")), files }, sha("b"));

test.each([
  ...["src/a.ts", "a b/ü.ts", ".gitignore", ".github/ci.yml", "git/config", "src/.gitkeep", "x.git/a"],
  ...["docs/.git-notes.md", "a..b/c", "..a", "gitmodules", "git~10/a", "console.ts", "auxiliary/nul_.c"],
])("%s is a path like any other", (path) => {
  expect(problemsOf(file(path))).toEqual([]);
});

test.each([
  ...["../a", "a/../b", "a/..", "./a", "a/./b", "a//b", "a/", ""],
  ...["/etc/passwd", "C:/a", "c:a", "a\\b", "..\\a", "a\0b"],
])("%j does not stay inside the repository", (path) => {
  expect(problemsOf(file(path))).toHaveLength(1);
});

test.each([
  ...[".git/config", ".git", "a/.git/hooks/x", ".GIT/config", ".Git/hooks/pre-commit"],
  ...[".git /config", ".git./config", ".git . /config", "git~1/config", "GIT~1/config", "git~1 /x"],
  ...[".git::$INDEX_ALLOCATION/config", ".git :x/config", "a/.git:x"],
  ...[".g\u200cit/config", "\ufeff.git/config", ".gi\u206at/config", ".git\u200f/config"],
])("%j is Git's own folder on some file system", (path) => {
  expect(problemsOf(file(path)).join()).toContain("Git's own folder");
});

test.each([".gitmodules", "a/.gitmodules", ".GitModules", ".gitmodules ", "gitmod~1", ".gitmodules:x"])(
  "%j could bring in a submodule",
  (path) => {
    expect(problemsOf(file(path)).join()).toContain("submodules");
  },
);

test.each(["CON", "src/aux.ts", "com1.txt", "a/NUL", "lpt9.tar.gz", "trailing ", "dots./a"])(
  "%j cannot be written on Windows",
  (path) => {
    expect(problemsOf(file(path)).join()).toContain("Windows");
    // What is there already may be mended.
    expect(problemsOf(file(path, { status: "modified", modeBefore: "100644" }))).toEqual([]);
  },
);

test.each(["a\u202egpj.exe", "a\u200bb.ts", "a\u001b[2J.ts", "a\nb.ts", "a\tb.ts"])(
  "%j shows another name than it has",
  (path) => {
    expect(problemsOf(file(path)).join()).toContain("nobody sees");
  },
);

test("a mode that no file has is refused", () => {
  expect(problemsOf(file("a", { modeAfter: "040000" })).join()).toContain("mode 040000");
  expect(problemsOf(file("a", { modeAfter: "100664" })).join()).toContain("mode 100664");
});

test("submodules are neither added, changed nor removed", () => {
  expect(problemsOf(file("lib", { modeAfter: "160000" }))).toHaveLength(1);
  expect(problemsOf(file("lib", { modeBefore: "160000", modeAfter: "160000" }))).toHaveLength(1);
  expect(problemsOf(file("lib", { modeBefore: "160000", modeAfter: "000000" }))).toHaveLength(1);
});

test("a symbolic link is not accepted, but may be removed", () => {
  expect(problemsOf(file("link", { modeAfter: "120000" })).join()).toContain("symbolic links");
  expect(problemsOf(file("link", { status: "deleted", modeBefore: "120000", modeAfter: "000000" }))).toEqual(
    [],
  );
});

test("an executable file is fine", () => {
  expect(problemsOf(file("run.sh", { modeAfter: "100755" }))).toEqual([]);
});

test("two files that differ only in case cannot live on every disk", () => {
  expect(problemsOf(file("src/Round.ts"), file("src/round.ts")).join()).toContain("differ only in case");
  expect(problemsOf(file("Src/a.ts"), file("src/b.ts")).join()).toContain("src and Src differ only in case");
  expect(problemsOf(file("caf\u00e9.ts"), file("cafe\u0301.ts")).join()).toContain("how a letter is written");
});

test("a rename that changes only the case is no collision", () => {
  const gone = { status: "deleted" as const, modeBefore: "100644", modeAfter: "000000" };
  expect(problemsOf(file("src/Round.ts", gone), file("src/round.ts"))).toEqual([]);
  expect(problemsOf(file("src/round.ts"), file("src/Round.ts", gone))).toEqual([]);
});

test("a patch that changes nothing, or too much, or stands on another base is refused", () => {
  expect(problemsOf()).toEqual(["it changes nothing"]);
  const big = { ...patch(sha("9")), diff: { ...patch(sha("9")).diff, size: patchBytesMax + 1 } };
  expect(patchProblems(big, sha("b"))).toEqual([`it has 10000001 bytes, at most ${patchBytesMax}`]);
  expect(patchProblems({ ...big, diff: { ...big.diff, size: patchBytesMax } }, sha("b"))).toEqual([]);
  expect(patchProblems(patch(sha("9")), sha("4")).join()).toContain(`not against ${sha("4")}`);
  expect(patchProblems(patch(sha("9")), null)).toEqual([]);
});

test("every problem is told, not only the first", () => {
  expect(problemsOf(file("../a"), file(".git/x"), file("l", { modeAfter: "120000" }))).toHaveLength(3);
});
