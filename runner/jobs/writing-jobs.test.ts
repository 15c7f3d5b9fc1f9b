import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Patch } from "@tamma/core/domain/loop/evidence.ts";
import type { RepositoryRef } from "@tamma/core/domain/loop/work.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { jobContext } from "../testing/context.ts";
import {
  commitAll,
  git,
  makeRepository,
  refOf,
  remove,
  type TestRepository,
  temporaryFolder,
  write,
} from "../testing/repository.ts";
import { cloneAt } from "../workspace/clone.ts";
import { patchOf } from "../workspace/patch.ts";
import { mergeJob } from "./merge.ts";
import { openJob } from "./open.ts";
import { publishJob } from "./publish.ts";
import { rebaseJob } from "./rebase.ts";

let folder: string;
let blobs: Map<string, Uint8Array>;
beforeEach(() => {
  folder = temporaryFolder();
  blobs = new Map();
});
afterEach(() => remove(folder));

const branch = "tamma/7-fix-rounding";
const open = { kind: "open", branch, from: "main", message: "Start #7" } as const;
const context = (ref: RepositoryRef) => jobContext(folder, ref, blobs);

/** A patch as the develop job makes it, against `base`. */
async function change(ref: RepositoryRef, base: string, files: Parameters<typeof write>[1]): Promise<Patch> {
  const own = context(ref);
  const workspace = await cloneAt(ref.url, { sha: base }, join(own.folder, "w"));
  write(workspace.path, files);
  return patchOf(workspace, base, { putBlob: own.putBlob });
}

async function opened(repository: TestRepository) {
  const answer = await openJob(open, context(repository.ref));
  if (answer.outcome !== "done") throw new Error(JSON.stringify(answer));
  return answer;
}

async function published(
  repository: TestRepository,
  files: Parameters<typeof write>[1] = { "a.txt": "one\n2\nthree\n" },
) {
  const { head } = await opened(repository);
  const patch = await change(repository.ref, repository.base, files);
  const spec = {
    kind: "publish",
    branch,
    expectedHead: head,
    patch,
    secondParent: null,
    message: "Fix",
  } as const;
  const answer = await publishJob(spec, context(repository.ref));
  if (answer.outcome !== "done") throw new Error(JSON.stringify(answer));
  return { spec, sha: answer.sha, patch, head };
}

/** Ids of the repository itself, be it bare or working. */
const at = (repository: TestRepository, revision: string) =>
  git(
    existsSync(join(folder, "bare.git")) ? join(folder, "bare.git") : repository.path,
    "rev-parse",
    revision,
  );

describe.each(["working", "bare"] as const)("in a %s repository", (kind) => {
  test("open makes one empty commit on the tip and finds it again", async () => {
    const repository = makeRepository(folder, kind);
    const first = await opened(repository);
    expect(first.base).toBe(repository.base);
    expect(at(repository, branch)).toBe(first.head);
    expect(at(repository, `${branch}^`)).toBe(repository.base);
    expect(at(repository, `${branch}^{tree}`)).toBe(at(repository, "main^{tree}"));
    expect(await opened(repository)).toEqual(first);
  });

  test("publish pushes the validated tree on the expected head, once", async () => {
    const repository = makeRepository(folder, kind);
    const { spec, sha, patch, head } = await published(repository);
    expect(at(repository, branch)).toBe(sha);
    expect(at(repository, `${branch}^{tree}`)).toBe(patch.tree);
    expect(at(repository, `${branch}^`)).toBe(head);
    expect(await publishJob(spec, context(repository.ref))).toEqual({
      outcome: "done",
      sha,
      tree: patch.tree,
    });
    expect(at(repository, branch)).toBe(sha);
  });

  test("merge joins base and head, deletes the branch and finds itself again", async () => {
    const repository = makeRepository(folder, kind);
    const { sha, patch } = await published(repository);
    const spec = {
      kind: "merge",
      branch,
      head: sha,
      into: "main",
      expectedBase: repository.base,
      method: "merge",
      message: "Merge #7",
    } as const;
    const answer = await mergeJob(spec, context(repository.ref));
    expect(answer).toEqual({ outcome: "done", sha: at(repository, "main") });
    expect(at(repository, "main^1")).toBe(repository.base);
    expect(at(repository, "main^2")).toBe(sha);
    expect(at(repository, "main^{tree}")).toBe(patch.tree);
    expect(() => at(repository, branch)).toThrow();
    expect(await mergeJob(spec, context(repository.ref))).toEqual(answer);
    if (kind === "working") {
      expect(readFileSync(join(repository.path, "a.txt"), "utf8")).toBe("one\n2\nthree\n");
      expect(git(repository.path, "status", "--porcelain")).toBe("");
    }
  });

  test("squash makes one commit of the head's tree and finds itself again", async () => {
    const repository = makeRepository(folder, kind);
    const { sha, patch } = await published(repository);
    const spec = {
      kind: "merge",
      branch,
      head: sha,
      into: "main",
      expectedBase: repository.base,
      method: "squash",
      message: "Fix rounding (#7)",
    } as const;
    const answer = await mergeJob(spec, context(repository.ref));
    expect(answer).toEqual({ outcome: "done", sha: at(repository, "main") });
    expect(at(repository, "main^")).toBe(repository.base);
    expect(at(repository, "main^{tree}")).toBe(patch.tree);
    expect(await mergeJob(spec, context(repository.ref))).toEqual(answer);
  });
});

test("open refuses a branch of the same name that somebody else filled", async () => {
  const repository = makeRepository(folder, "working");
  git(repository.path, "checkout", "--quiet", "-b", branch);
  write(repository.path, { "mine.txt": "mine\n" });
  commitAll(repository.path, "mine");
  const answer = await openJob(open, context(repository.ref));
  expect(answer).toMatchObject({
    outcome: "failed",
    evidence: { summary: expect.stringContaining("other commits") },
  });
});

test("open finds its branch again after main moved on", async () => {
  const repository = makeRepository(folder, "working");
  const first = await opened(repository);
  commitAll(repository.path, "meanwhile");
  expect(await opened(repository)).toEqual(first);
});

test("open of an empty repository says that a first commit is missing", async () => {
  const empty = join(folder, "empty");
  mkdirSync(empty);
  git(empty, "init", "--quiet", "-b", "main");
  await expect(openJob(open, context(refOf(empty)))).rejects.toThrow("make a first commit on main");
});

test("publish onto a moved head or a branch that is gone changes nothing and says where it is", async () => {
  const repository = makeRepository(folder, "bare");
  const { spec, sha } = await published(repository);
  git(repository.path, "fetch", "--quiet");
  git(repository.path, "checkout", "--quiet", "-B", "theirs", `origin/${branch}`);
  const theirs = commitAll(repository.path, "a person's commit");
  git(repository.path, "push", "--quiet", "origin", `HEAD:${branch}`);
  const patch = await change(repository.ref, repository.base, { "a.txt": "other\n" });
  const late = { ...spec, expectedHead: sha, patch };
  expect(await publishJob(late, context(repository.ref))).toEqual({ outcome: "head-moved", head: theirs });
  expect(at(repository, branch)).toBe(theirs);
  git(repository.path, "push", "--quiet", "origin", `:${branch}`);
  expect(await publishJob(late, context(repository.ref))).toEqual({ outcome: "head-moved", head: null });
});

test("publish updates the files of a person who looks at the branch", async () => {
  const repository = makeRepository(folder, "working");
  await opened(repository);
  git(repository.path, "checkout", "--quiet", branch);
  const patch = await change(repository.ref, repository.base, { "a.txt": "new\n" });
  const expectedHead = at(repository, branch);
  const spec = { kind: "publish", branch, expectedHead, patch, secondParent: null, message: "Fix" } as const;
  expect(await publishJob(spec, context(repository.ref))).toMatchObject({ outcome: "done" });
  expect(readFileSync(join(repository.path, "a.txt"), "utf8")).toBe("new\n");
});

test("publish after a rebase keeps the branch's history and brings the new base in", async () => {
  const repository = makeRepository(folder, "bare");
  const { sha, patch } = await published(repository);
  write(repository.path, { "docs/b.md": "# B!\n" });
  const onto = commitAll(repository.path, "meanwhile");
  git(repository.path, "push", "--quiet", "origin", "main");
  const merge = { kind: "merge", branch, into: "main", method: "merge", message: "Merge" } as const;
  const early = { ...merge, head: sha, expectedBase: repository.base };
  expect(await mergeJob(early, context(repository.ref))).toEqual({ outcome: "base-moved", base: onto });

  const rebased = await rebaseJob({ kind: "rebase", patch, onto }, context(repository.ref));
  expect(rebased).toMatchObject({ outcome: "done", unchanged: true, patch: { base: onto } });
  if (rebased.outcome !== "done") return;
  const spec = {
    kind: "publish",
    branch,
    expectedHead: sha,
    patch: rebased.patch,
    secondParent: onto,
    message: "Merge main",
  } as const;
  const again = await publishJob(spec, context(repository.ref));
  expect(again).toMatchObject({ outcome: "done", tree: rebased.patch.tree });
  expect(at(repository, `${branch}^1`)).toBe(sha);
  expect(at(repository, `${branch}^2`)).toBe(onto);
  const head = at(repository, branch);
  expect(await mergeJob({ ...merge, head, expectedBase: onto }, context(repository.ref))).toMatchObject({
    outcome: "done",
  });
});

test("rebase names the files in conflict, and says when surroundings changed", async () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  const text = (change: Record<number, string>) =>
    `${lines.map((line, i) => change[i] ?? line).join("\n")}\n`;
  const repository = makeRepository(folder, "working", { "a.txt": text({}), bin: Buffer.from([0, 1]) });
  const patch = await change(repository.ref, repository.base, {
    "a.txt": text({ 10: "mine" }),
    bin: Buffer.from([0, 2]),
  });
  const onto = (change: Record<number, string>) => {
    git(repository.path, "checkout", "--quiet", "-B", "main", repository.base);
    write(repository.path, { "a.txt": text(change) });
    return commitAll(repository.path, "theirs");
  };
  const replay = (sha: string) => rebaseJob({ kind: "rebase", patch, onto: sha }, context(repository.ref));
  expect(await replay(onto({ 10: "theirs" }))).toMatchObject({ outcome: "conflict", files: ["a.txt"] });
  expect(await replay(onto({ 0: "x\ny\nz" }))).toMatchObject({ outcome: "done", unchanged: true });
  expect(await replay(onto({ 12: "near" }))).toMatchObject({ outcome: "done", unchanged: false });
  expect(await replay(repository.base)).toEqual({ outcome: "done", patch, unchanged: true });
});

describe("merge", () => {
  const into = "main";
  const spec = (head: string, expectedBase: string) =>
    ({ kind: "merge", branch, head, into, expectedBase, method: "merge", message: "Merge" }) as const;

  test("onto a head that moved says where it is", async () => {
    const repository = makeRepository(folder, "working");
    const { sha, head } = await published(repository);
    const answer = await mergeJob(spec(head, repository.base), context(repository.ref));
    expect(answer).toEqual({ outcome: "head-moved", head: sha });
    expect(at(repository, "main")).toBe(repository.base);
  });

  test("into a dirty working tree names the files and touches nothing", async () => {
    const repository = makeRepository(folder, "working");
    const { sha } = await published(repository, { "a.txt": "new\n", "fresh.txt": "from the branch\n" });
    write(repository.path, { "docs/b.md": "typing ...", "fresh.txt": "mine\n", "notes.txt": "harmless\n" });
    const answer = await mergeJob(spec(sha, repository.base), context(repository.ref));
    expect(answer).toEqual({ outcome: "dirty-tree", files: ["docs/b.md", "fresh.txt"] });
    expect(at(repository, "main")).toBe(repository.base);
    expect(readFileSync(join(repository.path, "docs/b.md"), "utf8")).toBe("typing ...");

    git(repository.path, "checkout", "--quiet", "docs/b.md");
    remove(join(repository.path, "fresh.txt"));
    expect(await mergeJob(spec(sha, repository.base), context(repository.ref))).toMatchObject({
      outcome: "done",
    });
    expect(readFileSync(join(repository.path, "notes.txt"), "utf8")).toBe("harmless\n");
  });

  test("while another branch is checked out leaves the person's files alone", async () => {
    const repository = makeRepository(folder, "working");
    const { sha } = await published(repository);
    git(repository.path, "checkout", "--quiet", "-b", "own-work");
    write(repository.path, { "a.txt": "in the middle of it\n" });
    expect(await mergeJob(spec(sha, repository.base), context(repository.ref))).toMatchObject({
      outcome: "done",
    });
    expect(readFileSync(join(repository.path, "a.txt"), "utf8")).toBe("in the middle of it\n");
  });

  test("leaves no trace of ours in the repository but its commits", async () => {
    const repository = makeRepository(folder, "working");
    const config = readFileSync(join(repository.path, ".git/config"), "utf8");
    const { sha } = await published(repository);
    await mergeJob(spec(sha, repository.base), context(repository.ref));
    expect(readFileSync(join(repository.path, ".git/config"), "utf8")).toBe(config);
    expect(git(repository.path, "branch", "--format=%(refname:short)")).toBe("main");
    const authors = git(repository.path, "log", "--format=%an", "main", "--not", repository.base);
    expect(authors).toBe("Tamma\nTamma\nTamma");
  });

  test("keeps a branch that is checked out, and is done all the same", async () => {
    const repository = makeRepository(folder, "working");
    const { sha } = await published(repository);
    git(repository.path, "checkout", "--quiet", branch);
    const own = context(repository.ref);
    expect(await mergeJob(spec(sha, repository.base), own)).toMatchObject({ outcome: "done" });
    expect(own.logged.join("")).toContain("stays");
  });
});
