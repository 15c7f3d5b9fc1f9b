import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sampleDiff } from "../testing/sample-work.ts";
import { parseDiff } from "./unified-diff.ts";

/** What git itself writes for `change` in a repository that starts with `files`. */
function diffOf(
  files: Record<string, string | Uint8Array>,
  change: (path: (name: string) => string) => void,
) {
  const folder = mkdtempSync(join(tmpdir(), "tamma-diff-"));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
      cwd: folder,
      encoding: "utf8",
    });
  try {
    git("init", "--quiet");
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    git("add", "--all");
    git("commit", "--quiet", "--allow-empty", "--message", "base");
    change((name) => join(folder, name));
    git("add", "--all");
    return git("diff", "--cached", "--binary", "--full-index", "--no-renames");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("lines keep their numbers in the old and the new file", () => {
  const [file] = parseDiff(sampleDiff);
  expect(file).toMatchObject({ path: "src/money/split.ts", status: "modified", added: 4, removed: 2 });
  expect(file?.hunks[0]?.lines.map(({ kind, before, after }) => [kind[0], before, after])).toEqual([
    ["c", 1, 1],
    ["r", 2, null],
    ["r", 3, null],
    ["a", null, 2],
    ["a", null, 3],
    ["a", null, 4],
    ["a", null, 5],
    ["c", 4, 6],
    ["c", 5, 7],
  ]);
});

test("new, deleted and binary files are told, and a removed line may look like a header", () => {
  expect(parseDiff(sampleDiff).map(({ path, status, binary }) => [path, status, binary])).toEqual([
    ["src/money/split.ts", "modified", false],
    ["docs/rounding.md", "added", false],
    ["logo.png", "modified", true],
    ["old.txt", "deleted", false],
  ]);
  expect(parseDiff(sampleDiff)[3]?.hunks[0]?.lines).toEqual([
    { kind: "removed", before: 1, after: null, text: "-- looks like a header" },
  ]);
});

test("names that git quotes are read as they are on disk", () => {
  const names = [
    "caf\u00e9.txt",
    'quo"te.txt',
    "two words.txt",
    "b b/x b/y.txt".replaceAll("/", "_"),
    "tab\t.txt",
  ];
  const diff = diffOf({}, (path) => {
    for (const name of names) writeFileSync(path(name), "x\n");
    writeFileSync(path("pi\u00e8ce.bin"), new Uint8Array([0, 1, 2]));
    writeFileSync(path("empty file"), "");
  });
  expect(
    parseDiff(diff)
      .map((file) => file.path)
      .sort(),
  ).toEqual([...names, "pi\u00e8ce.bin", "empty file"].sort());
});

test("what git counts is what is counted", () => {
  const before = Array.from({ length: 60 }, (_, n) => `line ${n}`).join("\n");
  const diff = diffOf({ "a.txt": before, "run.sh": "x\n", gone: "1\n2\n" }, (path) => {
    writeFileSync(
      path("a.txt"),
      `${before.replace("line 3\n", "").replace("line 50", "@@ -1 +1 @@")}\n+++ more`,
    );
    chmodSync(path("run.sh"), 0o755);
    rmSync(path("gone"));
  });
  const files = Object.fromEntries(parseDiff(diff).map((file) => [file.path, file]));
  expect(files["a.txt"]).toMatchObject({ added: 3, removed: 3 });
  // Only hunks start at the first column with "@@ -": every line of text has a sign before it.
  const hunks = Object.values(files).flatMap((file) => file.hunks);
  expect(hunks).toHaveLength(diff.match(/^@@ -/gm)?.length ?? 0);
  expect(files["a.txt"]?.hunks[1]?.lines.map((line) => line.text)).toContain("@@ -1 +1 @@");
  expect(files["run.sh"]).toMatchObject({ mode: "100644 to 100755", hunks: [] });
  expect(files.gone).toMatchObject({ status: "deleted", removed: 2 });
});

test("a torn or foreign text gives what can be read and never throws", () => {
  expect(parseDiff("")).toEqual([]);
  expect(parseDiff("hello\n@@ nonsense @@\n+x")).toEqual([]);
  for (let length = 0; length < sampleDiff.length; length += 7)
    expect(() => parseDiff(sampleDiff.slice(0, length))).not.toThrow();
});
