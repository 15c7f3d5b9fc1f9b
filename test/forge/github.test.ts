import { createSign } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SimulatedForge, startForge } from "./index.ts";
import type { App } from "./state.ts";
import { type Ask, asker, gitIn, startReceiver, temporary } from "./testing.ts";
import { validatorOf } from "./validate.ts";

/** What only GitHub does, and traps. */

const name = "acme/shop";
const at = `/repos/${name}`;
const [acme, ann] = [
  { in: name, by: "acme" },
  { in: name, by: "ann" },
];

let forge: SimulatedForge;
let now: number;
let token: string;
let ask: Ask;
let graphql: (query: string, variables?: object) => ReturnType<Ask>;
beforeEach(async () => {
  now = Date.UTC(2026, 0, 5, 12);
  forge = await startForge({ dialect: "github", now: () => now });
  await forge.addRepository({
    name,
    files: { "a.txt": "one\ntwo\nthree\n" },
    collaborators: { ann: "write" },
  });
  token = forge.addToken({ user: "acme", scopes: ["repo"] });
  ask = asker(forge, token);
  graphql = (query, variables = {}) =>
    asker(forge, token, `${forge.url}/api`)("POST /graphql", { query, variables });
});
afterEach(async () => {
  await forge[Symbol.asyncDispose]();
  expect(forge.violations).toEqual([]);
});

const opened = async (draft = false) => {
  await forge.people.push(ann, "fix", { files: { "a.txt": "one\nTWO\nthree\n" } });
  return forge.people.openPull(ann, { title: "Fix", head: "fix", base: "main", draft });
};

const proofOf = (app: App, life = 540): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const seconds = Math.floor(now / 1000);
  const claims = { iss: app.id, iat: seconds - 60, exp: seconds + life };
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(app.privateKey, "base64url")}`;
};

const newApp = (permissions: Record<string, string>) =>
  forge.addApp({ slug: "tamma", permissions, installedOn: [name] });

test("an app proves itself by a signed token and gets short-lived ones for less than it has", async () => {
  const app = await newApp({ contents: "write", issues: "write", checks: "write" });
  const asApp = asker(forge, proofOf(app));
  const { body: installation } = await asApp(`GET ${at}/installation`);
  const path = `/app/installations/${installation.id}/access_tokens`;
  const order = { repositories: ["shop"], permissions: { issues: "write" } };
  const { status, body } = await asApp(`POST ${path}`, order);
  expect(status).toBe(201);
  const bot = asker(forge, String(body.token));
  const comment = await bot(`POST ${at}/issues`, { title: "From the app", labels: ["tamma"] });
  expect(comment.body).toMatchObject({
    user: { login: "tamma[bot]", type: "Bot" },
    labels: [{ name: "tamma" }],
  });
  expect((await bot(`PUT ${at}/contents/x`, { message: "x", content: "" })).status).toBe(403);
  expect((await bot("GET /installation/repositories")).body.total_count).toBe(1);
  now += 3_600_000;
  expect((await bot(`GET ${at}/issues`)).status).toBe(401);
  expect((await asApp(`GET ${at}/installation`)).status).toBe(401);
  expect((await asApp(`POST ${path}`, order)).status).toBe(401);
});

test("an app's proof that is signed by another key, or lives too long, is refused", async () => {
  const [app, other] = [await newApp({ issues: "write" }), await newApp({ issues: "write" })];
  expect((await asker(forge, proofOf(app))("GET /app")).body.slug).toBe("tamma");
  const forged = proofOf({ ...app, privateKey: other.privateKey });
  expect((await asker(forge, forged)("GET /app")).status).toBe(401);
  expect((await asker(forge, proofOf(app, 7200))("GET /app")).status).toBe(401);
  const [installation] = app.installations;
  const path = `/app/installations/${installation?.id}/access_tokens`;
  const more = await asker(forge, proofOf(app))(`POST ${path}`, { permissions: { contents: "write" } });
  expect(more.status).toBe(422);
});

test("a token of an installation pushes by git, and not into other repositories", async () => {
  await forge.addRepository({ name: "acme/other", files: { "a.txt": "x" }, private: true });
  const app = await newApp({ contents: "write" });
  const path = `/app/installations/${app.installations[0]?.id}/access_tokens`;
  const { body } = await asker(forge, proofOf(app))(`POST ${path}`, {});
  await using folder = await temporary();
  await gitIn(folder.path, "clone", "-q", forge.cloneUrl(name, String(body.token)), "work");
  await gitIn(`${folder.path}/work`, "commit", "-q", "--allow-empty", "-m", "Nothing");
  await gitIn(`${folder.path}/work`, "push", "-q", "origin", "HEAD:topic");
  expect(forge.repository(name).refs.has("topic")).toBe(true);
  await expect(
    gitIn(folder.path, "clone", "-q", forge.cloneUrl("acme/other", String(body.token))),
  ).rejects.toThrow();
});

test("an app's own hook is told for which installation, and its lost deliveries are asked for", async () => {
  await using receiver = await startReceiver();
  const hook = { url: receiver.url, secret: "s", events: ["issues"] };
  const app = await forge.addApp({
    slug: "tamma",
    permissions: { issues: "write" },
    installedOn: [name],
    hook,
  });
  forge.people.openIssue(ann, { title: "It breaks" });
  forge.webhooks.order({ what: "lose" });
  forge.people.setState(ann, 1, "closed");
  await forge.webhooks.settled();
  const [installation] = app.installations;
  expect(receiver.received.map(({ body }) => body.installation?.id)).toEqual([installation?.id]);
  const asApp = asker(forge, proofOf(app));
  const { body: deliveries } = await asApp("GET /app/hook/deliveries?status=failure");
  expect(deliveries).toMatchObject([{ action: "closed", redelivery: false }]);
  expect((await asApp(`POST /app/hook/deliveries/${deliveries[0]?.id}/attempts`)).status).toBe(202);
  await forge.webhooks.settled();
  expect(receiver.received.at(-1)?.body.action).toBe("closed");
  expect((await asApp("GET /app/installations")).body).toMatchObject([{ app_slug: "tamma" }]);
});

test("a draft is left by GraphQL alone, and mergeable is null at the first look", async () => {
  const pull = await opened(true);
  const first = await ask(`GET ${at}/pulls/1`);
  expect(first.body).toMatchObject({ draft: true, mergeable: null, mergeable_state: "unknown" });
  expect((await ask(`GET ${at}/pulls/1`)).body).toMatchObject({ mergeable: true, mergeable_state: "draft" });
  await ask(`PATCH ${at}/pulls/1`, { title: "Still a draft" });
  expect(pull.draft).toBe(true);
  const mutation = `mutation Ready($id: ID!) {
    markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { number isDraft } }
  }`;
  const ready = await graphql(mutation, { id: first.body.node_id });
  expect(ready.body.data?.markPullRequestReadyForReview?.pullRequest).toEqual({ number: 1, isDraft: false });
  expect((await ask(`GET ${at}/pulls/1`)).body).toMatchObject({ draft: false, mergeable_state: "clean" });
  const wrong = await graphql(mutation, { id: "PR_1" });
  expect([wrong.status, wrong.body.errors?.[0]?.type]).toEqual([200, "NOT_FOUND"]);
});

test("a review stands at lines of the diff, and its threads are resolved by GraphQL", async () => {
  const pull = await opened();
  const review = (line: number, event = "REQUEST_CHANGES") =>
    ask(`POST ${at}/pulls/1/reviews`, {
      ...{ event, body: "Look again", commit_id: pull.headSha },
      comments: [{ path: "a.txt", line, side: "RIGHT", body: "Why?" }],
    });
  const far = await review(40);
  expect([far.status, far.body.errors]).toEqual([422, ["Line could not be resolved"]]);
  expect((await review(2)).body.state).toBe("CHANGES_REQUESTED");
  const [comment] = (await ask(`GET ${at}/pulls/1/comments`)).body;
  const path = `${at}/pulls/1/comments/${comment?.id}/replies`;
  expect((await ask(`POST ${path}`, { body: "Because" })).body.in_reply_to_id).toBe(comment?.id);
  const query = `query ($owner: String!, $name: String!) {
    repository(owner: $owner, name: $name) { pullRequest(number: 1) { reviewThreads(first: 50) {
      pageInfo { hasNextPage endCursor }
      nodes { id isResolved path line comments(first: 10) { nodes {
        databaseId body author { login ... on User { databaseId } }
      } } }
    } } }
  }`;
  const { data } = (await graphql(query, { owner: "acme", name: "shop" })).body;
  const thread = data?.repository?.pullRequest?.reviewThreads?.nodes?.[0];
  expect(thread).toMatchObject({ isResolved: false, path: "a.txt", line: 2 });
  expect(thread?.comments?.nodes).toMatchObject([{ body: "Why?" }, { body: "Because" }]);
  const mutation =
    "mutation ($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { isResolved } } }";
  const resolved = await graphql(mutation, { id: thread?.id });
  expect(resolved.body.data?.resolveReviewThread?.thread?.isResolved).toBe(true);
  const unknown = await graphql("{ viewer { shoeSize } }");
  expect(unknown.body.errors?.[0]?.message).toContain("Field 'shoeSize' doesn't exist on type 'User'");
  const unbounded = query.replace("(first: 50)", "");
  expect((await graphql(unbounded, { owner: "acme", name: "shop" })).body.errors?.[0]?.message).toContain(
    "`first`",
  );
});

test("nobody approves his own pull request, and a pending review is shown to its author alone", async () => {
  await opened();
  const asAnn = asker(forge, forge.addToken({ user: "ann" }));
  const own = await asAnn(`POST ${at}/pulls/1/reviews`, { event: "APPROVE" });
  expect([own.status, own.body.errors]).toEqual([422, ["Can not approve your own pull request"]]);
  const { body: pending } = await ask(`POST ${at}/pulls/1/reviews`, { body: "Soon" });
  expect(pending.state).toBe("PENDING");
  expect((await asAnn(`GET ${at}/pulls/1/reviews`)).body).toEqual([]);
  const events = `${at}/pulls/1/reviews/${pending.id}/events`;
  expect((await ask(`POST ${events}`, { event: "APPROVE" })).body.state).toBe("APPROVED");
  const dismissals = `${at}/pulls/1/reviews/${pending.id}/dismissals`;
  expect((await ask(`PUT ${dismissals}`, { message: "Changed" })).body.state).toBe("DISMISSED");
});

test("the primary limit says when it ends, the secondary one how long to wait", async () => {
  forge.setBudget(token, { left: 1, resetAt: now + 600_000 });
  const last = await ask(`GET ${at}`);
  expect(last.headers.get("x-ratelimit-remaining")).toBe("0");
  const refused = await ask(`GET ${at}`);
  expect(refused.status).toBe(403);
  expect(refused.headers.get("x-ratelimit-reset")).toBe(String((now + 600_000) / 1000));
  expect((await ask("GET /rate_limit")).body.rate?.remaining).toBe(0);
  now += 600_000;
  expect((await ask(`GET ${at}`)).status).toBe(200);
  forge.faults.add({}, { secondaryLimitSeconds: 30 });
  const secondary = await ask(`GET ${at}`);
  expect([secondary.status, secondary.headers.get("retry-after")]).toEqual([403, "30"]);
});

test("statuses and check runs stand side by side, and only apps write check runs", async () => {
  const { headSha: sha } = await opened();
  expect((await ask(`POST ${at}/check-runs`, { name: "lint", head_sha: sha })).status).toBe(403);
  const app = await newApp({ checks: "write", statuses: "write" });
  const path = `/app/installations/${app.installations[0]?.id}/access_tokens`;
  const bot = asker(forge, String((await asker(forge, proofOf(app))(`POST ${path}`, {})).body.token));
  const { body: check } = await bot(`POST ${at}/check-runs`, {
    name: "lint",
    head_sha: sha,
    status: "in_progress",
  });
  const done = { status: "completed", conclusion: "failure", output: { title: "2 errors", summary: "x" } };
  await bot(`PATCH ${at}/check-runs/${check.id}`, done);
  await bot(`POST ${at}/statuses/${sha}`, { state: "success", context: "build" });
  const checks = (await ask(`GET ${at}/commits/fix/check-runs`)).body;
  expect(checks).toMatchObject({ total_count: 1, check_runs: [{ name: "lint", conclusion: "failure" }] });
  const combined = (await ask(`GET ${at}/commits/${sha}/status`)).body;
  expect(combined).toMatchObject({ state: "success", statuses: [{ context: "build" }] });
  expect((await ask(`GET ${at}/commits/${sha}/check-suites`)).body.total_count).toBe(1);
  await forge.people.protect(name, "main", { checks: ["lint"], approvals: 1 });
  expect((await ask(`GET ${at}/rules/branches/main`)).body).toMatchObject([
    { type: "required_status_checks" },
    { type: "pull_request" },
  ]);
  expect((await ask(`GET ${at}/branches/main`)).body.protection?.required_status_checks?.contexts).toEqual([
    "lint",
  ]);
});

test("a hook is pinged, tells of lost deliveries and sends them again under the same id", async () => {
  await using receiver = await startReceiver();
  const config = { url: receiver.url, content_type: "json", secret: "s" };
  const { body: hook } = await ask(`POST ${at}/hooks`, { config, events: ["issues"], active: true });
  expect((await ask(`POST ${at}/hooks`, { config, events: ["issues"] })).status).toBe(422);
  forge.webhooks.order({ what: "lose", event: "issues" });
  forge.people.openIssue(ann, { title: "It breaks" });
  await forge.webhooks.settled();
  expect(receiver.received.map(({ headers }) => headers.get("x-github-event"))).toEqual(["ping"]);
  const { body: deliveries } = await ask(`GET ${at}/hooks/${hook.id}/deliveries?per_page=1`);
  expect(deliveries).toMatchObject([{ event: "issues", action: "opened", status_code: 502 }]);
  const again = `${at}/hooks/${hook.id}/deliveries/${deliveries[0]?.id}/attempts`;
  expect((await ask(`POST ${again}`)).status).toBe(202);
  await forge.webhooks.settled();
  expect(receiver.received.at(-1)?.headers.get("x-github-delivery")).toBe(deliveries[0]?.guid);
  const { body: rest } = await ask(`GET ${at}/hooks/${hook.id}/deliveries`);
  expect(rest.map(({ redelivery }) => redelivery)).toEqual([true, false, false]);
  expect((await ask(`DELETE ${at}/hooks/${hook.id}`)).status).toBe(204);
});

test("issues have labels by name, assignees, comments, reactions and a search", async () => {
  const { body: issue } = await ask(`POST ${at}/issues`, { title: "Slow list", body: "It is slow" });
  expect((await ask(`POST ${at}/issues/1/labels`, { labels: ["tamma", "bug"] })).body).toHaveLength(2);
  expect((await ask(`DELETE ${at}/issues/1/labels/bug`)).body).toHaveLength(1);
  expect((await ask(`DELETE ${at}/issues/1/labels/bug`)).status).toBe(404);
  expect(
    (await ask(`POST ${at}/issues/1/assignees`, { assignees: ["ann", "nobody"] })).body.assignees,
  ).toHaveLength(1);
  const { body: comment } = await ask(`POST ${at}/issues/1/comments`, { body: "Hello" });
  const reactions = `${at}/issues/comments/${comment.id}/reactions`;
  expect((await ask(`POST ${reactions}`, { content: "eyes" })).status).toBe(201);
  expect((await ask(`POST ${reactions}`, { content: "eyes" })).status).toBe(200);
  await ask(`PATCH ${at}/issues/comments/${comment.id}`, { body: "Hello again" });
  expect((await ask(`GET ${at}/issues/1/comments?since=2026-01-01T00:00:00Z`)).body).toMatchObject([
    { body: "Hello again", reactions: { eyes: 1 } },
  ]);
  const query = encodeURIComponent(`repo:${name} is:issue label:tamma slow`);
  expect((await ask(`GET /search/issues?q=${query}`)).body.items).toMatchObject([{ id: issue.id }]);
  expect((await ask(`PATCH ${at}/issues/1`, { state: "closed" })).body.state).toBe("closed");
  expect((await ask(`GET ${at}/issues?state=all&labels=tamma`)).body).toHaveLength(1);
  expect((await ask(`GET ${at}/collaborators/ann/permission`)).body.permission).toBe("write");
});

test("a pull request of a fork shows whose branch it is, and the same branches are opened once", async () => {
  await forge.fork(name, "eve");
  await forge.people.push({ in: "eve/shop", by: "eve" }, "idea", { files: { "b.txt": "b\n" } });
  const order = { title: "An idea", head: "eve:idea", base: "main" };
  const first = await asker(forge, forge.addToken({ user: "eve" }))(`POST ${at}/pulls`, order);
  expect(first.body).toMatchObject({
    head: { repo: { full_name: "eve/shop" } },
    base: { repo: { full_name: name } },
  });
  const second = await ask(`POST ${at}/pulls`, order);
  expect(second.status).toBe(422);
  expect((await ask(`GET ${at}/pulls?head=eve:idea`)).body).toHaveLength(1);
  expect((await ask(`GET ${at}/pulls/1/files`)).body).toMatchObject([{ filename: "b.txt", status: "added" }]);
  expect((await ask(`GET ${at}/pulls/1/commits`)).body).toHaveLength(1);
  const own = { title: "x", head: "main", base: "main" };
  expect((await ask(`POST ${at}/pulls`, own)).status).toBe(422);
});

test("reviewers are collaborators, and a branch is brought up to date with its base", async () => {
  await opened();
  const path = `${at}/pulls/1/requested_reviewers`;
  expect((await ask(`POST ${path}`, { reviewers: ["stranger"] })).status).toBe(422);
  expect((await ask(`POST ${path}`, { reviewers: ["acme"] })).body.requested_reviewers).toHaveLength(1);
  await forge.people.push(acme, "main", { files: { "c.txt": "c\n" } });
  expect((await ask(`PUT ${at}/pulls/1/update-branch`, {})).status).toBe(202);
  expect((await ask(`GET ${at}/pulls/1`)).body.commits).toBe(2);
  expect((await ask(`DELETE ${at}/git/refs/heads/fix`)).status).toBe(204);
  expect((await ask(`GET ${at}/pulls/1`)).body.state).toBe("closed");
});

const { validated } = validatorOf("github/openapi.trimmed.json", { go: false });

test.skipIf(!validated)(
  "with ../shared/contracts, a request that the contract does not allow is noted",
  async () => {
    await ask(`POST ${at}/issues`, { title: "x", colour: "red" });
    await ask(`GET ${at}/issues?shape=round`);
    expect(forge.violations.join("\n")).toMatch(/colour[\s\S]*shape/);
    (forge.violations as string[]).length = 0;
  },
);
