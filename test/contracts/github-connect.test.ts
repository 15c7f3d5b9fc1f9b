import { githubRepository } from "@tamma/core/platforms/github/index.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contractFaults, description } from "./github-contract.ts";
import * as wire from "./github-wire.ts";
import { failing, notFound, ok, reply } from "./github-wire.ts";
import { type Reply, startWireServer, unusedUrl, type WireServer } from "./wire-server.ts";

let github: wire.Rig;
beforeEach(async () => {
  github = await wire.startGithub();
});
afterEach(() => github[Symbol.asyncDispose]());

// Skipped without ../shared/contracts: then no request of these tests is compared with the description.
test.skipIf(description === null)("a request that GitHub does not document would be noticed", () => {
  const asked = (method: string, path: string, body: unknown = null) =>
    contractFaults([{ method, path, headers: {}, body }]);
  expect(asked("GET", "/repos/a/b/pulls/1")).toEqual([]);
  expect(asked("GET", "/repos/a/b/wishes")).toHaveLength(1);
  expect(asked("GET", "/repos/a/b/pulls?stat=open")).toEqual(["GET /repos/{owner}/{repo}/pulls: query stat"]);
  expect(asked("POST", "/repos/a/b/pulls", { head: 1, draft: "no", wish: 1 })).toHaveLength(4);
});

test("a connection has the token, the version of the API and what the repository allows", () => {
  const [request] = github.server.requests;
  expect(request?.headers).toMatchObject({
    authorization: `Bearer ${wire.token}`,
    "x-github-api-version": "2022-11-28",
  });
  expect(request?.headers["user-agent"]).toContain("tamma");
  expect(github.forge.capabilities).toMatchObject({
    ...{ platform: "github", version: null, draft: "flag", mergeMethods: ["merge", "squash"] },
    ...{ dispatch: "run-id", mergeQueue: false, autoMerge: false, commentCharsMax: 65_536 },
  });
});

test("a merge queue is found in the rules of the default branch", async () => {
  await using queue = await wire.startGithub({}, [{ type: "merge_queue", parameters: {} }]);
  expect(queue.forge.capabilities.mergeQueue).toBe(true);
});

test("a private repository of a free account, whose rules nobody sees, connects all the same", async () => {
  await using server = await startWireServer();
  const upgrade = "Upgrade to GitHub Pro or make this repository public to enable this feature.";
  server.replyWith(ok(wire.repositoryBody), reply(403, { message: upgrade }));
  const forge = await githubRepository(wire.optionsFor(server.url));
  expect(forge.capabilities.mergeQueue).toBe(false);
});

test("an Enterprise Server is asked under its own address, also for GraphQL", async () => {
  await using server: WireServer = await startWireServer();
  server.replyWith(
    ok(wire.repositoryBody, { "x-github-enterprise-version": "enterprise-server@3.17.0" }),
    notFound,
    ok(wire.pullBody({ draft: true })),
    ok({ data: { markPullRequestReadyForReview: {} } }),
  );
  const forge = await githubRepository({ ...wire.optionsFor(`${server.url}/api/v3/`) });
  expect(forge.capabilities).toMatchObject({
    version: "enterprise-server@3.17.0",
    dispatch: "correlate",
    mergeQueue: false,
  });
  await forge.codeHost.setDraft(wire.pull, false);
  expect(server.requests.map(({ path }) => path)).toEqual([
    "/api/v3/repos/acme/shop",
    "/api/v3/repos/acme/shop/rules/branches/main?per_page=100",
    "/api/v3/repos/acme/shop/pulls/9",
    "/api/graphql",
  ]);
});

test.each([
  [{ repository: "shop" }, "no owner/name"],
  [{ repository: "a/b/c" }, "no owner/name"],
  [{ baseUrl: "api.github.test" }, "no address of an API"],
  [{ baseUrl: "https://ann:pass@github.test" }, "no address of an API"],
  [{ access: { token: "" } }, "the token is empty"],
  [{ access: { token: "two words" } }, "the token is empty"],
  [{ access: { appId: "1", privateKey: "no key" } }, "no PEM of an RSA key"],
])("options %j are refused in words", async (over, words) => {
  const options = { ...wire.optionsFor(await unusedUrl()), ...over };
  const error = await failing(githubRepository(options));
  expect(error.kind).toBe("validation");
  expect(error.message).toContain(words);
  expect(error.message).not.toContain("no key");
});

test("an answer that has not GitHub's shape is a transient error that names the field", async () => {
  github.replyWith(ok({ ...wire.pullBody(), head: { ref: "x", sha: "short", repo: null } }));
  expect(await failing(github.forge.reading.pullRequest(9))).toMatchObject({
    kind: "transient",
    message: expect.stringContaining("head.sha"),
  });
  github.replyWith(reply(200, "<html>sign in</html>", { "content-type": "text/html" }));
  expect((await failing(github.forge.reading.pullRequest(9))).kind).toBe("transient");
  github.replyWith(reply(200, "{", { "content-type": "application/json" }));
  expect((await failing(github.forge.reading.pullRequest(9))).kind).toBe("transient");
});

test("what is only read is read again when GitHub stumbles, and what changes something is not", async () => {
  github.replyWith(reply(502, "bad gateway"), reply(503), ok(wire.pullBody()));
  expect((await github.forge.reading.pullRequest(9))?.number).toBe(9);
  expect(github.pauses).toEqual([250, 1_000]);
  github.replyWith(reply(502, "bad gateway"));
  const before = github.asked().length;
  expect((await failing(github.forge.issues.addLabels({ id: "1", number: 7 }, ["x"]))).kind).toBe(
    "transient",
  );
  expect(github.asked().length).toBe(before + 1);
});

test("a rate limit says when to come back, and the request's name is kept", async () => {
  const headers = {
    ...{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(wire.now / 1_000 + 90) },
    "x-github-request-id": "A1:B2",
  };
  github.replyWith(reply(403, { message: "API rate limit exceeded" }, headers));
  expect(await failing(github.forge.reading.pullRequest(9))).toMatchObject({
    ...{ kind: "rate-limited", operation: "pullRequest", retryAt: wire.now + 90_000 },
    message: "pullRequest: 403 API rate limit exceeded (request A1:B2)",
  });
});

test("a limit of GraphQL, whose status is 200, is one too", async () => {
  const errors = [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }];
  const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(wire.now / 1_000 + 90) };
  github.replyWith(ok(wire.pullBody({ draft: true })), ok({ errors }, headers));
  expect(await failing(github.forge.codeHost.setDraft(wire.pull, false))).toMatchObject({
    ...{ kind: "rate-limited", operation: "setDraft", retryAt: wire.now + 90_000 },
  });
});

test("a redirect is not followed, for the token would go with it", async () => {
  await using elsewhere = await startWireServer();
  github.replyWith(reply(301, {}, { location: `${elsewhere.url}/repos/1` }));
  expect((await failing(github.forge.reading.pullRequest(9))).message).toContain("another address");
  expect(elsewhere.requests).toEqual([]);
});

test("a next page on another server is not asked for", async () => {
  await using elsewhere = await startWireServer();
  const link = { link: `<${elsewhere.url}/repos/acme/shop/issues?page=2>; rel="next"` };
  github.replyWith(ok([], link));
  expect((await failing(github.forge.reading.issuesWith("tamma"))).kind).toBe("validation");
  expect(elsewhere.requests).toEqual([]);
});

test.each(["", ".", "..", "../../../user"])("a login %j does not become another address", async (login) => {
  github.replyWith(notFound);
  const outcome = await github.forge.reading.permissionOf(login).catch((error: unknown) => error);
  if (outcome !== "none") expect(outcome).toMatchObject({ kind: "validation" });
  for (const asked of github.asked()) expect(asked).toMatch(/\/collaborators\/[^/]+\/permission$/);
});

test("the token stands in no error, also when a server says it back", async () => {
  github.replyWith(reply(401, { message: `Bad credentials ${wire.token}` }));
  const error = await failing(github.forge.reading.me());
  expect(error.kind).toBe("auth");
  expect(error.message).toContain("Bad credentials [secret]");
  expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain(wire.token);
});

test("who the token is is asked once", async () => {
  github.replyWith(reply(500), reply(500), reply(500), ok(wire.bot));
  expect((await failing(github.forge.reading.me())).kind).toBe("transient");
  expect(await github.forge.reading.me()).toEqual({ id: "77", login: "tamma-bot", bot: false });
  await github.forge.reading.me();
  expect(github.asked()).toHaveLength(4);
});

test.each<[string, Partial<Reply>, string]>([
  ["breaks off", { body: "{", ending: "reset" }, "transient"],
  ["never ends", { body: "x".repeat(1_000_000), ending: "again" }, "validation"],
])("an answer that %s is an error of its kind", async (_, part, kind) => {
  github.replyWith({ ...ok({}), ...part });
  expect((await failing(github.forge.reading.pullRequest(9))).kind).toBe(kind);
});

test("each request that was sent is counted under its operation", async () => {
  github.replyWith(ok(wire.repositoryBody), ok({ object: { sha: wire.sha("a"), type: "commit" } }));
  expect(await github.forge.reading.repository()).toMatchObject({
    ...{ id: "1", name: "acme/shop", empty: false, permission: "write", mergeMethods: ["merge", "squash"] },
  });
  expect(github.sent).toEqual(["repository", "repository"]);
});
