import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Patch } from "@tamma/core/domain/loop/evidence.ts";
import { patchProblems } from "@tamma/core/domain/loop/patch-rules.ts";
import { disagreements } from "@tamma/core/engine/diff-files.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobContext } from "../testing/context.ts";
import {
  makeRepository,
  remove,
  type TestRepository,
  temporaryFolder,
  write,
} from "../testing/repository.ts";
import { treeOfPatch } from "../workspace/apply.ts";
import { cloneAt } from "../workspace/clone.ts";
import type { Workspace } from "../workspace/git.ts";
import { patchOf } from "../workspace/patch.ts";

type Files = Parameters<typeof write>[1];

const image = Buffer.from(Array.from({ length: 4_000 }, (_, n) => (n * 31) % 256));
const before: Files = {
  "old.bin": image,
  "old.txt": "one\ntwo\n",
  "crlf.txt": "one\r\ntwo\r\n",
  "latin1.txt": Buffer.from("gr\xfc\xdfe\n", "latin1"),
  "script.sh": "#!/bin/sh\n",
  "folder/inside.txt": "inside\n",
  "becomes-folder": "a file\n",
  "old name.txt ": "1\n",
  "tab\there": "1\n",
};

let folder: string;
let repository: TestRepository;
let context: ReturnType<typeof jobContext>;
let desk: Workspace;
let fresh: Workspace;
beforeAll(async () => {
  folder = temporaryFolder();
  repository = makeRepository(folder, "bare", before);
  context = jobContext(folder, repository.ref);
  const at = { sha: repository.base };
  desk = await cloneAt(repository.ref.url, at, join(context.folder, "desk"));
  fresh = await cloneAt(repository.ref.url, at, join(context.folder, "fresh"));
});
afterAll(() => remove(folder));

/** The change as a patch, looked at as the server does, and applied again to another clone. */
async function carried(change: () => void) {
  await desk.git(["checkout", "--quiet", "--force", repository.base]);
  await desk.git(["clean", "--quiet", "-fdx"]);
  change();
  const patch: Patch = await patchOf(desk, repository.base, { putBlob: context.putBlob });
  expect(disagreements(patch.files, await context.getBlob(patch.diff))).toEqual([]);
  expect(await treeOfPatch(fresh, patch, context.getBlob)).toBe(patch.tree);
  return { patch, problems: patchProblems(patch, repository.base) };
}

const deep = `${Array.from({ length: 40 }, (_, n) => `d${n}`).join("/")}/file.txt`;

test.each<[string, Files]>([
  ["a binary file that is new", { "new.bin": image }],
  ["a binary file that changed", { "old.bin": Buffer.concat([image, Buffer.from([0, 1, 2])]) }],
  ["a binary file that is gone", { "old.bin": null }],
  ["a large picture", { "large.png": randomBytes(2_000_000) }],
  ["NUL in a text", { "old.txt": "one\0two\n" }],
  ["a text that becomes binary", { "old.txt": image }],
  ["a file in Latin-1", { "latin1.txt": Buffer.from("gr\xfc\xdfe und \xc4rger\n", "latin1") }],
  ["a file with CRLF", { "crlf.txt": "one\r\n2\r\n", "new-crlf.txt": "a\r\nb\r\n" }],
  ["mixed line ends", { "crlf.txt": "one\ntwo\r\nthree\r" }],
  ["no newline at the end", { "old.txt": "one\ntwo", "new.txt": "x" }],
  ["an empty file", { "old.txt": "", "empty.txt": "" }],
  ["an executable file", { "run.sh": { executable: "#!/bin/sh\n" } }],
  ["spaces in paths", { " a b/c d.txt": "x\n" }],
  ["an old file whose name could not be new", { "old name.txt ": "2\n", "tab\there": "2\n" }],
  [
    "emoji and right-to-left names",
    { "\u{1F600}/\u{1F680}.txt": "x\n", "\u05e9\u05dc\u05d5\u05dd.txt": "y\n" },
  ],
  ["names that look like options", { "-rf": "x\n", "--force/--all": "y\n" }],
  ["quotes and dollars", { "\"'`$(id)`.txt": "x\n", "%s;&|<>*?[].txt": "y\n" }],
  ["a name of 255 bytes", { [`${"n".repeat(251)}.txt`]: "x\n" }],
  ["forty folders deep", { [deep]: "x\n" }],
  ["a file where a folder was", { "folder/inside.txt": null, "folder.txt": "x\n" }],
  [
    "text that looks like a diff",
    { "old.txt": "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n" },
  ],
  ["lines of a megabyte", { "long.txt": `${"x".repeat(1_000_000)}\n` }],
])("%s arrives as it was", async (_, files) => {
  const { patch, problems } = await carried(() => write(desk.path, files));
  expect(patch.files.length).toBeGreaterThan(0);
  expect(problems).toEqual([]);
});

test("a mode alone, and a folder in place of a file, arrive as they were", async () => {
  const { patch, problems } = await carried(() => {
    chmodSync(join(desk.path, "script.sh"), 0o755);
    rmSync(join(desk.path, "becomes-folder"));
    mkdirSync(join(desk.path, "becomes-folder"));
    write(desk.path, { "becomes-folder/x.txt": "x\n" });
  });
  expect(problems).toEqual([]);
  expect(patch.files.find((file) => file.path === "script.sh")).toMatchObject({ modeAfter: "100755" });
});

test("attributes of the repository change no byte on the way", async () => {
  const { patch } = await carried(() =>
    write(desk.path, { ".gitattributes": "*.txt text=auto eol=crlf\n*.bin -diff\n", "crlf.txt": "one\n2\n" }),
  );
  expect(patch.files.map((file) => file.path)).toContain(".gitattributes");
  expect(await fresh.git(["cat-file", "blob", `${patch.tree}:.gitattributes`])).toContain("eol=crlf");
});

test.each<[string, Files, RegExp]>([
  [
    "a backslash, which elsewhere is a folder",
    { "back\\slash.txt": "x\n" },
    /not a path inside the repository/,
  ],
  ["a blank at its end", { "folder /x.txt": "x\n" }, /Windows cannot write/],
  ["the name of a device", { "lib/AUX": "x\n" }, /Windows cannot write/],
  ["a line break", { "a\nb.txt": "x\n" }, /characters in its name that nobody sees/],
  ["a tab", { "a\tb.txt": "x\n" }, /characters in its name that nobody sees/],
  ["a joiner between letters", { "a\u200Db.txt": "x\n" }, /in its name that nobody sees/],
  ["both forms of a letter", { "caf\u00e9": "1\n", "cafe\u0301": "2\n" }, /how a letter is written/],
])("a new name with %s is refused in words", async (_, files, words) => {
  const { problems } = await carried(() => write(desk.path, files));
  expect(problems).toEqual([expect.stringMatching(words)]);
});

test("a name that is no UTF-8 is refused in words, because on the wire it would be another one", async () => {
  const odd = () => {
    write(desk.path, { "plain.txt": "x\n" });
    const latin1 = Buffer.concat([Buffer.from(`${desk.path}/gr`), Buffer.from([0xfc, 0xdf])]);
    renameSync(join(desk.path, "plain.txt"), latin1);
  };
  await expect(carried(odd)).rejects.toThrow(/name that is not UTF-8; rename it/);
});

test("a change above ten megabytes is refused, with what usually is the reason", async () => {
  const large = () => write(desk.path, { "video.mp4": randomBytes(11_000_000) });
  await expect(carried(large)).rejects.toThrow(/video\.mp4 has 11000000 bytes, more than .*\.gitignore/);
});
