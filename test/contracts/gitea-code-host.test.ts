import { expect, test } from "vitest";
import * as rig from "./gitea-rig.ts";

const { ok, pull, ref, reply, refused, sha, otherSha, me } = rig;

test("a draft is opened with a prefix in its title, after a look for one that is there", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(null), reply(201, pull({ title: "WIP: Fix rounding", draft: true })));
  const request = { branch: "tamma/12", base: "main", title: "Fix rounding", body: "For #12.", draft: true };
  expect(await gitea.forge.codeHost.openPullRequest(request)).toEqual(ref);
  expect(gitea.asked()).toEqual(["GET /pulls?state=open&page=1&limit=50", "POST /pulls"]);
  expect(gitea.bodies()).toEqual([
    { head: "tamma/12", base: "main", title: "WIP: Fix rounding", body: "For #12." },
  ]);
});

test("an open pull request of the branch is found on the second page; one of a fork is not it", async () => {
  await using gitea = await rig.connected("1.22.0", 2);
  const fork = pull({ id: 1, number: 1, head: rig.headOf({ repo_id: 4, repo: { id: 4 } }) });
  const other = pull({ id: 2, number: 2, head: rig.headOf({ ref: "x", label: "x" }) });
  gitea.replies(ok([fork, other]), ok([pull()]));
  const request = { branch: "tamma/12", base: "main", title: "t", body: "", draft: false };
  expect(await gitea.forge.codeHost.openPullRequest(request)).toEqual(ref);
  expect(gitea.asked()).toEqual([
    "GET /pulls?state=open&page=1&limit=2",
    "GET /pulls?state=open&page=2&limit=2",
  ]);
});

test("one that somebody opens at the same moment is found again", async () => {
  await using gitea = await rig.connected();
  const there = "pull request already exists for these targets";
  gitea.replies(ok([]), refused(409, there), ok([pull()]));
  const request = { branch: "tamma/12", base: "main", title: "t", body: "", draft: false };
  expect(await gitea.forge.codeHost.openPullRequest(request)).toEqual(ref);
  gitea.replies(ok([]), refused(409, there), ok([]));
  expect(await rig.failing(gitea.forge.codeHost.openPullRequest(request))).toMatchObject({
    kind: "conflict",
  });
});

test.each([
  [true, "Fix rounding", "WIP: Fix rounding"],
  [false, "WIP: Fix rounding", "Fix rounding"],
  [false, "[wip] Fix rounding", "Fix rounding"],
  [false, "wip: [WIP]Fix rounding", "Fix rounding"],
])("draft %s makes of the title %j the title %j", async (draft, before, after) => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull({ title: before, draft: !draft })), reply(201, pull({ title: after, draft })));
  await gitea.forge.codeHost.setDraft(ref, draft);
  expect(gitea.bodies()).toEqual([{ title: after }]);
});

test("what is a draft already, or none, stays as it is; old servers tell it by the title", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull({ title: "[WIP] x", draft: undefined })), ok(pull({ title: "x", draft: undefined })));
  await gitea.forge.codeHost.setDraft(ref, true);
  await gitea.forge.codeHost.setDraft(ref, false);
  expect(gitea.bodies()).toEqual([]);
});

test("a server with other prefixes for drafts says so instead of doing nothing", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull({ title: "Entwurf: x", draft: true })));
  const error = await rig.failing(gitea.forge.codeHost.setDraft(ref, false));
  expect(error).toMatchObject({ kind: "unsupported" });
});

test.each([
  [true, "WIP: Fix it", "Round half up", "WIP: Round half up"],
  [false, "Fix it", "WIP: Round half up", "Round half up"],
])("a new title keeps draft %s", async (draft, before, title, sent) => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull({ title: before, draft })), reply(201, pull({ title: sent, draft })));
  await gitea.forge.codeHost.updatePullRequest(ref, { title, body: "b" });
  expect(gitea.bodies()).toEqual([{ title: sent, body: "b" }]);
});

test("a new text alone is sent without a look, and no change at all is not sent", async () => {
  await using gitea = await rig.connected();
  gitea.replies(reply(201, pull()));
  await gitea.forge.codeHost.updatePullRequest(ref, { body: "b" });
  await gitea.forge.codeHost.updatePullRequest(ref, {});
  expect(gitea.asked()).toEqual(["PATCH /pulls/7"]);
});

test("one reviewer who cannot be asked does not keep the others from being asked", async () => {
  await using gitea = await rig.connected();
  const no = refused(422, "poster of pr can't be reviewer");
  gitea.replies(no, reply(201, []), no, refused(404, "User 'bob' not exist"));
  expect(await gitea.forge.codeHost.requestReviewers(ref, ["ann", "tamma", "bob"])).toEqual({
    refused: ["tamma", "bob"],
  });
  expect(gitea.bodies()).toEqual([
    { reviewers: ["ann", "tamma", "bob"] },
    ...[{ reviewers: ["ann"] }, { reviewers: ["tamma"] }, { reviewers: ["bob"] }],
  ]);
});

test("all reviewers are asked at once, a single one is refused at once, nobody costs nothing", async () => {
  await using gitea = await rig.connected();
  gitea.replies(reply(201, []), refused(404, "User 'bob' not exist"));
  expect(await gitea.forge.codeHost.requestReviewers(ref, ["ann", "eve"])).toEqual({ refused: [] });
  expect(await gitea.forge.codeHost.requestReviewers(ref, ["bob"])).toEqual({ refused: ["bob"] });
  expect(await gitea.forge.codeHost.requestReviewers(ref, [])).toEqual({ refused: [] });
  expect(gitea.asked()).toHaveLength(2);
});

test("a server that stumbles while reviewers are asked is no refusal of theirs", async () => {
  await using gitea = await rig.connected();
  gitea.replies(reply(502));
  const work = gitea.forge.codeHost.requestReviewers(ref, ["ann"]);
  expect(await rig.failing(work)).toMatchObject({ kind: "transient" });
});

test("a branch is deleted at the head that is known, and left alone at another", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(rig.branch(sha)), reply(204));
  await gitea.forge.codeHost.deleteBranch("tamma/12", sha);
  gitea.replies(ok(rig.branch(otherSha)));
  const error = await rig.failing(gitea.forge.codeHost.deleteBranch("tamma/12", sha));
  expect(error).toMatchObject({ kind: "head-moved" });
  gitea.replies(refused(404, "not found"));
  await gitea.forge.codeHost.deleteBranch("tamma/12", sha);
  expect(gitea.asked()).toEqual([
    ...["GET /branches/tamma/12", "DELETE /branches/tamma/12"],
    ...["GET /branches/tamma/12", "GET /branches/tamma/12"],
  ]);
});

test("an open pull request is closed; a merged one stays", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(pull()), reply(201, pull({ state: "closed" })));
  await gitea.forge.codeHost.closePullRequest(ref);
  gitea.replies(ok(pull({ state: "closed", merged: true, merge_commit_sha: sha })));
  await gitea.forge.codeHost.closePullRequest(ref);
  expect(gitea.bodies()).toEqual([{ state: "closed" }]);
});

test("a comment is posted once per key, replaced later, and never mistaken for somebody else's", async () => {
  await using gitea = await rig.connected();
  const { codeHost } = gitea.forge;
  gitea.replies(ok(me), ok(null), reply(201, rig.comment(5, "")));
  await codeHost.upsertComment(ref, "loop:sticky", "Working");
  const [first] = gitea.bodies() as [{ body: string }];
  expect(first.body).toMatch(/^<!-- tamma:key \S+ -->\n\nWorking$/);
  const look = ["GET /user", "GET /issues/7/comments"];
  expect(gitea.asked()).toEqual([...look, "POST /issues/7/comments"]);

  const forged = rig.comment(4, first.body, { user: rig.ann });
  const ours = rig.comment(5, first.body, { user: me });
  await using later = await rig.connected();
  later.replies(ok(me), ok([forged, ours]));
  await later.forge.codeHost.upsertComment(ref, "loop:sticky", "Working");
  expect(later.asked()).toEqual(look);
  later.replies(ok(ours));
  await later.forge.codeHost.upsertComment(ref, "loop:sticky", "Done");
  expect(later.asked()).toEqual([...look, "PATCH /issues/comments/5"]);
  await using others = await rig.connected();
  others.replies(ok(me), ok([forged]), reply(201, ours));
  await others.forge.codeHost.upsertComment(ref, "loop:sticky", "Done");
  expect(others.asked()).toEqual([...look, "POST /issues/7/comments"]);
});
