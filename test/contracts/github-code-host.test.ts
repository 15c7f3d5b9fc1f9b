import { afterEach, beforeEach, expect, test } from "vitest";
import * as wire from "./github-wire.ts";
import { failing, notFound, nothing, ok, pull, pullBody, reply, sha } from "./github-wire.ts";

let github: wire.Rig;
beforeEach(async () => {
  github = await wire.startGithub();
});
afterEach(() => github[Symbol.asyncDispose]());
const host = () => github.forge.codeHost;

const request = { branch: "tamma/7", base: "main", title: "Round", body: "text", draft: true };
const validation = (message: string) =>
  reply(422, {
    message: "Validation Failed",
    errors: [{ resource: "PullRequest", code: "custom", message }],
  });
const exists = validation("A pull request already exists for acme:tamma/7.");

test("a pull request is looked for before it is opened, and found without another", async () => {
  github.replyWith(ok([pullBody()]));
  expect(await host().openPullRequest(request)).toEqual(pull);
  expect(github.asked()).toEqual([
    "GET /repos/acme/shop/pulls?head=acme%3Atamma%2F7&state=open&sort=created&direction=desc&per_page=100",
  ]);
});

test("a fork's branch of the same name is another one", async () => {
  const fork = pullBody({ number: 8, head: { ref: "tamma/7", sha: sha("a"), repo: { id: 2 } } });
  github.replyWith(ok([fork]), reply(201, pullBody()));
  expect((await host().openPullRequest(request)).number).toBe(9);
  expect(github.body("POST")).toEqual({
    ...{ head: "tamma/7", base: "main", title: "Round", body: "text", draft: true },
  });
});

test("whoever loses the race for a pull request gets the winner's", async () => {
  github.replyWith(ok([]), exists, ok([pullBody()]));
  expect(await host().openPullRequest(request)).toEqual(pull);
  github.replyWith(ok([]), validation("No commits between main and tamma/7"), ok([]));
  expect(await failing(host().openPullRequest(request))).toMatchObject({
    kind: "validation",
    message: expect.stringContaining("No commits between"),
  });
});

test("where a repository has no drafts, the pull request is opened without being one", async () => {
  const noDrafts = reply(422, { message: "Draft pull requests are not supported in this repository." });
  github.replyWith(ok([]), noDrafts, reply(201, pullBody()));
  expect((await host().openPullRequest(request)).number).toBe(9);
  expect(github.body("POST").draft).toBe(false);
});

test.each([
  [false, true, "markPullRequestReadyForReview"],
  [true, false, "convertPullRequestToDraft"],
])("draft becomes %j by GraphQL alone, and only when it is not so already", async (to, from, mutation) => {
  github.replyWith(ok(pullBody({ draft: to })));
  await host().setDraft(pull, to);
  expect(github.asked()).toEqual(["GET /repos/acme/shop/pulls/9"]);
  github.replyWith(ok(pullBody({ draft: from })), ok({ data: { [mutation]: {} } }));
  await host().setDraft(pull, to);
  expect(github.asked().at(-1)).toBe("POST /graphql");
  expect(github.body("POST")).toMatchObject({
    query: expect.stringContaining(mutation),
    variables: { id: "PR_9" },
  });
});

test("a mutation that GraphQL refuses is an error, though its status is 200", async () => {
  const errors = [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }];
  github.replyWith(ok(pullBody({ draft: true })), ok({ data: null, errors }));
  expect((await failing(host().setDraft(pull, false))).kind).toBe("forbidden");
});

test("reviewers of whom one cannot be asked are asked one by one", async () => {
  const bad = reply(422, { message: "Reviews may only be requested from collaborators." });
  github.replyWith(bad, reply(201, pullBody()), bad, reply(201, pullBody()));
  expect(await host().requestReviewers(pull, ["ann", "stranger", "bob"])).toEqual({ refused: ["stranger"] });
  expect(github.server.requests.slice(-3).map(({ body }) => body)).toEqual([
    ...[{ reviewers: ["ann"] }, { reviewers: ["stranger"] }, { reviewers: ["bob"] }],
  ]);
  github.replyWith(reply(201, pullBody()));
  expect(await host().requestReviewers(pull, ["ann", "bob"])).toEqual({ refused: [] });
  expect(await host().requestReviewers(pull, [])).toEqual({ refused: [] });
});

test("changes are sent as they are given, and nothing is sent for none", async () => {
  await host().updatePullRequest(pull, {});
  expect(github.asked()).toEqual([]);
  github.replyWith(ok(pullBody()));
  await host().updatePullRequest(pull, { title: "New" });
  expect(github.body("PATCH")).toEqual({ title: "New" });
});

test.each([{ state: "closed" }, { state: "closed", merged: true }])(
  "a pull request that is %j stays so when it is closed",
  async (over) => {
    github.replyWith(ok(pullBody(over)));
    await host().closePullRequest(pull);
    expect(github.asked()).toEqual(["GET /repos/acme/shop/pulls/9"]);
  },
);

test("an open one is closed", async () => {
  github.replyWith(ok(pullBody()));
  await host().closePullRequest(pull);
  expect(github.body("PATCH")).toEqual({ state: "closed" });
});

const ref = (head: string) => ok({ ref: "refs/heads/tamma/7", object: { sha: head, type: "commit" } });

test("a branch is deleted at its head alone", async () => {
  github.replyWith(ref(sha("a")), nothing);
  await host().deleteBranch("tamma/7", sha("a"));
  expect(github.asked()).toEqual([
    "GET /repos/acme/shop/git/ref/heads%2Ftamma%2F7",
    "DELETE /repos/acme/shop/git/refs/heads%2Ftamma%2F7",
  ]);
  github.replyWith(ref(sha("c")));
  expect((await failing(host().deleteBranch("tamma/7", sha("a")))).kind).toBe("head-moved");
});

test("a branch that is gone stays so, also when it goes meanwhile", async () => {
  github.replyWith(notFound);
  await host().deleteBranch("tamma/7", sha("a"));
  github.replyWith(ref(sha("a")), reply(422, { message: "Reference does not exist" }), notFound);
  await host().deleteBranch("tamma/7", sha("a"));
  github.replyWith(ref(sha("a")), reply(422, { message: "Cannot delete this branch" }), ref(sha("a")));
  expect((await failing(host().deleteBranch("tamma/7", sha("a")))).kind).toBe("validation");
});

test("a merge that git did itself is there as soon as GitHub shows it", async () => {
  github.replyWith(ok(pullBody({ merged: true, state: "closed", merge_commit_sha: sha("d") })));
  await host().recordMerge(pull, sha("d"));
  github.replyWith(ok(pullBody()));
  expect((await failing(host().recordMerge(pull, sha("d")))).kind).toBe("conflict");
});
