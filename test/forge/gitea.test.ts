import { afterEach, beforeEach, expect, test } from "vitest";
import { type SimulatedForge, startForge } from "./index.ts";
import { type Ask, asker, startReceiver } from "./testing.ts";

/** What only Gitea does, and traps. */

const name = "acme/shop";
const at = `/repos/${name}`;
const ann = { in: name, by: "ann" };

let forge: SimulatedForge;
let ask: Ask;
let asAnn: Ask;
beforeEach(async () => {
  forge = await startForge({ dialect: "gitea" });
  await forge.addRepository({
    name,
    files: { "a.txt": "one\ntwo\nthree\n" },
    collaborators: { ann: "write" },
  });
  ask = asker(forge, forge.addToken({ user: "acme", scopes: ["all"] }));
  asAnn = asker(forge, forge.addToken({ user: "ann" }));
});
afterEach(async () => {
  await forge[Symbol.asyncDispose]();
  expect(forge.violations).toEqual([]);
});

const opened = async (title = "Fix") => {
  await forge.people.push(ann, "fix", { files: { "a.txt": "one\nTWO\nthree\n" } });
  return forge.people.openPull(ann, { title, head: "fix", base: "main" });
};

test("says its version to everybody", async () => {
  expect((await asker(forge, null)("GET /version")).body).toEqual({ version: "1.27.0" });
  expect((await asker(forge, null)("GET /settings/api")).body.max_response_items).toBe(50);
});

test("a draft is a title with a prefix", async () => {
  await opened("WIP: Fix");
  expect((await ask(`GET ${at}/pulls/1`)).body).toMatchObject({ draft: true, mergeable: false });
  expect((await ask(`POST ${at}/pulls/1/merge`, { Do: "merge" })).status).toBe(405);
  expect((await ask(`PATCH ${at}/pulls/1`, { title: "Fix" })).status).toBe(201);
  expect((await ask(`GET ${at}/pulls/1`)).body).toMatchObject({ draft: false, mergeable: true });
});

test("a merge is answered by nothing, and by 405 when its method is not allowed", async () => {
  const pull = await opened();
  forge.repository(name).mergeMethods = ["squash"];
  expect((await ask(`POST ${at}/pulls/1/merge`, { Do: "merge" })).status).toBe(405);
  const order = { Do: "squash", merge_title_field: "Fix it (#1)", head_commit_id: pull.headSha };
  const merged = await ask(`POST ${at}/pulls/1/merge`, { ...order, delete_branch_after_merge: true });
  expect([merged.status, merged.body]).toEqual([200, ""]);
  expect((await ask(`GET ${at}/pulls/1/merge`)).status).toBe(204);
  expect((await ask(`GET ${at}/branches/fix`)).status).toBe(404);
  const [last] = (await ask(`GET ${at}/commits?limit=1`)).body;
  expect(last?.commit?.message).toBe("Fix it (#1)\n");
});

test("a conflict that shows while merging is answered by another status than one known before", async () => {
  await opened();
  await forge.people.push(ann, "main", { files: { "a.txt": "1\n2\n3\n" } });
  expect((await ask(`POST ${at}/pulls/1/merge`, { do: "merge" })).status).toBe(409);
  await ask(`GET ${at}/pulls/1`);
  await ask(`GET ${at}/pulls/1`);
  expect((await ask(`POST ${at}/pulls/1/merge`, { do: "merge" })).status).toBe(405);
  expect((await ask(`POST ${at}/pulls/1/update`)).status).toBe(409);
});

test("empty lists are null where Go writes them so, and labels are named by id", async () => {
  const { body: label } = await ask(`POST ${at}/labels`, { name: "tamma", color: "#00ff00" });
  expect(label.color).toBe("00ff00");
  const { body: issue } = await ask(`POST ${at}/issues`, { title: "It breaks" });
  expect(issue.assignees).toBeNull();
  expect((await ask(`POST ${at}/issues/1/labels`, { labels: [label.id, 999_999] })).body).toHaveLength(1);
  expect((await ask(`GET ${at}/issues?labels=tamma&type=issues`)).body).toHaveLength(1);
  expect((await ask(`DELETE ${at}/issues/1/labels/${label.id}`)).status).toBe(204);
  expect((await ask(`DELETE ${at}/issues/1/labels/999999`)).status).toBe(422);
  expect((await ask(`PATCH ${at}/issues/1`, { assignees: ["ann"], state: "closed" })).body).toMatchObject({
    ...{ state: "closed", assignees: [{ login: "ann" }] },
  });
  const { sha } = (await ask(`GET ${at}/git/commits/main`)).body;
  expect((await ask(`GET ${at}/commits/${sha}/status`)).body).toMatchObject({
    statuses: null,
    total_count: 0,
  });
});

test("reviews have comments at lines, whose threads can be answered and resolved", async () => {
  const pull = await opened();
  const review = await ask(`POST ${at}/pulls/1/reviews`, {
    ...{ event: "REQUEST_CHANGES", body: "Look again", commit_id: pull.headSha },
    comments: [{ path: "a.txt", new_position: 2, body: "Why?" }],
  });
  expect(review.body).toMatchObject({ state: "REQUEST_CHANGES", comments_count: 1, stale: false });
  const path = `${at}/pulls/1/reviews/${review.body.id}/comments`;
  const [comment] = (await ask(`GET ${path}`)).body;
  expect(comment).toMatchObject({ path: "a.txt", position: 2, original_position: 0, resolver: null });
  expect(
    (await asAnn(`POST ${at}/pulls/1/comments/${comment?.id}/replies`, { body: "Because" })).status,
  ).toBe(201);
  expect((await ask(`GET ${path}`)).body).toHaveLength(2);
  expect((await asAnn(`POST ${at}/pulls/comments/${comment?.id}/resolve`)).status).toBe(204);
  expect((await ask(`GET ${path}`)).body[0]?.resolver?.login).toBe("ann");
  const own = await asAnn(`POST ${at}/pulls/1/reviews`, { event: "APPROVED" });
  expect([own.status, own.body.message]).toEqual([422, "approve your own pull is not allowed"]);
  expect((await asAnn(`POST ${at}/pulls/1/reviews`, { event: "COMMENT" })).status).toBe(422);
});

test("those who were asked for a review stand in the list of reviews", async () => {
  await opened();
  const path = `${at}/pulls/1/requested_reviewers`;
  expect((await asAnn(`POST ${path}`, { reviewers: ["acme"] })).status).toBe(201);
  expect((await asAnn(`POST ${path}`, { reviewers: ["ann"] })).status).toBe(422);
  expect((await ask(`GET ${at}/pulls/1/reviews`)).body).toMatchObject([{ state: "REQUEST_REVIEW" }]);
  expect((await asAnn(`DELETE ${path}`, { reviewers: ["acme"] })).status).toBe(204);
});

test("a token does what its scopes say, and only administrators ask about others", async () => {
  const narrow = asker(forge, forge.addToken({ user: "acme", scopes: ["read:issue", "read:user"] }));
  expect((await narrow(`GET ${at}/issues`)).status).toBe(200);
  const refused = await narrow(`POST ${at}/issues`, { title: "x" });
  expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining("write:issue")]);
  expect((await asAnn(`GET ${at}/collaborators/acme/permission`)).status).toBe(403);
  expect((await asAnn(`GET ${at}/collaborators/ann/permission`)).body.permission).toBe("write");
  expect((await ask(`GET ${at}/collaborators/acme/permission`)).body.permission).toBe("owner");
  await forge.people.protect(name, "main", { checks: ["build"], approvals: 2 });
  expect((await asAnn(`GET ${at}/branch_protections`)).status).toBe(403);
  expect((await asAnn(`GET ${at}/branches/main`)).body).toMatchObject({
    ...{ protected: true, required_approvals: 2, status_check_contexts: ["build"] },
  });
});

test("a hook is not active unless it is said, and an edit without events leaves pushes alone", async () => {
  await using receiver = await startReceiver();
  const config = { url: receiver.url, content_type: "json", secret: "s" };
  const { body: hook } = await ask(`POST ${at}/hooks`, {
    type: "gitea",
    config,
    events: ["issues", "pull_request"],
  });
  expect(hook).toMatchObject({ active: false, config: { url: receiver.url } });
  const path = `${at}/hooks/${hook.id}`;
  expect((await ask(`PATCH ${path}`, { active: true })).body.events).toEqual(["push"]);
  await ask(`PATCH ${path}`, { events: ["issues", "pull_request"] });
  const pull = await opened();
  forge.people.label(ann, 1, { add: ["tamma"] });
  forge.people.review({ in: name, by: "acme" }, 1, { verdict: "approved", body: "Good" });
  await forge.webhooks.settled();
  const told = receiver.received.map(({ headers }) => [
    headers.get("x-gitea-event"),
    headers.get("x-gitea-event-type"),
  ]);
  expect(told).toEqual([
    ["pull_request", "pull_request"],
    ["pull_request", "pull_request_label"],
    ["pull_request_approved", "pull_request_review_approved"],
  ]);
  expect(receiver.received.at(-1)?.body).toMatchObject({
    ...{ action: "reviewed", number: 1, commit_id: pull.headSha, review: { content: "Good" } },
  });
  expect((await ask(`DELETE ${path}`)).status).toBe(204);
});

test("runs are started again, and this version cannot cancel one", async () => {
  const text = "on: { workflow_dispatch: {} }\n";
  await forge.people.push({ in: name, by: "acme" }, "main", { files: { ".gitea/workflows/ci.yml": text } });
  const run = await forge.people.startRun(ann, { workflow: "ci.yml", branch: "main", event: "push" });
  expect((await ask(`GET ${at}/actions/runs?head_sha=${run.sha}`)).body).toMatchObject({
    ...{ total_count: 1, workflow_runs: [{ status: "queued" }] },
  });
  expect((await ask(`POST ${at}/actions/runs/${run.id}/cancel`)).status).toBe(404);
  forge.people.finishRun(run, { conclusion: "failure", log: "no" });
  const { jobs } = (await ask(`GET ${at}/actions/runs/${run.id}/jobs`)).body;
  expect((await ask(`GET ${at}/actions/jobs/${jobs?.[0]?.id}`)).body.conclusion).toBe("failure");
  expect((await ask(`POST ${at}/actions/runs/${run.id}/rerun-failed-jobs`)).status).toBe(201);
  expect((await ask(`GET ${at}/actions/runs/${run.id}`)).body).toMatchObject({
    status: "queued",
    run_attempt: 2,
  });
  expect((await ask(`GET ${at}/actions/workflows`)).body.workflows).toMatchObject([{ id: "ci.yml" }]);
});

test("branches, trees, comments and statuses come in the shapes of the contract", async () => {
  const made = await ask(`POST ${at}/branches`, { new_branch_name: "topic/x", old_ref_name: "main" });
  expect(made.status).toBe(201);
  expect((await ask(`POST ${at}/branches`, { new_branch_name: "topic/x" })).status).toBe(409);
  expect((await ask(`GET ${at}/git/trees/main?recursive=true`)).body.tree).toMatchObject([{ path: "a.txt" }]);
  expect((await ask(`DELETE ${at}/branches/topic%2Fx`)).status).toBe(204);
  const sha = forge.repository(name).refs.get("main");
  const status = { state: "warning", context: "lint", description: "Hm" };
  expect((await ask(`POST ${at}/statuses/${sha}`, status)).status).toBe(201);
  expect((await ask(`GET ${at}/statuses/${sha}`)).body).toMatchObject([
    { status: "warning", context: "lint" },
  ]);
  const { number } = forge.people.openIssue(ann, { title: "x" });
  const { body: comment } = await ask(`POST ${at}/issues/${number}/comments`, { body: "Hello" });
  const path = `${at}/issues/comments/${comment.id}`;
  expect((await ask(`PATCH ${path}`, { body: "Hello again" })).body.body).toBe("Hello again");
  expect((await ask(`POST ${path}/reactions`, { content: "eyes" })).status).toBe(201);
  expect((await ask(`GET ${at}/issues/${number}/comments`)).body).toHaveLength(1);
  expect((await ask(`DELETE ${path}`)).status).toBe(204);
  await opened();
  expect((await ask(`GET ${at}/pulls/main/fix`)).body.head?.ref).toBe("fix");
  expect((await ask(`GET ${at}/pulls/2/files`)).body).toMatchObject([
    { filename: "a.txt", status: "changed" },
  ]);
  expect((await ask(`GET ${at}/contents/a.txt`)).body.content).toBe(
    Buffer.from("one\ntwo\nthree\n").toString("base64"),
  );
  expect((await ask(`GET ${at}/raw/a.txt?ref=main`)).body).toBe("one\ntwo\nthree\n");
});
