import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { giteaRepository } from "@tamma/core/platforms/gitea/index.ts";
import { expect, test } from "vitest";
import * as rig from "./gitea-rig.ts";
import { startWireServer } from "./wire-server.ts";

const { ok, pull, reply, refused, sha, otherSha } = rig;

/** Answers that other projects keep of real servers, where they lie beside this one. */
const samples = join(import.meta.dirname, "../../../shared/contracts/gitea/responses");
const sample = (name: string) => reply(200, readFileSync(join(samples, `goscm.${name}.json`), "utf8"));
const withSamples = test.skipIf(!existsSync(samples));

const repository = {
  ...{ id: 6589, full_name: "ann/calc", html_url: "https://git.example.test/ann/calc" },
  ...{ clone_url: "https://git.example.test/ann/calc.git", default_branch: "main" },
  ...{ empty: false, archived: false, permissions: { admin: false, push: true, pull: true } },
  ...{ allow_merge_commits: true, allow_rebase: false, allow_squash_merge: true },
  default_merge_style: "squash",
};

test("a repository tells what may be done in it, its own way to merge first", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(repository));
  expect(await gitea.forge.reading.repository()).toEqual({
    ...{ id: "6589", name: "ann/calc", url: "https://git.example.test/ann/calc" },
    ...{ cloneUrl: "https://git.example.test/ann/calc.git", defaultBranch: "main" },
    ...{ empty: false, archived: false, mergeMethods: ["squash", "merge"], permission: "write" },
  });
  gitea.replies(ok({ ...repository, permissions: { admin: true, push: true, pull: true } }));
  expect(await gitea.forge.reading.repository()).toMatchObject({ permission: "admin" });
});

test("a pull request tells where it stands; one of a fork, also of one that is gone, is one", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull({ title: "WIP: x", draft: undefined, labels: [{ id: 1, name: "tamma" }] })));
  expect(await gitea.forge.reading.pullRequest(7)).toEqual({
    ...{ ...rig.ref, title: "WIP: x", body: "", state: "open", draft: true, branch: "tamma/12", head: sha },
    ...{ base: "main", fork: false, author: { id: "9", login: "tamma", bot: false }, labels: ["tamma"] },
    ...{ mergeSha: null, mergedBy: null },
  });
  const fork = rig.headOf({ repo_id: 4, repo: { id: 4 } });
  const gone = rig.headOf({ repo_id: -1, repo: null, ref: "refs/pull/7/head" });
  gitea.replies(ok(pull({ head: fork })), ok(pull({ head: gone, user: rig.gone })), refused(404, "no"));
  expect(await gitea.forge.reading.pullRequest(7)).toMatchObject({ fork: true });
  expect(await gitea.forge.reading.pullRequest(7)).toMatchObject({ fork: true, author: { id: "-1" } });
  expect(await gitea.forge.reading.pullRequest(7)).toBeNull();
});

test("a branch that was deleted after the merge still names its pull request, the newest first", async () => {
  await using gitea = await rig.connected("1.26.4", 1);
  const merged = { state: "closed", merged: true, merge_commit_sha: otherSha };
  const head = rig.headOf({ ref: "refs/pull/7/head" });
  gitea.replies(
    ok([pull({ number: 8, head: rig.headOf({ ref: "x", label: "x" }) })]),
    ok([pull({ ...merged, head })]),
  );
  expect(await gitea.forge.reading.pullRequestOf("tamma/12")).toMatchObject({
    ...{ number: 7, state: "merged", branch: "tamma/12", mergeSha: otherSha },
  });
  expect(gitea.asked()[1]).toBe("GET /pulls?state=all&page=2&limit=1");
  gitea.replies(ok(null));
  expect(await gitea.forge.reading.pullRequestOf("tamma/13")).toBeNull();
});

test("of an open pull request nothing counts as its merge", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull({ merge_commit_sha: otherSha })));
  expect(await gitea.forge.reading.pullRequest(7)).toMatchObject({ mergeSha: null });
});

test("the head of a branch is told, with slashes in its name; null where there is none", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(rig.branch(sha)), refused(404, "not found"));
  expect(await gitea.forge.reading.headOf("tamma/12-a#b")).toBe(sha);
  expect(await gitea.forge.reading.headOf("gone")).toBeNull();
  expect(gitea.asked()[0]).toBe("GET /branches/tamma/12-a%23b");
  const leaving = gitea.forge.reading.headOf("../../admin");
  expect(await rig.failing(leaving)).toMatchObject({ kind: "validation" });
});

test("two branches are compared both ways", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok({ total_commits: 3, commits: [] }), ok({ total_commits: 1, commits: null }));
  expect(await gitea.forge.reading.compare("main", "tamma/12")).toEqual({ ahead: 3, behind: 1 });
  expect(gitea.asked()).toEqual(["GET /compare/main...tamma/12", "GET /compare/tamma/12...main"]);
});

const file = (text: string | Uint8Array, change: Record<string, unknown> = {}) => {
  const bytes = Buffer.from(text);
  const content = bytes.toString("base64").replace(/(.{8})/g, "$1\n");
  return ok({ type: "file", sha: otherSha, size: bytes.length, encoding: "base64", content, ...change });
};

test("a file is told as text; a folder, and what is not there, are none", async () => {
  await using gitea = await rig.connected();
  gitea.replies(
    file("naïve\n"),
    ok([{ type: "file" }]),
    ok({ type: "submodule", sha, size: 0 }),
    refused(404, "x"),
  );
  expect(await gitea.forge.reading.file("docs/a b.md", "tamma/12")).toBe("naïve\n");
  expect(await gitea.forge.reading.file("docs", "main")).toBeNull();
  expect(await gitea.forge.reading.file("docs", "main")).toBeNull();
  expect(await gitea.forge.reading.file("docs", "main")).toBeNull();
  expect(gitea.asked()[0]).toBe("GET /contents/docs/a%20b.md?ref=tamma%2F12");
});

test("a file that is too big, or no text, is refused with the reason", async () => {
  await using gitea = await rig.connected();
  gitea.replies(
    file("x", { size: 2_000_000 }),
    file("x", { content: null }),
    file(Uint8Array.of(0xff, 0xfe)),
  );
  for (const reason of ["2000000 bytes", "1 bytes", "no text in UTF-8"]) {
    const error = await rig.failing(gitea.forge.reading.file("a.bin", "main"));
    expect(error).toMatchObject({ kind: "validation" });
    expect(error.message).toContain(reason);
  }
});

test("whose token it is, is asked once; an account of Gitea's own CI is a program", async () => {
  await using gitea = await rig.connected();
  gitea.replies(refused(500, "stumbled"), ok({ id: -2, login: "gitea-actions" }));
  expect(await gitea.forge.reading.me()).toEqual({ id: "-2", login: "gitea-actions", bot: true });
  await gitea.forge.reading.me();
  expect(gitea.asked()).toHaveLength(2);
});

test.each([
  ["1.22.0", "none", false, false],
  ["1.24.7", "none", false, false],
  ["1.25.3", "correlate", false, false],
  ["1.26.0+dev-123-g0123abc", "run-id", true, false],
  ["1.28.0-rc0", "run-id", true, true],
  ["2.0.0", "run-id", true, true],
  ["11.0.1+gitea-1.22.0", "none", false, false],
])("version %s decides what can be done", async (version, dispatch, resolveThreads, cancelRun) => {
  await using gitea = await rig.connected(version, 20);
  expect(gitea.forge.capabilities).toMatchObject({
    ...{ platform: "gitea", version, draft: "title-prefix", dispatch, resolveThreads, cancelRun },
    ...{ logs: dispatch !== "none", rerunFailed: dispatch === "run-id", pageSizeMax: 20, autoMerge: true },
  });
});

test("a server that is too old, no Gitea, or that refuses the token is told at once", async () => {
  await using server = await startWireServer();
  const options = { url: `${server.url}/`, token: "t", fetch, now: () => rig.now, pause: async () => {} };
  const connecting = (repository = "ann/calc") => rig.failing(giteaRepository({ ...options, repository }));
  server.replyWith(ok({ version: "1.21.11" }));
  expect(await connecting()).toMatchObject({ kind: "unsupported" });
  server.replyWith(ok({ version: "unknown" }));
  expect(await connecting()).toMatchObject({ kind: "validation" });
  server.replyWith(reply(200, "<!DOCTYPE html><html>Welcome"));
  expect(await connecting()).toMatchObject({ kind: "transient" });
  server.replyWith(refused(401, "user does not exist [uid: 0, name: ]"));
  expect(await connecting()).toMatchObject({ kind: "auth" });
  for (const name of ["calc", "ann/calc/x", "ann/..", ""])
    expect(await connecting(name)).toMatchObject({ kind: "validation" });
});

test("a server that does not tell its settings has small pages", async () => {
  await using server = await startWireServer();
  server.replyWith(ok({ version: "1.26.0" }), refused(403, "token does not have the scope"));
  const forge = await giteaRepository({
    ...{
      url: server.url,
      token: "t",
      repository: "ann/calc",
      fetch,
      now: () => rig.now,
      pause: async () => {},
    },
  });
  expect(forge.capabilities.pageSizeMax).toBe(30);
});

withSamples("answers of real servers are read: a pull request, statuses, a branch, hooks", async () => {
  await using gitea = await rig.connected();
  const { reading, ci, setup } = gitea.forge;
  gitea.replies(sample("pr"));
  expect(await reading.pullRequest(1)).toMatchObject({ number: 1, branch: "feature", base: "master" });
  gitea.replies(sample("branch"));
  expect(await reading.headOf("master")).toBe("f05f642b892d59a0a9ef6a31f6c905a24b5db13a");
  const statuses = JSON.parse(String(sample("statuses").body)) as unknown;
  gitea.replies(ok({ statuses }), ok(repository), ok(rig.branch(sha)));
  expect(await ci.checks(sha)).toMatchObject([{ state: "passed" }]);
  // A webhook of Gogs is none of ours.
  gitea.replies(sample("hooks"));
  expect(await setup.webhooks()).toEqual([]);
});

const bob = { id: 3, login: "bob" };
const bobNow = { id: "3", login: "bob", bot: false };
const pageOf = (kind: string, number: number) => `https://git.example.test/ann/calc/${kind}/${number}`;

test("comments of all conversations are read page by page, each with its place", async () => {
  await using gitea = await rig.connected("1.26.4", 2, ["GET /repos/ann/calc/issues/comments"]);
  const said = (id: number, place: object) => ({
    ...{ id, body: `words ${id}`, user: bob, created_at: "2026-11-30T10:00:00Z", ...place },
  });
  gitea.replies(
    ok({ id: 9, login: "tamma" }),
    ok([
      said(12, { issue_url: pageOf("issues", 5), pull_request_url: "" }),
      said(11, { issue_url: "", pull_request_url: pageOf("pulls", 6) }),
    ]),
    ok([said(13, { issue_url: pageOf("issues", 0), pull_request_url: "" })]),
  );
  const at = Date.parse("2026-11-30T10:00:00Z");
  const comment = (id: string) => ({ id, author: bobNow, body: `words ${id}`, at, key: null });
  expect(await gitea.forge.reading.commentsSince(at)).toEqual([
    { on: "pull-request", number: 6, comment: comment("11") },
    { on: "issue", number: 5, comment: comment("12") },
  ]);
});

test("who closed an issue stands in its timeline, unless it was opened again", async () => {
  await using gitea = await rig.connected();
  const entry = (type: string, user: object | null = bob) => ({
    ...{ type, body: "", user, created_at: "2026-11-30T10:00:00Z" },
  });
  gitea.replies(ok([entry("close"), entry("comment", null)]), ok([entry("close"), entry("reopen")]));
  expect(await gitea.forge.reading.closedBy(5)).toEqual(bobNow);
  expect(await gitea.forge.reading.closedBy(5)).toBeNull();
  gitea.replies(ok([entry("close", null)]), ok(pull({ state: "closed", merged: true, merged_by: bob })));
  expect(await gitea.forge.reading.closedBy(5)).toBeNull();
  expect(await gitea.forge.reading.pullRequest(7)).toMatchObject({ mergedBy: bobNow });
});
