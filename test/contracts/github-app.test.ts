import { generateKeyPairSync } from "node:crypto";
import { withMarker } from "@tamma/core/platforms/_shared/marker.ts";
import { githubRepository } from "@tamma/core/platforms/github/index.ts";
import { jwtVerify } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contractFaults } from "./github-contract.ts";
import * as wire from "./github-wire.ts";
import { failing, notFound, ok, pullBody, reply } from "./github-wire.ts";
import { startWireServer, type WireServer } from "./wire-server.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (type: "pkcs1" | "pkcs8") => String(privateKey.export({ type, format: "pem" }));

let server: WireServer;
let clock: number;
beforeEach(async () => {
  server = await startWireServer();
  clock = wire.now;
});
afterEach(async () => {
  expect(contractFaults(server.requests)).toEqual([]);
  await server[Symbol.asyncDispose]();
});

const permissions = {
  metadata: "read",
  contents: "write",
  issues: "read",
  pull_requests: "write",
  pages: "write",
};
const installation = ok({ id: 123, permissions });
const tokenUntil = (token: string, ms: number) =>
  reply(201, { token, expires_at: new Date(ms).toISOString() });
const hour = 3_600_000;
const connecting = [ok(wire.repositoryBody), ok([])];

const connect = (privateKey = pem("pkcs1")) =>
  githubRepository({
    ...wire.optionsFor(server.url),
    access: { appId: "Iv1.abc", privateKey },
    now: () => clock,
  });
const authorizations = () => server.requests.map(({ headers }) => headers.authorization ?? "");
const asked = () => server.requests.map(({ method, path }) => `${method} ${path}`);

test.each([
  ["as GitHub hands it out", pem("pkcs1")],
  ["as PKCS#8", pem("pkcs8")],
  ["with its line breaks written out", pem("pkcs1").replaceAll("\n", "\\n")],
])("an App proves itself by its key %s, in a token of minutes that a slow clock takes", async (_, key) => {
  server.replyWith(installation, tokenUntil("ghs_one", clock + hour), ...connecting);
  await connect(key);
  const jwt = (authorizations()[0] ?? "").slice("Bearer ".length);
  const { payload, protectedHeader } = await jwtVerify(jwt, publicKey, {
    currentDate: new Date(clock),
  });
  expect(protectedHeader.alg).toBe("RS256");
  expect(payload.iss).toBe("Iv1.abc");
  expect(payload.iat).toBe(clock / 1_000 - 60);
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(600);
});

test("an installation's token is for one repository, and for what was granted of what it needs", async () => {
  server.replyWith(installation, tokenUntil("ghs_one", clock + hour), ...connecting);
  await connect();
  expect(asked()).toEqual([
    "GET /repos/acme/shop/installation",
    "POST /app/installations/123/access_tokens",
    "GET /repos/acme/shop",
    "GET /repos/acme/shop/rules/branches/main?per_page=100",
  ]);
  expect(server.requests[1]?.body).toEqual({
    repositories: ["shop"],
    permissions: { metadata: "read", contents: "write", issues: "read", pull_requests: "write" },
  });
  expect(authorizations().slice(2)).toEqual(["Bearer ghs_one", "Bearer ghs_one"]);
});

test("a token is kept until five minutes before its end, and made anew by one request for all", async () => {
  server.replyWith(installation, tokenUntil("ghs_one", clock + hour), ...connecting);
  const { reading } = await connect();
  clock += hour - 300_001;
  server.replyWith(ok(pullBody()));
  await reading.pullRequest(9);
  expect(authorizations().at(-1)).toBe("Bearer ghs_one");
  clock += 1;
  server.replyWith(installation, tokenUntil("ghs_two", clock + hour), ok(pullBody()));
  await Promise.all([reading.pullRequest(9), reading.pullRequest(9), reading.pullRequest(9)]);
  expect(authorizations().slice(-3)).toEqual(Array(3).fill("Bearer ghs_two"));
  expect(asked().filter((one) => one.startsWith("POST"))).toHaveLength(2);
});

test("a token that was taken back is replaced once", async () => {
  server.replyWith(installation, tokenUntil("ghs_one", clock + hour), ...connecting);
  const { reading } = await connect();
  const bad = reply(401, { message: "Bad credentials" });
  server.replyWith(bad, installation, tokenUntil("ghs_two", clock + hour), ok(pullBody()));
  expect((await reading.pullRequest(9))?.number).toBe(9);
  server.replyWith(bad, installation, tokenUntil("ghs_three", clock + hour), bad);
  expect((await failing(reading.pullRequest(9))).kind).toBe("auth");
});

test("issues of an App are found among all, because some servers find none by its login", async () => {
  server.replyWith(installation, tokenUntil("ghs_one", clock + hour), ...connecting);
  const { issues } = await connect();
  const self = { id: 99, login: "tamma[bot]", type: "Bot" };
  const issue = (number: number, body: string, user: unknown) => ({
    ...{ id: number, number, title: "t", body, state: "closed", user, labels: [], html_url: "h" },
  });
  const body = withMarker("text", "k", 65_536);
  const path = "/repos/acme/shop/issues?page=2";
  const more = { link: `<${server.url}${path}>; rel="next"` };
  const first = ok([issue(9, body, wire.ann)], more);
  // The page behind it is not asked for.
  server.replyWith(ok({ slug: "tamma" }), ok(self), first, ok([issue(8, body, self)], more));
  expect(await issues.createIssue({ key: "k", title: "t", body: "text", labels: [] })).toBe(8);
  expect(asked().slice(-2)).toEqual([
    "GET /repos/acme/shop/issues?state=all&sort=created&direction=desc&per_page=100",
    `GET ${path}`,
  ]);
});

test("an App that is not installed for the repository says so", async () => {
  server.replyWith(notFound);
  const error = await failing(connect());
  expect(error).toMatchObject({ kind: "not-found" });
  expect(error.message).toContain("not installed for acme/shop");
});

test("what an App may do is what was granted, whatever the repository says of a person", async () => {
  server.replyWith(installation, tokenUntil("ghs_one", clock + hour), ...connecting);
  const { reading } = await connect();
  const person = { admin: false, push: false, pull: false };
  const reference = ok({ object: { sha: wire.sha("a"), type: "commit" } });
  server.replyWith(ok({ ...wire.repositoryBody, permissions: person }), reference);
  expect((await reading.repository()).permission).toBe("write");
});

test("an App writes under its own account", async () => {
  server.replyWith(installation, tokenUntil("ghs_one", clock + hour), ...connecting);
  const { reading } = await connect();
  server.replyWith(ok({ slug: "tamma" }), ok({ id: 99, login: "tamma[bot]", type: "Bot" }));
  expect(await reading.me()).toEqual({ id: "99", login: "tamma[bot]", bot: true });
  expect(asked().slice(-2)).toEqual(["GET /app", "GET /users/tamma%5Bbot%5D"]);
  // The App's own proof is for what is asked about the App, and the token for everything else.
  expect(authorizations().at(-2)).not.toBe("Bearer ghs_one");
  expect(authorizations().at(-1)).toBe("Bearer ghs_one");
});
