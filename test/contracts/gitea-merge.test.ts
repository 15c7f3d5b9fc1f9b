import { expect, test } from "vitest";
import * as rig from "./gitea-rig.ts";

const { ok, pull, ref, reply, refused, sha, otherSha } = rig;

const how = {
  ...{ method: "squash" as const, head: sha, base: otherSha, queued: false },
  ...{ title: "Fix rounding (#7)", message: "For #12." },
};
const onBase = ok(rig.branch(otherSha));
const not = (refusal: object) => ({ state: "refused", refusal });
const merged = pull({ state: "closed", merged: true, merge_commit_sha: otherSha });

const words = { merge_title_field: "Fix rounding (#7)", merge_message_field: "For #12." };
const oldWords = { MergeTitleField: "Fix rounding (#7)", MergeMessageField: "For #12." };

test.each([
  ["1.26.4", { Do: "squash", ...words, ...oldWords }],
  ["1.27.0", { do: "squash", ...words }],
])("version %s is told how to merge in its own words, and which head", async (version, told) => {
  await using gitea = await rig.connected(version);
  gitea.replies(ok(pull()), onBase, reply(200), ok(merged));
  expect(await gitea.forge.codeHost.merge(ref, how)).toEqual({ state: "merged", sha: otherSha });
  const asked = ["GET /pulls/7", "GET /branches/main", "POST /pulls/7/merge", "GET /pulls/7"];
  expect(gitea.asked()).toEqual(asked);
  expect(gitea.bodies()).toEqual([{ ...told, head_commit_id: sha }]);
});

test("what is merged already is answered as merged, also when the answer to the merge was lost", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(merged));
  expect(await gitea.forge.codeHost.merge(ref, how)).toEqual({ state: "merged", sha: otherSha });
  gitea.replies(ok(pull()), onBase, { ...reply(200), ending: "reset" }, ok(merged));
  expect(await gitea.forge.codeHost.merge(ref, how)).toEqual({ state: "merged", sha: otherSha });
  // Gitea says 405 without a word then.
  gitea.replies(ok(pull()), onBase, refused(405, ""), ok(merged));
  expect(await gitea.forge.codeHost.merge(ref, how)).toEqual({ state: "merged", sha: otherSha });
});

test("the commit of a merge is waited for; without it the merge is asked for again later", async () => {
  await using gitea = await rig.connected();
  const unnamed = pull({ state: "closed", merged: true, merge_commit_sha: null });
  gitea.replies(ok(pull()), onBase, reply(200), ok(unnamed), ok(merged));
  expect(await gitea.forge.codeHost.merge(ref, how)).toEqual({ state: "merged", sha: otherSha });
  gitea.replies(ok(unnamed));
  expect(await rig.failing(gitea.forge.codeHost.merge(ref, how))).toMatchObject({ kind: "transient" });
});

test("another head, another base and a closed pull request are told before anything is sent", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull({ head: rig.headOf({ sha: otherSha }) })));
  expect(await gitea.forge.codeHost.merge(ref, how)).toEqual(not({ why: "head-moved", head: otherSha }));
  gitea.replies(ok(pull({ state: "closed" })));
  expect(await gitea.forge.codeHost.merge(ref, how)).toMatchObject(not({ why: "blocked" }));
  gitea.replies(ok(pull()), ok(rig.branch(sha)));
  expect(await gitea.forge.codeHost.merge(ref, how)).toEqual(not({ why: "base-moved", base: sha }));
  gitea.replies(ok(pull()), refused(404, "branch does not exist"));
  expect(await gitea.forge.codeHost.merge(ref, how)).toMatchObject(not({ why: "blocked" }));
  expect(gitea.bodies()).toEqual([]);
});

const conflict = {
  Style: "merge",
  StdOut: "CONFLICT (content): Merge conflict in a.ts",
  StdErr: "",
  Err: {},
};

test.each<[string, number, unknown, string]>([
  ["a draft", 405, { message: "Work in progress PRs cannot be merged" }, "blocked"],
  ["a rule", 405, { message: "Not all required status checks successful" }, "blocked"],
  ["somebody who may not", 405, { message: "User not allowed to merge PR" }, "blocked"],
  ["a conflict in git's own words", 409, conflict, "conflict"],
  ["a hook that refuses", 409, { message: "PushRejected with remote message: no" }, "blocked"],
  ["a head that moved", 409, { message: "head out of date" }, "head-moved"],
])("%s (%d) is a refusal that says so", async (_what, status, body, why) => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull()), onBase, reply(status, body), ok(pull()));
  expect(await gitea.forge.codeHost.merge(ref, how)).toMatchObject(not({ why }));
});

test.each<[string, number, unknown, string]>([
  ["a base that moved", 409, { message: "merge push out of date" }, "conflict"],
  ["an archived repository", 423, { message: "is archived" }, "forbidden"],
])("%s (%d) is told by its kind", async (_what, status, body, kind) => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull()), onBase, reply(status, body), ok(pull()));
  expect(await rig.failing(gitea.forge.codeHost.merge(ref, how))).toMatchObject({ kind, operation: "merge" });
});

test("while Gitea looks for conflicts it is asked again; one that it has found is told then", async () => {
  await using gitea = await rig.connected();
  const later = refused(405, "Please try again later");
  gitea.replies(ok(pull()), onBase, later, later, reply(200), ok(merged));
  expect(await gitea.forge.codeHost.merge(ref, how)).toMatchObject({ state: "merged" });
  expect(gitea.pauses).toEqual([1_000, 2_000]);
  gitea.replies(ok(pull()), onBase, later, later, later, later, ok(pull({ mergeable: false })));
  expect(await gitea.forge.codeHost.merge(ref, how)).toMatchObject(not({ why: "conflict" }));
});

test("a merge that git did is recorded as one, and recording it again changes nothing", async () => {
  await using gitea = await rig.connected("1.27.1");
  gitea.replies(ok(pull()), reply(200));
  await gitea.forge.codeHost.recordMerge(ref, otherSha);
  gitea.replies(ok(merged));
  await gitea.forge.codeHost.recordMerge(ref, otherSha);
  expect(gitea.bodies()).toMatchObject([{ do: "manually-merged", merge_commit_id: otherSha }]);
  const notAllowed = refused(
    405,
    "manually-merged is not allowed an allowed merge style for this repository",
  );
  gitea.replies(ok(pull()), notAllowed, ok(pull()));
  const work = gitea.forge.codeHost.recordMerge(ref, otherSha);
  expect(await rig.failing(work)).toMatchObject({ kind: "not-mergeable" });
});

const rules = (change: Record<string, unknown>) => ok(rig.branch(otherSha, { protected: true, ...change }));
const statuses = (...all: unknown[]) => ok({ state: "pending", statuses: all });
const checking = { enable_status_check: true, status_check_contexts: ["ci/*"] };

test.each<[string, Parameters<typeof pull>[0], ReturnType<typeof ok>[], string, string | null]>([
  ["nothing in the way", {}, [ok(rig.branch(otherSha))], "ready", null],
  ["a draft", { draft: true, mergeable: false }, [], "draft", null],
  ["a merged one", { merged: true, state: "closed" }, [], "blocked", "it is merged"],
  ["a closed one", { state: "closed" }, [], "blocked", "it is closed"],
  ["a conflict", { mergeable: false }, [ok(pull({ mergeable: false }))], "conflict", null],
  [
    "one that changed just now",
    { mergeable: false },
    [ok(pull({ mergeable: false, updated_at: "2026-11-30T13:59:50+02:00" }))],
    ...(["checking", null] as const),
  ],
  [
    "one that is found out meanwhile",
    { mergeable: false },
    [ok(pull()), ok(rig.branch(otherSha))],
    "ready",
    null,
  ],
  [
    "a pattern that no status fits",
    {},
    [rules(checking), statuses(rig.status(1, "lint", "success"))],
    ...(["blocked", 'nobody has reported "ci/*"'] as const),
  ],
  [
    "a status that failed",
    {},
    [rules(checking), statuses(rig.status(1, "ci/a", "success"), rig.status(2, "ci/b", "error"))],
    ...(["blocked", '"ci/b" is failed'] as const),
  ],
  ["statuses that pass", {}, [rules(checking), statuses(rig.status(1, "ci/a", "warning"))], "ready", null],
  [
    "a rule for all statuses",
    {},
    [rules({ enable_status_check: true }), ok(null)],
    ...(["blocked", 'nobody has reported "*"'] as const),
  ],
  [
    "too few approvals",
    {},
    [
      rules({ required_approvals: 2 }),
      ok([
        ...[rig.review(1, { state: "APPROVED", official: true }), rig.review(2, { state: "APPROVED" })],
        rig.review(3, { state: "APPROVED", official: true }),
      ]),
    ],
    ...(["blocked", "1 of 2 approvals"] as const),
  ],
  [
    "an account that may not",
    {},
    [rules({ user_can_merge: false }), ok(rig.me)],
    "blocked",
    "tamma may not merge into it",
  ],
])("%s is what mergeability says", async (_what, change, more, state, why) => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull(change)), ...more);
  expect(await gitea.forge.reading.mergeability(7)).toEqual({ state, why });
});
