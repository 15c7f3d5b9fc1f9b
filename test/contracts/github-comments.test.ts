import { keyIn, withMarker } from "@tamma/core/platforms/_shared/marker.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as wire from "./github-wire.ts";
import { ann, commentBody, failing, notFound, ok, pull, reply } from "./github-wire.ts";

let github: wire.Rig;
beforeEach(async () => {
  github = await wire.startGithub();
});
afterEach(() => github[Symbol.asyncDispose]());

const issue = { id: "70", number: 7 };
const marked = (text: string, key: string) => withMarker(text, key, 65_536);
const me = ok(wire.bot);
const comments = "/repos/acme/shop/issues/7/comments";

test("a comment is posted once per key and replaced later", async () => {
  github.replyWith(me, ok([commentBody(1, "hello", ann)]), reply(201, commentBody(2, "")));
  await github.forge.issues.upsertComment(issue, "loop:1", "first");
  const posted = String(github.body("POST").body);
  expect(posted).toBe(marked("first", "loop:1"));

  github.replyWith(ok(commentBody(2, "")));
  await github.forge.issues.upsertComment(issue, "loop:1", "second");
  expect(github.body("PATCH")).toEqual({ body: marked("second", "loop:1") });
  const look = ["GET /user", `GET ${comments}?per_page=100`];
  expect(github.asked()).toEqual([
    ...[...look, `POST ${comments}`, "PATCH /repos/acme/shop/issues/comments/2"],
  ]);

  await using later = await wire.startGithub();
  later.replyWith(me, ok([commentBody(2, marked("second", "loop:1").replaceAll("\n", "\r\n"))]));
  await later.forge.issues.upsertComment(issue, "loop:1", "second");
  expect(later.asked()).toEqual(look);
});

test("a comment is found on a later page", async () => {
  const link = { link: `<${github.server.url}${comments}?per_page=100&page=2>; rel="next"` };
  const found = ok([commentBody(9, marked("old", "k"))]);
  github.replyWith(me, ok([commentBody(1, "hello", ann)], link), found, ok(commentBody(9, "")));
  await github.forge.codeHost.upsertComment({ ...pull, number: 7 }, "k", "new");
  expect(github.asked().at(-1)).toBe("PATCH /repos/acme/shop/issues/comments/9");
});

test("a marker of somebody else's, or within a text of ours, takes no comment over", async () => {
  const forged = commentBody(1, marked("mine now", "k"), ann);
  const inside = commentBody(2, marked(`see\n${marked("", "k")}`, "other"));
  const quoted = commentBody(3, `> ${marked("", "k")}`);
  github.replyWith(me, ok([forged, inside, quoted]), reply(201, commentBody(4, "")));
  await github.forge.issues.upsertComment(issue, "k", marked("text", "other"));
  expect(github.asked().at(-1)).toBe(`POST ${comments}`);
  expect(keyIn(String(github.body("POST").body))).toBe("k");
});

test("a comment that is too long is cut to what GitHub takes", async () => {
  github.replyWith(me, ok([]), reply(201, commentBody(4, "")));
  await github.forge.issues.upsertComment(issue, "k", "x".repeat(70_000));
  expect(String(github.body("POST").body).length).toBe(65_536);
});

test("labels are added by name, and nothing is asked for none", async () => {
  await github.forge.issues.addLabels(issue, []);
  expect(github.asked()).toEqual([]);
  github.replyWith(ok([]));
  await github.forge.codeHost.addLabels({ ...pull, number: 7 }, ["tamma:working"]);
  expect(github.body("POST")).toEqual({ labels: ["tamma:working"] });
});

test("a label that an issue has not stays away, and an issue that is gone is an error", async () => {
  github.replyWith(reply(404, { message: "Label does not exist" }), ok([]));
  await github.forge.issues.removeLabels(issue, ["a/b", "c d"]);
  expect(github.asked()).toEqual([
    "DELETE /repos/acme/shop/issues/7/labels/a%2Fb",
    "DELETE /repos/acme/shop/issues/7/labels/c%20d",
  ]);
  github.replyWith(notFound);
  expect((await failing(github.forge.issues.removeLabels(issue, ["x"]))).kind).toBe("not-found");
});

const issueBody = (number: number, over: Record<string, unknown> = {}) => ({
  ...{ id: number * 10, number, title: "t", body: "b", state: "open", user: wire.bot, labels: [] },
  ...{ html_url: `https://github.test/acme/shop/issues/${number}`, comments: 0, ...over },
});

test("an issue is opened once per key, whatever became of it", async () => {
  github.replyWith(me, ok([]), reply(201, issueBody(12)));
  const wish = { key: "loop:split:1", title: "Part one", body: "Split from #7.", labels: ["tamma"] };
  expect(await github.forge.issues.createIssue(wish)).toBe(12);
  const { body } = github.body("POST");
  expect(github.body("POST")).toMatchObject({ title: "Part one", labels: ["tamma"] });

  const copied = issueBody(11, { body, user: ann });
  const asPull = issueBody(13, { body, pull_request: {} });
  github.replyWith(ok([asPull, copied, issueBody(12, { body, state: "closed" })]));
  expect(await github.forge.issues.createIssue(wish)).toBe(12);
  expect(github.asked().at(-1)).toBe(
    "GET /repos/acme/shop/issues?state=all&sort=created&direction=desc&per_page=100&creator=tamma-bot",
  );
});

test("an issue that is closed keeps the reason for which it was closed", async () => {
  github.replyWith(ok(issueBody(7, { state: "closed" })));
  await github.forge.issues.closeIssue(issue);
  expect(github.asked()).toEqual(["GET /repos/acme/shop/issues/7"]);
  github.replyWith(ok(issueBody(7)));
  await github.forge.issues.closeIssue(issue);
  expect(github.body("PATCH")).toEqual({ state: "closed", state_reason: "completed" });
});

test("people are added to those who are assigned already", async () => {
  github.replyWith(reply(201, issueBody(7)));
  await github.forge.issues.assign(issue, ["ann"]);
  expect(github.body("POST")).toEqual({ assignees: ["ann"] });
});

test("a reaction goes to a comment of the conversation, else to one of a review", async () => {
  const reaction = reply(201, { id: 1, content: "eyes" });
  github.replyWith(reaction);
  await github.forge.issues.react("55", "eyes");
  github.replyWith(notFound, reaction);
  await github.forge.issues.react("56", "+1");
  expect(github.asked()).toEqual([
    "POST /repos/acme/shop/issues/comments/55/reactions",
    "POST /repos/acme/shop/issues/comments/56/reactions",
    "POST /repos/acme/shop/pulls/comments/56/reactions",
  ]);
  expect((await failing(github.forge.issues.react("../1", "eyes"))).kind).toBe("validation");
});
