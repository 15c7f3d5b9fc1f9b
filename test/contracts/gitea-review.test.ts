import { expect, test } from "vitest";
import * as rig from "./gitea-rig.ts";

const { ok, ref, reply, refused, sha, me, review, reviewComment } = rig;

const finding = (path: string, line: number, suggestion = "") => ({
  ...{
    path,
    line,
    severity: "blocking" as const,
    title: `At ${line}`,
    detail: "It rounds down.",
    suggestion,
  },
});
const diff = [
  "diff --git a/src/calc.ts b/src/calc.ts",
  "--- a/src/calc.ts",
  "+++ b/src/calc.ts",
  "@@ -1,3 +1,4 @@",
  " one",
  "-two",
  "+2",
  "+2.5",
  " three",
  "\\ No newline at end of file",
  "",
].join("\n");
const posted = { key: "loop:abc", sha, summary: "Two things.", findings: [finding("src/calc.ts", 3)] };

interface Posted {
  body: string;
  event: string;
  commit_id?: string;
  comments: { path: string; new_position: number; old_position: number; body: string }[];
}

test("a review goes out as one request, with what the diff does not show in its summary", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(me), ok(null), reply(200, diff, { "content-type": "text/plain" }), ok(review(1)));
  await gitea.forge.codeHost.submitReview(ref, {
    ...posted,
    findings: [
      ...[finding("src/calc.ts", 3, "Use round()."), finding("src/calc.ts", 5), finding("src/calc.ts", 0)],
      finding("src/other.ts", 3),
    ],
  });
  expect(gitea.asked()).toEqual([
    ...["GET /user", "GET /pulls/7/reviews?page=1&limit=50", "GET /pulls/7.diff"],
    "POST /pulls/7/reviews",
  ]);
  const [sent] = gitea.bodies() as [Posted];
  expect(sent).toMatchObject({ event: "COMMENT", commit_id: sha });
  expect(sent.comments).toMatchObject([{ path: "src/calc.ts", new_position: 3, old_position: 0 }]);
  expect(sent.comments[0]?.body).toContain("**Blocking: At 3**\n\nIt rounds down.\n\nInstead: Use round().");
  for (const place of ["src/calc.ts, line 5:", "src/calc.ts:\n", "src/other.ts, line 3:", "Two things."]) {
    expect(sent.body).toContain(place);
  }
});

test("a review with this key is not posted again; a copy by somebody else does not count", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(me), ok([]), reply(200, diff), ok(review(1)));
  await gitea.forge.codeHost.submitReview(ref, posted);
  const { body } = (gitea.bodies() as [Posted])[0];
  gitea.replies(ok([review(1, { user: me, body })]));
  await gitea.forge.codeHost.submitReview(ref, posted);
  expect(gitea.bodies()).toHaveLength(1);
  gitea.replies(ok([review(2, { body })]), reply(200, diff), ok(review(3)));
  await gitea.forge.codeHost.submitReview(ref, posted);
  expect(gitea.bodies()).toHaveLength(2);
});

test("comments of a try that broke off are removed first; a person's own draft stays", async () => {
  const removal = "DELETE /repos/ann/calc/pulls/7/reviews/4";
  await using gitea = await rig.connected("1.26.4", 50, [removal]);
  gitea.replies(ok(me), ok([]), reply(200, diff), refused(500, "broke off"));
  await rig.failing(gitea.forge.codeHost.submitReview(ref, posted));
  const [{ comments }] = gitea.bodies() as [Posted];
  const pending = review(4, { user: me, state: "PENDING" });
  const left = reviewComment(8, { user: me, body: comments[0]?.body });
  gitea.replies(ok([pending]), ok([left]), reply(204), reply(200, diff), ok(review(5)));
  await gitea.forge.codeHost.submitReview(ref, posted);
  gitea.replies(ok([pending]), ok([left, reviewComment(9, { user: me })]), reply(200, diff), ok(review(5)));
  await gitea.forge.codeHost.submitReview(ref, posted);
  const removed = gitea.asked().filter((asked) => asked.startsWith("DELETE"));
  expect(removed).toEqual(["DELETE /pulls/7/reviews/4"]);
});

test("a long summary is cut to what every database of Gitea takes", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(me), ok([]), ok(review(1)));
  await gitea.forge.codeHost.submitReview(ref, { ...posted, findings: [], summary: "é".repeat(30_000) });
  const [{ body }] = gitea.bodies() as [Posted];
  expect(new TextEncoder().encode(body).byteLength).toBeLessThan(65_536);
  expect(body).toContain("The rest is left out");
});

/** Three reviews: two comments at one place, one at a removed line, one of a review not sent. */
const reviews = ok([
  ...[review(1), review(2, { user: me }), review(3, { comments_count: 0 })],
  review(4, { state: "PENDING", user: me }),
]);
const first = ok([
  reviewComment(12, { path: "b.ts", position: 0, original_position: 9, resolver: rig.gone }),
  reviewComment(11),
]);
const second = ok([reviewComment(13, { user: me, body: "Because." })]);

test("threads are the comments at one place, whatever review they came with", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(me), reviews, first, second);
  const threads = await gitea.forge.reading.threads(7);
  expect(threads).toMatchObject([
    { id: "11", path: "src/calc.ts", line: 3, resolved: false },
    { id: "12", path: "b.ts", line: null, resolved: true },
  ]);
  expect(threads[0]?.comments.map(({ id, author, body }) => [id, author.login, body])).toEqual([
    ["11", "ann", "Why?"],
    ["13", "tamma", "Because."],
  ]);
});

test("a reply is a comment of the same place where Gitea has no replies, once per key", async () => {
  await using gitea = await rig.connected("1.26.4");
  gitea.replies(ok(me), reviews, first, second, ok(review(5)));
  await gitea.forge.codeHost.replyToThread(ref, "12", "loop:r1", "Done.");
  const [sent] = gitea.bodies() as [Posted];
  expect(sent).toMatchObject({
    ...{ event: "COMMENT", body: "" },
    comments: [{ path: "b.ts", new_position: 0, old_position: 9 }],
  });
  expect(sent.commit_id).toBeUndefined();
  const ours = { path: "b.ts", position: 0, original_position: 9, user: me, body: sent.comments[0]?.body };
  gitea.replies(ok([review(1), review(5, { user: me })]), first, ok([reviewComment(14, ours)]));
  await gitea.forge.codeHost.replyToThread(ref, "12", "loop:r1", "Done.");
  expect(gitea.bodies()).toHaveLength(1);
});

test("from 1.27 on, a reply answers the comment that began the thread", async () => {
  await using gitea = await rig.connected("1.27.0");
  gitea.replies(ok(me), reviews, first, second, reply(201, reviewComment(15)));
  await gitea.forge.codeHost.replyToThread(ref, "13", "loop:r1", "Done.");
  expect(gitea.asked().at(-1)).toBe("POST /pulls/7/comments/11/replies");
});

test("a reply to a comment that is not there says so", async () => {
  await using gitea = await rig.connected();
  gitea.replies(ok(me), ok([]));
  const work = gitea.forge.codeHost.replyToThread(ref, "99", "k", "Done.");
  expect(await rig.failing(work)).toMatchObject({ kind: "not-found" });
});

test("a thread is resolved from 1.26 on, and before that the alternative is named", async () => {
  await using gitea = await rig.connected("1.26.0");
  gitea.replies(reviews, first, second, reply(204));
  await gitea.forge.codeHost.resolveThread(ref, "11");
  expect(gitea.asked().at(-1)).toBe("POST /pulls/comments/11/resolve");
  await using old = await rig.connected("1.25.3");
  const error = await rig.failing(old.forge.codeHost.resolveThread(ref, "11"));
  expect(error).toMatchObject({ kind: "unsupported" });
  expect(error.message).toContain("A reply says");
});

test("a page of reviews that is short, because others have not sent theirs, is not the last", async () => {
  await using gitea = await rig.connected("1.26.4", 3);
  gitea.replies(ok(me), ok([review(1), review(2)]), ok([review(3)]));
  expect((await gitea.forge.reading.reviews(7)).map(({ id }) => id)).toEqual(["1", "2", "3"]);
});

test("reviews have verdicts; those that are none yet, and a team's wish, are left out", async () => {
  await using gitea = await rig.connected();
  gitea.replies(
    ok(me),
    ok([
      ...[review(5, { state: "APPROVED", commit_id: "" }), review(4, { state: "REQUEST_CHANGES" })],
      ...[review(3, { state: "APPROVED", dismissed: true }), review(2, { user: rig.gone, body: "Hm" })],
      ...[review(1, { state: "PENDING" }), review(6, { state: "REQUEST_REVIEW", user: null })],
    ]),
  );
  expect(await gitea.forge.reading.reviews(7)).toMatchObject([
    { id: "2", verdict: "commented", author: { id: "-1", login: "Ghost" }, body: "Hm", key: null },
    { id: "3", verdict: "dismissed", sha },
    { id: "4", verdict: "changes-requested" },
    { id: "5", verdict: "approved", sha: null },
  ]);
});
