import { afterEach, beforeEach, expect, test } from "vitest";
import * as wire from "./github-wire.ts";
import { failing, notFound, ok, pull, pullBody, reply, sha } from "./github-wire.ts";

let github: wire.Rig;
beforeEach(async () => {
  github = await wire.startGithub();
});
afterEach(() => github[Symbol.asyncDispose]());

const how = {
  ...({ method: "squash", head: sha("a"), base: sha("b"), queued: false } as const),
  ...{ title: "Round (#9)", message: "why" },
};
const merge = () => github.forge.codeHost.merge(pull, how);
const noRules = ok([]);
const mainAt = (at: string) => ok({ ref: "refs/heads/main", object: { sha: at, type: "commit" } });
const onBase = mainAt(sha("b"));
const refused = (refusal: object) => ({ state: "refused", refusal });
const merged = pullBody({ state: "closed", merged: true, merge_commit_sha: sha("d") });

test("a merge names the head that was approved, its method and its words", async () => {
  github.replyWith(ok(pullBody()), noRules, onBase, ok({ sha: sha("d"), merged: true, message: "ok" }));
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
  expect(await merge()).toEqual(refused({ why: "head-moved", head: sha("c") }));
  // It moved between the look and the merge: GitHub's own guard.
  const guard = reply(409, { message: "Head branch was modified. Review and try the merge again." });
  github.replyWith(ok(pullBody()), noRules, onBase, guard, ok(moved));
  expect(await merge()).toEqual(refused({ why: "head-moved", head: sha("c") }));
});

test("into another base than the proven one nothing is merged", async () => {
  github.replyWith(ok(pullBody()), noRules, mainAt(sha("e")));
  expect(await merge()).toEqual(refused({ why: "base-moved", base: sha("e") }));
  github.replyWith(ok(pullBody()), noRules, notFound);
  expect(await merge()).toEqual(refused({ why: "blocked", words: "there is no branch main" }));
  expect(github.asked().filter((asked) => asked.startsWith("PUT"))).toEqual([]);
});

test.each([
  ["Pull Request is not mergeable", { mergeable: false, mergeable_state: "dirty" }, "conflict"],
  ["Pull Request is not mergeable", { mergeable: true, mergeable_state: "blocked" }, "blocked"],
  ['Required status check "build" is expected.', { mergeable: true, mergeable_state: "blocked" }, "blocked"],
  ["Squash merges are not allowed on this repository.", {}, "blocked"],
])("405 %s with %j is a refusal: %s", async (message, now, why) => {
  github.replyWith(ok(pullBody()), noRules, onBase, reply(405, { message }), ok(pullBody(now)));
  expect(await merge()).toMatchObject(refused({ why, words: expect.stringContaining(message) }));
});

test.each([
  [405, "Base branch was modified. Review and try the merge again.", "conflict"],
  [405, "Merge already in progress", "conflict"],
  [409, "Conflict", "conflict"],
  [403, "Resource not accessible by integration", "forbidden"],
])("%d %s is %s", async (status, message, kind) => {
  github.replyWith(ok(pullBody()), noRules, onBase, reply(status, { message }), ok(pullBody()));
  const error = await failing(merge());
  expect(error).toMatchObject({ kind, operation: "merge" });
  expect(error.message).toContain(message);
});

test("whoever finds it merged by another after a refusal answers with that merge", async () => {
  github.replyWith(ok(pullBody()), noRules, onBase, reply(405, { message: "not mergeable" }), ok(merged));
  expect(await merge()).toEqual({ state: "merged", sha: sha("d") });
});

test("a closed one is not merged, and where rules are unknown the merge itself decides", async () => {
  github.replyWith(ok(pullBody({ state: "closed" })));
  expect(await merge()).toMatchObject(refused({ why: "blocked" }));
  github.replyWith(ok(pullBody()), notFound, onBase, ok({ sha: sha("d"), merged: true }));
  expect((await merge()).state).toBe("merged");
});

const queueRule = ok([{ type: "merge_queue", parameters: {} }]);
const enqueued = ok({ data: { enqueuePullRequest: {} } });
const inQueue = (isInMergeQueue: boolean) => ok({ data: { node: { isInMergeQueue } } });

test("where the base has a merge queue, the pull request joins it once, with its head", async () => {
  github.replyWith(ok(pullBody()), queueRule, inQueue(false), onBase, enqueued);
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
  github.replyWith(ok(pullBody()), queueRule, inQueue(false), onBase, ok({ errors }));
  expect(await merge()).toEqual(refused({ why: "blocked", words: "422 Pull request is not mergeable" }));
});

test("what left the queue is merged, or refused, and never put back by itself", async () => {
  const again = () => github.forge.codeHost.merge(pull, { ...how, queued: true });
  github.replyWith(ok(pullBody()), queueRule, inQueue(false), ok(merged));
  expect(await again()).toEqual({ state: "merged", sha: sha("d") });
  github.replyWith(ok(pullBody()), queueRule, inQueue(false), ok(pullBody()));
  expect(await again()).toEqual(refused({ why: "blocked", words: "GitHub took it out of its merge queue" }));
  // In the queue the base may move: GitHub proves the change on the base that it will have.
  github.replyWith(ok(pullBody()), queueRule, inQueue(true));
  expect(await again()).toEqual({ state: "queued" });
});
