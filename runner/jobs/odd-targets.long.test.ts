import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RepositoryRef } from "@tamma/core/domain/loop/work.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { jobContext } from "../testing/context.ts";
import {
  commitAll,
  git,
  makeRepository,
  refOf,
  remove,
  temporaryFolder,
  write,
} from "../testing/repository.ts";
import { cloneAt } from "../workspace/clone.ts";
import { patchOf } from "../workspace/patch.ts";
import { mergeJob } from "./merge.ts";
import { openJob } from "./open.ts";
import { publishJob } from "./publish.ts";
import { surveyJob } from "./survey.ts";

let folder: string;
let blobs: Map<string, Uint8Array>;
beforeEach(() => {
  folder = temporaryFolder();
  blobs = new Map();
});
afterEach(() => remove(folder));

const branch = "tamma/7-fix";
const context = (ref: RepositoryRef) => jobContext(folder, ref, blobs);

const opening = (ref: RepositoryRef) =>
  openJob({ kind: "open", branch, from: ref.defaultBranch, message: "Start #7" }, context(ref));

/** Opens the branch and makes the change for it; `publish` and `merge` then touch the repository. */
async function prepared(ref: RepositoryRef) {
  const opened = await opening(ref);
  if (opened.outcome !== "done") throw new Error(JSON.stringify(opened));
  const own = context(ref);
  const desk = await cloneAt(ref.url, { sha: opened.base }, join(own.folder, "desk"));
  write(desk.path, { "new file.txt": "new\n" });
  const patch = await patchOf(desk, opened.base, { putBlob: own.putBlob });
  const publish = () =>
    publishJob(
      { kind: "publish", branch, expectedHead: opened.head, patch, secondParent: null, message: "Fix" },
      context(ref),
    );
  const merge = (head: string) =>
    mergeJob(
      {
        ...({ kind: "merge", branch, head, into: ref.defaultBranch, method: "merge" } as const),
        ...{ expectedBase: opened.base, message: "Merge #7" },
      },
      context(ref),
    );
  return { publish, merge };
}

/** The whole way of writing; the last outcome. */
async function merged(ref: RepositoryRef) {
  const { publish, merge } = await prepared(ref);
  const published = await publish();
  if (published.outcome !== "done") throw new Error(JSON.stringify(published));
  return merge(published.sha);
}

const work = () => makeRepository(folder, "working");

test.each<[string, () => RepositoryRef]>([
  [
    "whose HEAD is detached",
    () => {
      const { path, ref } = work();
      git(path, "checkout", "--quiet", "--detach");
      return ref;
    },
  ],
  [
    "whose default branch is called otherwise",
    () => {
      const { path, ref } = work();
      git(path, "branch", "--quiet", "-m", "main", "trunk/ü");
      return { ...ref, defaultBranch: "trunk/ü" };
    },
  ],
  [
    "that is a shallow clone",
    () => {
      const { path } = work();
      commitAll(path, "second");
      git(folder, "clone", "--quiet", "--depth=1", `file://${encodeURI(path)}`, "shallow");
      return refOf(join(folder, "shallow"));
    },
  ],
  [
    "that is a worktree of another one",
    () => {
      const { path } = work();
      git(path, "checkout", "--quiet", "-b", "other");
      git(path, "worktree", "add", "--quiet", join(folder, "tree"), "main");
      return refOf(join(folder, "tree"));
    },
  ],
  [
    "with a submodule in it",
    () => {
      const { path, ref } = work();
      mkdirSync(join(folder, "sub"));
      git(join(folder, "sub"), "init", "--quiet", "-b", "main");
      commitAll(join(folder, "sub"), "sub");
      git(
        path,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        join(folder, "sub"),
        "lib/sub",
      );
      commitAll(path, "with a submodule");
      return ref;
    },
  ],
  [
    "with work of its own on another branch",
    () => {
      const { path, ref } = work();
      git(path, "checkout", "--quiet", "-b", "mine");
      write(path, { "a.txt": "changed, not committed\n", "new file.txt": "mine\n" });
      return ref;
    },
  ],
  [
    "that refuses to forget branches",
    () => {
      const { path, ref } = work();
      git(path, "config", "receive.denyDeletes", "true");
      git(path, "config", "receive.denyNonFastForwards", "true");
      return ref;
    },
  ],
])("a repository %s is merged into", async (_, make) => {
  const ref = make();
  expect(await merged(ref)).toMatchObject({ outcome: "done" });
  expect(git(ref.url, "show", `${ref.defaultBranch}:new file.txt`)).toBe("new");
});

test("a repository without a commit, or without that branch, says what is missing", async () => {
  const empty = join(folder, "empty");
  mkdirSync(empty);
  git(empty, "init", "--quiet", "-b", "main");
  await expect(opening(refOf(empty))).rejects.toThrow(/has no commit yet: make a first commit on main/);
  const { ref } = work();
  await expect(opening({ ...ref, defaultBranch: "trunk" })).rejects.toThrow(
    /no branch trunk \(there is main\)/,
  );
});

test("a folder that is no repository, one that is gone and one that was moved are named", async () => {
  const plain = join(folder, "plain");
  mkdirSync(plain);
  for (const url of [plain, join(folder, "never")])
    await expect(opening(refOf(url))).rejects.toThrow(/address is right and the runner may read it/);
  const { path, ref } = work();
  const { publish } = await prepared(ref);
  renameSync(path, join(folder, "moved"));
  await expect(publish()).rejects.toThrow(/address is right and the runner may read it/);
});

test("a file in the way of the merge is named, and nothing is touched", async () => {
  const { path, ref } = work();
  const { publish, merge } = await prepared(ref);
  const published = await publish();
  if (published.outcome !== "done") throw new Error(JSON.stringify(published));
  write(path, { "new file.txt": "mine\n" });
  expect(await merge(published.sha)).toEqual({ outcome: "dirty-tree", files: ["new file.txt"] });
  rmSync(join(path, "new file.txt"));
  expect(await merge(published.sha)).toMatchObject({ outcome: "done" });
});

/** A hook of the owner, in force where he receives pushes. */
function hook(path: string, name: string, script: string): void {
  mkdirSync(join(path, ".git/hooks"), { recursive: true });
  writeFileSync(join(path, ".git/hooks", name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(path, ".git/hooks", name), 0o755);
}

test.each([
  [
    "a pre-receive hook",
    "pre-receive",
    "echo 'policy: no pushes on Fridays' >&2; exit 1",
    /no pushes on Fridays/,
  ],
  [
    "an update hook that protects branches",
    "update",
    'echo "protected: $1" >&2; exit 1',
    /protected: refs\/heads/,
  ],
  ["a quota", "pre-receive", "echo 'error: No space left on device' >&2; exit 1", /No space left/],
])("a repository that refuses by %s is quoted in its own words", async (_, name, script, words) => {
  const { path, ref } = work();
  hook(path, name, script);
  const refused = await opening(ref);
  if (refused.outcome !== "failed") throw new Error(JSON.stringify(refused));
  expect(refused.evidence.summary).toMatch(/^The repository refused branch tamma\/7-fix/);
  expect(`${refused.evidence.summary}\n${refused.evidence.excerpt}`).toMatch(words);
});

test("a hook that begins to refuse in the middle fails the publish in its own words", async () => {
  const { path, ref } = work();
  const { publish } = await prepared(ref);
  hook(path, "pre-receive", "echo 'frozen for the release' >&2; exit 1");
  const published = await publish();
  expect(published).toMatchObject({ outcome: "failed" });
  expect(JSON.stringify(published)).toContain("frozen for the release");
});

test("an owner who may not write his own repository is told so", async (test) => {
  // The superuser may write anywhere.
  if (process.getuid?.() === 0) return test.skip("run as the superuser, who may write anywhere");
  const { path, ref } = work();
  const { publish } = await prepared(ref);
  chmodSync(join(path, ".git/objects"), 0o500);
  const answer = await publish().catch((error: Error) => ({ outcome: "failed", error: error.message }));
  chmodSync(join(path, ".git/objects"), 0o700);
  expect(JSON.stringify(answer)).toMatch(/permission|insufficient/i);
});

test("without git the runner says to install it", async () => {
  const { ref } = work();
  const path = process.env.PATH;
  process.env.PATH = join(folder, "nothing");
  try {
    await expect(opening(ref)).rejects.toThrow(/Install git, or put it on the PATH/);
  } finally {
    process.env.PATH = path;
  }
});

test("a repository of ten thousand files is surveyed and merged into", async () => {
  const { path, ref } = work();
  const many = Array.from({ length: 10_000 }, (_, n) => [`src/d${n % 100}/f${n}.js`, `exports.n = ${n};\n`]);
  write(path, Object.fromEntries(many));
  commitAll(path, "many");
  const survey = { kind: "survey", branch: "main", issue: { title: "f123", body: "" } } as const;
  expect(await surveyJob(survey, context(ref))).toMatchObject({ outcome: "done" });
  expect(await merged(ref)).toMatchObject({ outcome: "done" });
}, 60_000);
