import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { PatchFile } from "../domain/loop/evidence.ts";
import { diffFiles, disagreements } from "./diff-files.ts";

const folder = mkdtempSync(join(tmpdir(), "tamma-diff-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"];
const git = (...args: string[]) => execFileSync("git", [...identity, ...args], { cwd: folder });

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** The diff of what `change` does to a committed repository, written by the real git. */
function realDiff(before: () => void, change: () => void): Buffer {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  git("init", "--quiet");
  before();
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", "before");
  change();
  git("add", "--all");
  return git(
    "diff",
    "--cached",
    "--binary",
    "--full-index",
    "--no-renames",
    "--src-prefix=a/",
    "--dst-prefix=b/",
  );
}

const bytes = Buffer.from(Array.from({ length: 3_000 }, (_, n) => (n * 7) % 256));
const diff = realDiff(
  () => {
    for (const path of ["kept.txt", "gone.txt", "mode.sh", "sp ace b/two words.txt"])
      write(path, "one\ntwo\nthree\n");
    write("picture.bin", bytes);
    write("link", "was a file\n");
    write("no-newline.txt", "a");
  },
  () => {
    write("kept.txt", "one\n2\nthree\ndiff --git a/x b/x\n--- a/x\n");
    rmSync(join(folder, "gone.txt"));
    chmodSync(join(folder, "mode.sh"), 0o755);
    write("sp ace b/two words.txt", "one\n");
    write('größe\t"quoted".txt', "new\n");
    write("empty.txt", "");
    write("picture.bin", Buffer.concat([bytes, Buffer.from([1, 2, 3])]));
    rmSync(join(folder, "link"));
    symlinkSync("kept.txt", join(folder, "link"));
    write("no-newline.txt", "b");
  },
);

const text = (added: number, removed: number) => ({ binary: false, added, removed });
const expected: PatchFile[] = [
  { path: "empty.txt", status: "added", modeBefore: "000000", modeAfter: "100644", ...text(0, 0) },
  { path: "gone.txt", status: "deleted", modeBefore: "100644", modeAfter: "000000", ...text(0, 3) },
  { path: 'größe\t"quoted".txt', status: "added", modeBefore: "000000", modeAfter: "100644", ...text(1, 0) },
  { path: "kept.txt", status: "modified", modeBefore: "100644", modeAfter: "100644", ...text(3, 1) },
  { path: "link", status: "modified", modeBefore: "100644", modeAfter: "120000", ...text(1, 1) },
  { path: "mode.sh", status: "modified", modeBefore: "100644", modeAfter: "100755", ...text(0, 0) },
  { path: "no-newline.txt", status: "modified", modeBefore: "100644", modeAfter: "100644", ...text(1, 1) },
  {
    ...{ path: "picture.bin", status: "modified", modeBefore: "100644", modeAfter: "100644" },
    ...{ binary: true, added: 0, removed: 0 },
  },
  {
    path: "sp ace b/two words.txt",
    status: "modified",
    modeBefore: "100644",
    modeAfter: "100644",
    ...text(0, 2),
  },
];

test("every kind of change is read from a diff that git wrote", () => {
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  expect(diffFiles(diff).sort(byPath)).toEqual([...expected].sort(byPath));
  expect(disagreements(expected, diff)).toEqual([]);
});

test("a file that is left out, invented or described otherwise is named", () => {
  expect(disagreements(expected.slice(1), diff)).toEqual(["the diff changes empty.txt, which is not listed"]);
  const invented = { ...(expected[3] as PatchFile), path: "other.txt" };
  expect(disagreements([...expected, invented], diff)).toEqual([
    "other.txt is listed, but the diff does not change it",
  ]);
  const milder = expected.map((file) => (file.path === "mode.sh" ? { ...file, modeAfter: "100644" } : file));
  expect(disagreements(milder, diff)[0]).toContain("mode.sh is listed as modified 100644 100644");
  const smaller = expected.map((file) => (file.path === "kept.txt" ? { ...file, added: 0 } : file));
  expect(disagreements(smaller, diff)).toHaveLength(1);
});

const plain = [
  "diff --git a/x b/x",
  "index 1111111..2222222 100644",
  "--- a/x",
  "+++ b/x",
  "@@ -1 +1 @@",
  "-a",
  "+b",
];
const listed = [
  { path: "x", status: "modified", modeBefore: "100644", modeAfter: "100644", ...text(1, 1) },
] as const;
const of = (...lines: string[]) => Buffer.from(`${lines.join("\n")}\n`);

test("whatever git would skip or take for a file of its own is refused", () => {
  expect(disagreements(listed, of(...plain))).toEqual([]);
  const hidden = ["--- a/.github/w.yml", "+++ b/.github/w.yml", "@@ -0,0 +1 @@", "+evil"];
  const attempts = [
    [...plain, ...hidden],
    ["a word before", ...plain],
    [...plain, "a word after"],
    [...plain.slice(0, 3), "+++ b/y", ...plain.slice(4)],
    ["diff --git a/x b/y", ...plain.slice(1)],
    [...plain.slice(0, 4), "@@ -1 +1,2 @@", "-a", "+b", ...hidden],
    [...plain.slice(0, 4), "@@ -1,9 +1,9 @@", "-a", "+b"],
    [...plain.slice(0, 2), "rename from x", "rename to y"],
    [...plain, ...plain],
    [...plain.slice(0, 2), "GIT binary patch", "literal 1", "AcmZQz", "diff --git a/y b/y", ""],
    plain.slice(0, 4),
  ];
  for (const lines of attempts)
    expect([lines, disagreements(listed, of(...lines)).length]).toEqual([lines, 1]);
});
