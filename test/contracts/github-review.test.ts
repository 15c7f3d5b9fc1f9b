import { withMarker } from "@tamma/core/platforms/_shared/marker.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as wire from "./github-wire.ts";
import { ann, failing, ok, pull, pullBody, reply, sha } from "./github-wire.ts";

let github: wire.Rig;
beforeEach(async () => {
  github = await wire.startGithub();
});
afterEach(() => github[Symbol.asyncDispose]());

const me = ok(wire.bot);
const patch = "@@ -1,3 +1,4 @@\n one\n-two\n+2\n+2b\n three\n@@ -20 +21,2 @@ f()\n last\n+more";
const files = ok([{ filename: "a.ts", patch }, { filename: "image.png" }]);
const finding = (path: string, line: number, suggestion = "") => ({
  ...{ path, line, severity: "warning" as const, title: "Odd", detail: "It is odd.", suggestion },
});
const review = (findings: ReturnType<typeof finding>[]) => ({
  ...{ key: "loop:sha", sha: sha("a"), summary: "Looks fine.", findings },
});
const posted = ok({ id: 1, user: wire.bot, body: "", state: "COMMENTED" });
const submit = (...findings: ReturnType<typeof finding>[]) =>
  github.forge.codeHost.submitReview(pull, review(findings));

test("a review goes out in one request, with each finding at its line of the commit", async () => {
  github.replyWith(me, ok([]), ok(pullBody()), files, posted);
  await submit(finding("a.ts", 3), finding("a.ts", 22));
  const { comments, ...rest } = github.body("POST");
  expect(rest).toEqual({
    ...{ commit_id: sha("a"), event: "COMMENT", body: withMarker("Looks fine.", "loop:sha", 65_536) },
  });
  expect(comments).toMatchObject([
    { path: "a.ts", line: 3, side: "RIGHT", body: "**warning**: Odd\n\nIt is odd." },
    { path: "a.ts", line: 22, side: "RIGHT" },
  ]);
});

test("findings beside the diff stand in the summary, or GitHub would refuse the whole review", async () => {
  github.replyWith(me, ok([]), ok(pullBody()), files, posted);
  await submit(
    finding("a.ts", 2),
    finding("a.ts", 9),
    finding("b.ts", 1),
    finding("image.png", 1),
    finding("a.ts", 0),
  );
  const { comments, body } = github.body("POST");
  expect(comments).toHaveLength(1);
  for (const place of ["a.ts:9", "b.ts:1", "image.png:1", "** a.ts:"]) expect(body).toContain(place);
});

test("a review that is refused for its lines goes out without any", async () => {
  const refusal = reply(422, { message: "Unprocessable Entity", errors: ["Line could not be resolved"] });
  github.replyWith(me, ok([]), ok(pullBody()), files, refusal, posted);
  await submit(finding("a.ts", 2));
  expect(github.body("POST").comments).toEqual([]);
  expect(github.body("POST").body).toContain("a.ts:2: Odd");
  github.replyWith(ok([]), ok(pullBody()), files, refusal);
  expect((await failing(submit(finding("b.ts", 2)))).kind).toBe("validation");
});

test("lines of an older head are those between the base and that commit", async () => {
  const moved = pullBody({ head: { ref: "tamma/7", sha: sha("c"), repo: { id: 1 } } });
  const comparison = { ahead_by: 1, behind_by: 0, files: [{ filename: "a.ts", patch }] };
  github.replyWith(me, ok([]), ok(moved), ok(comparison), posted);
  await submit(finding("a.ts", 2));
  expect(github.asked()).toContain(`GET /repos/acme/shop/compare/${sha("b")}...${sha("a")}`);
  expect(github.body("POST").comments).toHaveLength(1);
});

test("a suggestion that is code can be taken over by a click, words cannot", async () => {
  github.replyWith(me, ok([]), ok(pullBody()), files, posted);
  await submit(finding("a.ts", 2, "```ts\nreturn 2;\n```"), finding("a.ts", 3, "Use a constant."));
  const [code, words] = github.body("POST").comments as { body: string }[];
  expect(code?.body).toContain("```suggestion\nreturn 2;\n```");
  expect(words?.body).toContain("Instead: Use a constant.");
  expect(words?.body).not.toContain("```");
});

test("a review with this key is posted once, and a copy by somebody else does not count", async () => {
  const there = (user: unknown) => ({
    ...{ id: 4, user, body: withMarker("Looks fine.", "loop:sha", 65_536), state: "COMMENTED" },
    ...{ commit_id: sha("a"), submitted_at: wire.at },
  });
  github.replyWith(me, ok([there(wire.bot)]));
  await submit(finding("a.ts", 2));
  expect(github.asked()).toHaveLength(2);
  github.replyWith(ok([there(ann)]), posted);
  await submit();
  expect(github.asked().at(-1)).toBe("POST /repos/acme/shop/pulls/9/reviews");
});

const reviewComment = (id: number, body: string, over: Record<string, unknown> = {}) => ({
  ...{ id, user: ann, body, created_at: wire.at, path: "a.ts", line: 2, ...over },
});

test("a reply is posted once per key", async () => {
  github.replyWith(me, ok([reviewComment(31, "why?")]), reply(201, reviewComment(32, "")));
  await github.forge.codeHost.replyToThread(pull, "31", "r1", "because");
  expect(github.asked().at(-1)).toBe("POST /repos/acme/shop/pulls/9/comments/31/replies");
  const ours = reviewComment(32, String(github.body("POST").body), { user: wire.bot, in_reply_to_id: 31 });
  github.replyWith(ok([reviewComment(31, "why?"), ours]));
  await github.forge.codeHost.replyToThread(pull, "31", "r1", "because");
  expect(github.asked().at(-1)).toContain("GET");
});

const node = (id: string, first: string, over: Record<string, unknown> = {}) => ({
  ...{ id, isResolved: false, path: "a.ts", line: 2, ...over },
  comments: {
    nodes: [
      {
        ...{ fullDatabaseId: first, body: "why?", createdAt: wire.at },
        author: { __typename: "Bot", login: "checker", databaseId: 8 },
      },
    ],
  },
});
const threads = (nodes: unknown[], endCursor: string | null = null) => {
  const reviewThreads = { pageInfo: { hasNextPage: endCursor !== null, endCursor }, nodes };
  return ok({ data: { repository: { pullRequest: { reviewThreads } } } });
};

test("threads come with what is resolved, over all pages, and are named by their first comment", async () => {
  // Ids of comments have outgrown the 32 bits of GraphQL's Int.
  const second = node("T2", "3000000002", { isResolved: true, line: null });
  github.replyWith(me, threads([node("T1", "3000000001")], "c1"), threads([second]));
  expect(await github.forge.reading.threads(9)).toMatchObject([
    {
      ...{ id: "3000000001", path: "a.ts", line: 2, resolved: false },
      comments: [{ id: "3000000001", author: { id: "8", login: "checker[bot]", bot: true }, key: null }],
    },
    { id: "3000000002", line: null, resolved: true },
  ]);
  expect(github.body("POST")).toMatchObject({ variables: { after: "c1" } });
});

test("where GraphQL is shut, threads come without what is resolved", async () => {
  const errors = [{ type: "FORBIDDEN", message: "Resource not accessible by personal access token" }];
  const ours = withMarker("because", "r1", 65_536);
  const answers = [
    ...[reviewComment(31, "why?"), reviewComment(40, "and here?", { line: null })],
    reviewComment(32, ours, { user: wire.bot, in_reply_to_id: 31 }),
  ];
  github.replyWith(me, ok({ errors }), ok(answers));
  expect(await github.forge.reading.threads(9)).toMatchObject([
    { id: "31", resolved: null, line: 2, comments: [{ id: "31" }, { id: "32", key: "r1" }] },
    { id: "40", resolved: null, line: null, comments: [{ id: "40" }] },
  ]);
});

test("a thread is resolved by its first comment, and once", async () => {
  github.replyWith(threads([node("T1", "31"), node("T2", "40")]), ok({ data: { resolveReviewThread: {} } }));
  await github.forge.codeHost.resolveThread(pull, "40");
  expect(github.body("POST")).toMatchObject({ variables: { threadId: "T2" } });
  github.replyWith(threads([node("T2", "40", { isResolved: true })]));
  const before = github.asked().length;
  await github.forge.codeHost.resolveThread(pull, "40");
  expect(github.asked().length).toBe(before + 1);
  github.replyWith(threads([]));
  expect((await failing(github.forge.codeHost.resolveThread(pull, "40"))).kind).toBe("not-found");
});
