import { withMarker } from "@tamma/core/platforms/_shared/marker.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as wire from "./github-wire.ts";
import { ann, commentBody, failing, notFound, ok, pullBody, reply, sha } from "./github-wire.ts";

let github: wire.Rig;
beforeEach(async () => {
  github = await wire.startGithub();
});
afterEach(() => github[Symbol.asyncDispose]());
const reading = () => github.forge.reading;

const me = ok(wire.bot);
const issueBody = (over: Record<string, unknown> = {}) => ({
  ...{ id: 70, number: 7, title: "Rounding", body: null, state: "open", user: ann, comments: 0 },
  ...{ html_url: "https://github.test/acme/shop/issues/7", labels: ["old", { name: "tamma" }], ...over },
});
const forbidden = reply(403, { message: "Must have push access to view collaborator permission." });
const may = (permission: string, role_name?: string) => ok({ permission, role_name, user: null });

test("an issue comes with its comments, and who may write is looked up once per author", async () => {
  const eve = { id: 6, login: "eve" };
  const comments = [commentBody(1, "yes", ann), commentBody(2, "no", eve), commentBody(3, "ok", ann)];
  github.replyWith(ok(issueBody({ comments: 3 })), ok(comments), may("write", "write"), notFound);
  expect(await reading().issue(7)).toMatchObject({
    ...{ id: "70", number: 7, title: "Rounding", body: "", author: "ann", mayWrite: true },
    ...{ labels: ["old", "tamma"], url: "https://github.test/acme/shop/issues/7" },
    comments: [
      { author: "ann", mayWrite: true, body: "yes", at: Date.parse(wire.at) },
      { author: "eve", mayWrite: false },
      { author: "ann", mayWrite: true },
    ],
  });
  expect(github.asked().slice(2)).toEqual([
    "GET /repos/acme/shop/collaborators/ann/permission",
    "GET /repos/acme/shop/collaborators/eve/permission",
  ]);
});

test("of a long conversation the newest comments are read", async () => {
  const page = (n: number) => ok([commentBody(n, `on page ${n}`, ann)]);
  github.replyWith(ok(issueBody({ comments: 1_203 })), page(12), page(13), may("read"));
  const found = await reading().issue(7);
  expect(found?.comments.map(({ body }) => body)).toEqual(["on page 12", "on page 13"]);
  expect(github.asked()[1]).toBe("GET /repos/acme/shop/issues/7/comments?page=12&per_page=100");
});

test("whether an author may write stays open where the token may not ask", async () => {
  github.replyWith(ok(issueBody()), forbidden);
  expect(await reading().issue(7)).not.toHaveProperty("mayWrite");
});

test("a pull request is no issue, and neither is one that was deleted", async () => {
  github.replyWith(ok(issueBody({ pull_request: {} })));
  expect(await reading().issue(7)).toBeNull();
  github.replyWith(reply(410, { message: "This issue was deleted" }));
  expect(await reading().issue(7)).toBeNull();
});

test("pull requests are left out of the issues with a label", async () => {
  github.replyWith(ok([issueBody(), issueBody({ number: 8, pull_request: {} })]));
  expect(await reading().issuesWith("tamma")).toEqual([{ number: 7, title: "Rounding" }]);
  expect(github.asked()).toEqual([
    "GET /repos/acme/shop/issues?labels=tamma&state=open&sort=created&direction=asc&per_page=100",
  ]);
});

test.each([
  ["admin", "admin", "admin"],
  ["write", "maintain", "write"],
  ["write", "write", "write"],
  ["read", "triage", "read"],
  ["read", "read", "read"],
  ["none", "none", "none"],
  // A role that an organization made itself.
  ["write", "Release captain", "write"],
  ["read", "constructor", "read"],
  ["surprise", undefined, "none"],
])("the permission %s with the role %j is %s", async (permission, role, expected) => {
  github.replyWith(may(permission, role));
  expect(await reading().permissionOf("ann")).toBe(expected);
});

test("somebody unknown may do nothing, and a token that may not ask is told so", async () => {
  github.replyWith(notFound);
  expect(await reading().permissionOf("dependabot[bot]")).toBe("none");
  github.replyWith(forbidden);
  expect((await failing(reading().permissionOf("ann"))).kind).toBe("forbidden");
});

test("only a comment of ours has a key, and nobody's text shows the line with it", async () => {
  const text = withMarker("text", "loop:1", 65_536);
  github.replyWith(me, ok([commentBody(1, text), commentBody(2, text, ann), commentBody(3, text, null)]));
  const found = await reading().comments(7, Date.parse(wire.at));
  expect(found.map(({ key, body }) => [key, body])).toEqual([
    ...[
      ["loop:1", "text"],
      [null, "text"],
      [null, "text"],
    ],
  ]);
  expect(found[2]?.author.login).toBe("ghost");
  expect(github.asked().at(-1)).toContain(`since=${encodeURIComponent("2026-11-30T00:53:20.000Z")}`);
});

test.each([
  [{}, { state: "open", fork: false, mergeSha: null }],
  // Of an open one it names a trial merge.
  [{ merge_commit_sha: sha("e") }, { state: "open", mergeSha: null }],
  [
    { state: "closed", merged: true, merge_commit_sha: sha("e") },
    { state: "merged", mergeSha: sha("e") },
  ],
  [{ merged: undefined, state: "closed", merged_at: wire.at }, { state: "merged" }],
  [{ head: { ref: "x", sha: sha("a"), repo: null } }, { fork: true }],
  [{ head: { ref: "x", sha: sha("a"), repo: { id: 2 } } }, { fork: true }],
])("a pull request with %j is %j", async (over, expected) => {
  github.replyWith(ok(pullBody(over)));
  expect(await reading().pullRequest(9)).toMatchObject({ number: 9, base: "main", ...expected });
});

test("the newest pull request of a branch is found whatever its state", async () => {
  github.replyWith(ok([pullBody({ state: "closed" })]));
  expect(await reading().pullRequestOf("tamma/7")).toMatchObject({ number: 9, state: "closed" });
  expect(github.asked()[0]).toContain("state=all&sort=created&direction=desc");
  github.replyWith(ok([]));
  expect(await reading().pullRequestOf("tamma/8")).toBeNull();
});

test.each([
  [{ mergeable: null, mergeable_state: "unknown" }, "checking"],
  [{ mergeable: true, mergeable_state: "clean" }, "ready"],
  [{ mergeable: true, mergeable_state: "unstable" }, "ready"],
  [{ mergeable: true, mergeable_state: "has_hooks" }, "ready"],
  [{ mergeable: false, mergeable_state: "dirty" }, "conflict"],
  [{ mergeable: true, mergeable_state: "behind" }, "behind"],
  [{ mergeable: true, mergeable_state: "blocked" }, "blocked"],
  [{ mergeable: true, mergeable_state: "draft", draft: true }, "draft"],
  [{ state: "closed" }, "blocked"],
])("a pull request with %j is %s", async (over, state) => {
  github.replyWith(ok(pullBody(over)));
  expect((await reading().mergeability(9)).state).toBe(state);
});

test("reviews come with verdict, commit and time; what is not submitted is nobody's verdict", async () => {
  const review = (id: number, state: string) => ({
    ...{ id, state, user: ann, body: "fine", commit_id: sha("a"), submitted_at: wire.at },
  });
  const pending = { ...review(4, "PENDING"), submitted_at: undefined };
  github.replyWith(
    me,
    ok([review(1, "APPROVED"), review(2, "CHANGES_REQUESTED"), review(3, "DISMISSED"), pending]),
  );
  expect(await reading().reviews(9)).toMatchObject([
    { id: "1", verdict: "approved", sha: sha("a"), at: Date.parse(wire.at), key: null },
    { id: "2", verdict: "changes-requested" },
    { id: "3", verdict: "dismissed" },
  ]);
});

test("the head of a branch is null where there is none, or no commit at all", async () => {
  github.replyWith(ok({ object: { sha: sha("a"), type: "commit" } }));
  expect(await reading().headOf("feature/ä b")).toBe(sha("a"));
  expect(github.asked()).toEqual(["GET /repos/acme/shop/git/ref/heads%2Ffeature%2F%C3%A4%20b"]);
  github.replyWith(notFound);
  expect(await reading().headOf("gone")).toBeNull();
  github.replyWith(reply(409, { message: "Git Repository is empty." }));
  expect(await reading().headOf("main")).toBeNull();
});

const base64 = (text: string) => Buffer.from(text).toString("base64").replace(/.{60}/g, "$&\n");
const fileBody = (over: Record<string, unknown>) => ({
  ...{ type: "file", size: 10, sha: sha("f"), encoding: "base64", content: base64("a: é\n") },
  ...over,
});

test("the text of a file comes as UTF-8, of a big one from its blob", async () => {
  github.replyWith(ok(fileBody({})));
  expect(await reading().file(".github/tamma.yml", "main")).toBe("a: é\n");
  expect(github.asked()).toEqual(["GET /repos/acme/shop/contents/.github%2Ftamma.yml?ref=main"]);
  const long = "é".repeat(600_000);
  const blob = { content: base64(long), encoding: "base64", sha: sha("f"), size: 1_200_000 };
  github.replyWith(ok(fileBody({ size: 1_200_000, encoding: "none", content: "" })), ok(blob));
  expect(await reading().file("big.txt", "main")).toBe(long);
});

test("a folder and what is not there are no files, and one too big is an error", async () => {
  github.replyWith(ok([{ type: "file", name: "a" }]));
  expect(await reading().file("src", "main")).toBeNull();
  github.replyWith(notFound);
  expect(await reading().file("gone", "main")).toBeNull();
  github.replyWith(ok(fileBody({ size: 10_000_001 })));
  expect((await failing(reading().file("huge", "main"))).kind).toBe("validation");
});

test("two branches are compared without their files", async () => {
  github.replyWith(ok({ ahead_by: 2, behind_by: 5, files: [] }));
  expect(await reading().compare("main", "tamma/7")).toEqual({ ahead: 2, behind: 5 });
  expect(github.asked()).toEqual(["GET /repos/acme/shop/compare/main...tamma%2F7?per_page=1"]);
});

test("an empty repository is known by its branch", async () => {
  github.replyWith(ok(wire.repositoryBody), reply(409, { message: "Git Repository is empty." }));
  expect((await reading().repository()).empty).toBe(true);
});

test("who closed an issue and who merged a pull request is told, where GitHub does", async () => {
  const bob = { id: 8, login: "bob" };
  github.replyWith(ok(issueBody({ state: "closed", closed_by: bob, pull_request: {} })), notFound);
  expect(await reading().closedBy(7)).toMatchObject({ id: "8", login: "bob" });
  expect(await reading().closedBy(7)).toBeNull();
  github.replyWith(ok(pullBody({ state: "closed", merged: true, merged_by: bob })));
  expect(await reading().pullRequest(7)).toMatchObject({ mergedBy: { id: "8", login: "bob" } });
  expect(await reading().commentsSince(0)).toBeNull();
});
