import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { filesOfTree } from "../proof/tree-files.ts";
import { jobContext } from "../testing/context.ts";
import { commitAll, git, makeRepository, remove, temporaryFolder, write } from "../testing/repository.ts";
import { applyPatch } from "./apply.ts";
import { cloneAt } from "./clone.ts";
import { patchOf } from "./patch.ts";
import { push, remoteHead } from "./push.ts";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => remove(folder));

const every = {
  "kept.txt": "same\n",
  "text.txt": "one\ntwo\n",
  "gone.txt": "bye\n",
  "latin1.txt": Buffer.from([0x67, 0x72, 0xfc, 0x6e, 0x0a]),
  "image.bin": Buffer.from([0, 1, 2, 255, 0, 7]),
  "run.sh": "#!/bin/sh\n",
  "crlf.txt": "a\r\nb\r\n",
  "turns.txt": "into a link\n",
  ".gitignore": "dist/\n",
  ".gitattributes": "*.txt text=auto\n",
};

test("a patch carries every kind of change and arrives at the same tree in another clone", async () => {
  const { ref, base } = makeRepository(folder, "working", every);
  const context = jobContext(folder, ref);
  const workspace = await cloneAt(ref.url, { sha: base }, join(folder, "w 1"));
  write(workspace.path, {
    "text.txt": "one\nzwei ☃\n",
    "gone.txt": null,
    "latin1.txt": Buffer.from([0x67, 0x72, 0xfc, 0x6e, 0x65, 0x0a]),
    "image.bin": Buffer.from([0, 1, 2, 255, 0, 8, 0]),
    "run.sh": { executable: "#!/bin/sh\n" },
    "crlf.txt": "a\r\nb\r\nc\r\n",
    "nëw dir/fïle name.txt": "new, without a line end",
    link: { link: "text.txt" },
    "turns.txt": { link: "kept.txt" },
    "dist/out.js": "ignored",
    empty: "",
  });
  const commits = [{ message: "Change all", paths: ["text.txt"] }];
  const patch = await patchOf(workspace, base, { putBlob: context.putBlob, commits });

  const byPath = Object.fromEntries(patch.files.map((file) => [file.path, file]));
  expect(Object.keys(byPath).sort()).toEqual(
    [
      "crlf.txt",
      "empty",
      "gone.txt",
      "image.bin",
      "latin1.txt",
      "link",
      "nëw dir/fïle name.txt",
      "run.sh",
      "text.txt",
      "turns.txt",
    ].sort(),
  );
  expect(byPath["text.txt"]).toEqual({
    path: "text.txt",
    status: "modified",
    modeBefore: "100644",
    modeAfter: "100644",
    binary: false,
    added: 1,
    removed: 1,
  });
  expect(byPath["gone.txt"]).toMatchObject({ status: "deleted", modeAfter: "000000", removed: 1 });
  expect(byPath["run.sh"]).toMatchObject({
    status: "modified",
    modeBefore: "100644",
    modeAfter: "100755",
    added: 0,
  });
  expect(byPath["image.bin"]).toMatchObject({ binary: true, added: 0, removed: 0 });
  expect(byPath.link).toMatchObject({ status: "added", modeBefore: "000000", modeAfter: "120000" });
  expect(patch.commits).toEqual(commits);
  expect(await workspace.git(["status", "--porcelain", "--", "link"])).toBe("?? link\n");

  const other = await cloneAt(ref.url, { sha: base }, join(folder, "w 2"));
  expect(await applyPatch(other, patch, context.getBlob)).toBe(patch.tree);
  expect(await other.git(["write-tree"])).toBe(`${patch.tree}\n`);
  expect(await other.git(["status", "--porcelain", "--untracked-files=all"])).not.toContain("??");
  expect(readFileSync(join(other.path, "latin1.txt"))).toEqual(
    Buffer.from([0x67, 0x72, 0xfc, 0x6e, 0x65, 0x0a]),
  );
  expect(readlinkSync(join(other.path, "link"))).toBe("text.txt");
  expect(lstatSync(join(other.path, "run.sh")).mode & 0o111).not.toBe(0);
});

test("several gits in one process keep their outputs apart, whatever they print", async () => {
  const odd = 'it\'s $(touch owned) `x` \\ "y".txt';
  const { ref, base } = makeRepository(folder, "working", { ...every, [odd]: "odd\n" });
  const workspace = await cloneAt(ref.url, { sha: base }, join(folder, "clone"));
  const asked = ["image.bin", "missing", odd, "kept.txt"].map((path) => [
    "cat-file",
    "blob",
    `${base}:${path}`,
  ]);
  const outcomes = await workspace.attempts(asked);
  expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 128, 0, 0]);
  expect(outcomes.map(({ stdout }) => Buffer.from(stdout).toString("latin1"))).toEqual([
    "\0\x01\x02\xff\0\x07",
    "",
    "odd\n",
    "same\n",
  ]);
  expect(existsSync(join(workspace.path, "owned"))).toBe(false);

  const steps = [
    ["hash-object", "-w", "--stdin"],
    ["rev-parse", "missing^{tree}"],
    ["update-ref", "refs/heads/x", base],
  ];
  await expect(workspace.gits(steps, { input: "x" })).rejects.toThrow(
    /git rev-parse missing.*failed \(128\)/,
  );
  expect(await workspace.git(["for-each-ref", "refs/heads/x"])).toBe("");
});

test("files that are read ahead are the files of the tree, missing and unreadable ones too", async () => {
  const { ref, base } = makeRepository(folder, "working", every);
  const workspace = await cloneAt(ref.url, { sha: base }, join(folder, "clone"));
  const tree = filesOfTree(workspace, base);
  await tree.readAhead([...Object.keys(every), "missing"]);
  rmSync(join(workspace.path, ".git/objects"), { recursive: true });
  expect(await tree.text("text.txt")).toBe("one\ntwo\n");
  expect(await tree.bytes("image.bin")).toEqual(new Uint8Array([0, 1, 2, 255, 0, 7]));
  expect(await tree.bytes("missing")).toBeNull();
});

test("no change is an empty patch that applies", async () => {
  const { ref, base } = makeRepository(folder, "bare");
  const context = jobContext(folder, ref);
  const workspace = await cloneAt(ref.url, { sha: base }, join(folder, "w"));
  const patch = await patchOf(workspace, base, { putBlob: context.putBlob });
  expect(patch.files).toEqual([]);
  expect(patch.diff.size).toBe(0);
  expect(await applyPatch(workspace, patch, context.getBlob)).toBe(patch.tree);
});

test("a patch that leads to another tree than validated is refused", async () => {
  const { ref, base } = makeRepository(folder, "bare");
  const context = jobContext(folder, ref);
  const workspace = await cloneAt(ref.url, { sha: base }, join(folder, "w"));
  write(workspace.path, { "a.txt": "changed\n" });
  const patch = await patchOf(workspace, base, { putBlob: context.putBlob });
  const forged = { ...patch, diff: await context.putBlob("", "text/x-diff") };
  await expect(applyPatch(workspace, forged, context.getBlob)).rejects.toThrow(
    /leads to tree .* was validated/,
  );
  const garbage = {
    ...patch,
    diff: await context.putBlob("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-no\n+yes\n", "text/x-diff"),
  };
  await expect(applyPatch(workspace, garbage, context.getBlob)).rejects.toThrow(/does not apply/);
});

test("what the project wrote into .git/config runs nothing and is gone", async () => {
  const { ref, base } = makeRepository(folder, "working");
  const context = jobContext(folder, ref);
  const workspace = await cloneAt(ref.url, { sha: base }, join(folder, "w"));
  const canary = join(folder, "canary");
  const evil = `sh -c 'touch "${canary}"; cat'`;
  git(workspace.path, "config", "filter.evil.clean", evil);
  git(workspace.path, "config", "diff.external", evil);
  git(workspace.path, "config", "core.fsmonitor", evil);
  const hooks = join(workspace.path, ".git", "hooks");
  mkdirSync(hooks, { recursive: true });
  write(hooks, { "post-index-change": { executable: `#!/bin/sh\ntouch "${canary}"\n` } });
  write(workspace.path, { ".gitattributes": "* filter=evil\n", "a.txt": "changed\n" });
  const patch = await patchOf(workspace, base, { putBlob: context.putBlob });
  await workspace.git(["diff"]);
  await workspace.git(["status"]);
  expect(patch.files.map((file) => file.path)).toEqual([".gitattributes", "a.txt"]);
  expect(() => lstatSync(canary)).toThrow();
  expect(readFileSync(join(workspace.path, ".git", "config"), "utf8")).not.toContain("evil");
});

test("a .git that was swapped for another is not used", async () => {
  const { ref, base } = makeRepository(folder, "working");
  const workspace = await cloneAt(ref.url, { sha: base }, join(folder, "w"));
  remove(join(workspace.path, ".git"));
  writeFileSync(join(workspace.path, ".git"), `gitdir: ${ref.url}/.git\n`);
  await expect(workspace.git(["status"])).rejects.toThrow(/was replaced/);
});

test("a clone shares no file with the user's repository and leaves it as it was", async () => {
  const { ref, path } = makeRepository(folder, "working");
  const before = readFileSync(join(path, ".git", "config"), "utf8");
  const workspace = await cloneAt(ref.url, { branch: "main" }, join(folder, "w"));
  expect(await workspace.git(["rev-parse", "--abbrev-ref", "HEAD"])).toBe("main\n");
  expect(() => lstatSync(join(workspace.path, ".git/objects/info/alternates"))).toThrow();
  const objects = git(path, "count-objects").split(" ")[0];
  expect(Number(objects)).toBeGreaterThan(0);
  expect(readFileSync(join(path, ".git", "config"), "utf8")).toBe(before);
});

test("an empty repository, a missing branch, commit or repository say what to do", async () => {
  const empty = join(folder, "empty");
  mkdirSync(empty);
  git(empty, "init", "--quiet", "-b", "main");
  await expect(cloneAt(empty, { branch: "main" }, join(folder, "1"))).rejects.toThrow(
    /no commit yet: make a first/,
  );
  const { ref } = makeRepository(folder, "bare");
  await expect(cloneAt(ref.url, { branch: "dev" }, join(folder, "2"))).rejects.toThrow(
    /no branch dev \(there is main\)/,
  );
  const lost = "0123456789".repeat(4);
  await expect(cloneAt(ref.url, { sha: lost }, join(folder, "3"))).rejects.toThrow(
    /is not in the repository any more/,
  );
  await expect(cloneAt(join(folder, "nowhere"), { branch: "main" }, join(folder, "4"))).rejects.toThrow(
    /address is right/,
  );
});

test("a push changes a branch only from where we think it is", async () => {
  const { ref, base, path } = makeRepository(folder, "bare");
  const workspace = await cloneAt(ref.url, { branch: "main" }, join(folder, "w"));
  expect(await push(workspace, ref.url, { branch: "tamma/1", sha: base, expected: null })).toEqual({
    outcome: "pushed",
  });
  expect(await push(workspace, ref.url, { branch: "tamma/1", sha: base, expected: null })).toEqual({
    outcome: "pushed",
  });
  write(path, { "c.txt": "c\n" });
  const other = commitAll(path, "other");
  git(path, "push", "--quiet", "origin", "HEAD:refs/heads/tamma/1");
  await workspace.git(["commit", "--quiet", "--allow-empty", "-m", "mine"]);
  const mine = (await workspace.git(["rev-parse", "HEAD"])).trim();
  const late = { branch: "tamma/1", sha: mine, expected: base };
  expect(await push(workspace, ref.url, late)).toEqual({ outcome: "moved" });
  expect(await push(workspace, ref.url, { ...late, expected: null })).toEqual({ outcome: "moved" });
  expect(await remoteHead(workspace, "tamma/1")).toBe(other);
  expect(await push(workspace, ref.url, { ...late, sha: null, expected: other })).toEqual({
    outcome: "pushed",
  });
  expect(await remoteHead(workspace, "tamma/1")).toBe(null);
});

test("a repository that refuses a push is quoted", async () => {
  const { ref, base } = makeRepository(folder, "bare");
  const hook = "#!/bin/sh\necho policy says no >&2\nexit 1\n";
  write(join(folder, "bare.git", "hooks"), { "pre-receive": { executable: hook } });
  const workspace = await cloneAt(ref.url, { branch: "main" }, join(folder, "w"));
  const answer = await push(workspace, ref.url, { branch: "tamma/1", sha: base, expected: null });
  expect(answer).toMatchObject({ outcome: "refused", reason: expect.stringContaining("policy says no") });
});
