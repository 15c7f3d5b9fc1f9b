import { afterEach, beforeEach, expect, test } from "vitest";
import * as wire from "./github-wire.ts";
import { failing, notFound, ok, pull, pullBody, reply, sha } from "./github-wire.ts";

let github: wire.Rig;
beforeEach(async () => {
  github = await wire.startGithub();
});
afterEach(() => github[Symbol.asyncDispose]());

const how = { method: "squash", head: sha("a"), title: "Round (#9)", message: "why" } as const;
const merge = () => github.forge.codeHost.merge(pull, how);
const noRules = ok([]);
const merged = pullBody({ state: "closed", merged: true, merge_commit_sha: sha("d") });

test("a merge names the head that was approved, its method and its words", async () => {
  github.replyWith(ok(pullBody()), noRules, ok({ sha: sha("d"), merged: true, message: "ok" }));
  expect(await merge()).toEqual({ state: "merged", sha: sha("d") });
  expect(github.body("PUT")).toEqual({
    ...{ sha: sha("a"), merge_method: "squash", commit_title: "Round (#9)", commit_message: "why" },
  });
});

test("what is merged already is answered as merged, with the same commit", async () => {
  github.replyWith(ok(merged));
  expect(await merge()).toEqual({ state: "merged", sha: sha("d") });
  expect(github.asked()).toEqual(["GET /repos/acme/shop/pulls/9"]);
});

test("another head is never merged", async () => {
  const moved = pullBody({ head: { ref: "tamma/7", sha: sha("c"), repo: { id: 1 } } });
  github.replyWith(ok(moved));
  expect((await failing(merge())).kind).toBe("head-moved");
  // It moved between the look and the merge: GitHub's own guard.
  const guard = reply(409, { message: "Head branch was modified. Review and try the merge again." });
  github.replyWith(ok(pullBody()), noRules, guard, ok(moved));
  expect((await failing(merge())).kind).toBe("head-moved");
});

test.each([
  [405, "Pull Request is not mergeable", "not-mergeable"],
  [405, 'Required status check "build" is expected.', "not-mergeable"],
  [405, "Squash merges are not allowed on this repository.", "not-mergeable"],
  [405, "Base branch was modified. Review and try the merge again.", "conflict"],
  [405, "Merge already in progress", "conflict"],
  [409, "Conflict", "conflict"],
  [403, "Resource not accessible by integration", "forbidden"],
])("%d %s is %s", async (status, message, kind) => {
  github.replyWith(ok(pullBody()), noRules, reply(status, { message }), ok(pullBody()));
  const error = await failing(merge());
  expect(error).toMatchObject({ kind, operation: "merge" });
  expect(error.message).toContain(message);
});

test("whoever finds it merged by another after a refusal answers with that merge", async () => {
  github.replyWith(ok(pullBody()), noRules, reply(405, { message: "not mergeable" }), ok(merged));
  expect(await merge()).toEqual({ state: "merged", sha: sha("d") });
});

test("a closed one is not merged, and where rules are unknown the merge itself decides", async () => {
  github.replyWith(ok(pullBody({ state: "closed" })));
  expect((await failing(merge())).kind).toBe("not-mergeable");
  github.replyWith(ok(pullBody()), notFound, ok({ sha: sha("d"), merged: true }));
  expect((await merge()).state).toBe("merged");
});

const queueRule = ok([{ type: "merge_queue", parameters: {} }]);
const inQueue = (isInMergeQueue: boolean) => ok({ data: { node: { isInMergeQueue } } });

test("where the base has a merge queue, the pull request joins it once, with its head", async () => {
  github.replyWith(ok(pullBody()), queueRule, inQueue(false), ok({ data: { enqueuePullRequest: {} } }));
  expect(await merge()).toEqual({ state: "queued" });
  expect(github.body("POST")).toMatchObject({ variables: { id: "PR_9", head: sha("a") } });
  const before = github.asked().length;
  github.replyWith(ok(pullBody()), queueRule, inQueue(true));
  expect(await merge()).toEqual({ state: "queued" });
  expect(
    github
      .asked()
      .slice(before)
      .filter((asked) => asked.startsWith("PUT")),
  ).toEqual([]);
});

test("a queue that does not take it says why", async () => {
  const errors = [{ type: "UNPROCESSABLE", message: "Pull request is not mergeable" }];
  github.replyWith(ok(pullBody()), queueRule, inQueue(false), ok({ errors }));
  expect(await failing(merge())).toMatchObject({
    ...{ kind: "not-mergeable", message: "merge: 422 Pull request is not mergeable" },
  });
});
