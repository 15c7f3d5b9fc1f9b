import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { claimsOf, keysOf } from "@tamma/core/platforms/_shared/run-token.ts";
import { githubIssuerAt, githubRunClaims, whyNotThisRun } from "@tamma/core/platforms/github/run-token.ts";
import { exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

const issuer = "https://token.actions.example.test";
const audience = "https://tamma.example.test";
const now = 1_796_000_000_000;
const seconds = now / 1_000;

const expected = { repository: "42", defaultBranch: "main" };
const workflow = "mia/calc/.github/workflows/tamma.yml";
const good = {
  ...{ jti: "j1", repository_id: "42", repository: "mia/calc", run_id: "900", run_attempt: "1" },
  ...{ event_name: "workflow_dispatch", sha: "a".repeat(40), ref: "refs/heads/main" },
  job_workflow_ref: `${workflow}@refs/heads/main`,
};

type Key = Awaited<ReturnType<typeof generateKeyPair>>;
let [first, second, stranger]: Key[] = [];
/** What the issuer publishes now. */
let published: JWK[] = [];
let asked = 0;
const server = createServer((_request, response) => {
  asked += 1;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ keys: published }));
});
let jwks = "";

const jwk = async (key: Key, kid: string) => ({
  ...(await exportJWK(key.publicKey)),
  kid,
  alg: "RS256",
  use: "sig",
});

beforeAll(async () => {
  [first, second, stranger] = await Promise.all([1, 2, 3].map(() => generateKeyPair("RS256")));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks`;
});
afterAll(() => server.close());
beforeEach(async () => {
  published = [await jwk(first as Key, "k1")];
  asked = 0;
});

const signed = (
  key: Key,
  claims: object = good,
  { kid = "k1", iss = issuer, aud = audience, age = 10 } = {},
) =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "RS256", kid })
    .setIssuer(iss)
    .setAudience(aud)
    .setIssuedAt(seconds - age)
    .setExpirationTime(seconds - age + 300)
    .sign(key.privateKey);

const read = (token: string, keys = keysOf({ issuer, jwks }, fetch)) =>
  claimsOf(token, { issuer, audience, keys, claims: githubRunClaims }, now);

test("the token of the run that was dispatched is taken", async () => {
  const reading = await read(await signed(first as Key));
  if ("refused" in reading) expect.fail(reading.refused);
  expect(reading.claims).toMatchObject({ jti: "j1", run_id: "900" });
  expect(whyNotThisRun(reading.claims, expected)).toBeNull();
});

test.each([
  ["https://github.com", "https://token.actions.githubusercontent.com"],
  ["https://acme.ghe.com", "https://token.actions.acme.ghe.com"],
  ["https://git.example.test/github", "https://git.example.test/github/_services/token"],
])("runs of %s have one issuer", (baseUrl, issuerThere) => {
  expect(githubIssuerAt(baseUrl)).toBe(issuerThere);
});

test("keys are fetched once, and again when a token is signed with a new one", async () => {
  let clock = Date.now();
  const keys = keysOf({ issuer, jwks }, fetch);
  expect(await read(await signed(first as Key), keys)).toHaveProperty("claims");
  expect(await read(await signed(first as Key), keys)).toHaveProperty("claims");
  expect(asked).toBe(1);
  published = [await jwk(second as Key, "k2")];
  // Not more often than every few seconds, whatever tokens name: then the new key is found.
  expect(await read(await signed(second as Key, good, { kid: "k2" }), keys)).toHaveProperty("refused");
  expect(asked).toBe(1);
  const real = Date.now;
  try {
    clock += 6_000;
    Date.now = () => clock;
    expect(await read(await signed(second as Key, good, { kid: "k2" }), keys)).toHaveProperty("claims");
  } finally {
    Date.now = real;
  }
  expect(asked).toBe(2);
});

test.each<[string, () => Promise<string>, RegExp]>([
  ["of another issuer", () => signed(first as Key, good, { iss: "https://evil.example.test" }), /"iss"/],
  ["for another audience", () => signed(first as Key, good, { aud: "https://github.com/mia" }), /"aud"/],
  ["that is expired", () => signed(first as Key, good, { age: 400 }), /expired/],
  ["from the future", () => signed(first as Key, good, { age: -400 }), /"iat"/],
  ["signed by somebody else under the issuer's key id", () => signed(stranger as Key), /not the issuer's/],
  [
    "signed with a key that the issuer has not",
    () => signed(stranger as Key, good, { kid: "k9" }),
    /no such key/,
  ],
  ["without an id of its own", () => signed(first as Key, { ...good, jti: undefined }), /"jti"/],
  ["without a repository", () => signed(first as Key, { ...good, repository_id: 42 }), /repository_id/],
  ["that is no token", async () => "not.a.token", /./],
  ["that is empty", async () => "", /./],
  [
    "without any signature",
    async () => new UnsecuredJWT(good).setIssuer(issuer).setAudience(audience).setIssuedAt(seconds).encode(),
    /./,
  ],
  [
    "signed with the public key as a shared secret",
    async () =>
      new SignJWT(good)
        .setProtectedHeader({ alg: "HS256", kid: "k1" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + 300)
        .sign(new TextEncoder().encode(JSON.stringify(published[0]))),
    /not signed in a way/,
  ],
])("a token %s is refused", async (_, token, reason) => {
  expect(await read(await token())).toEqual({ refused: expect.stringMatching(reason) });
});

test("an issuer that cannot be read, or sends elsewhere, proves nothing", async () => {
  const token = await signed(first as Key);
  const away = keysOf({ issuer, jwks: "http://127.0.0.1:1/jwks" }, fetch);
  const later = { refused: expect.stringContaining("could not be read"), later: true };
  expect(await read(token, away)).toEqual(later);
  const moved = createServer((_request, response) => response.writeHead(302, { location: jwks }).end());
  await new Promise<void>((listening) => moved.listen(0, "127.0.0.1", listening));
  const { port } = moved.address() as AddressInfo;
  const redirected = keysOf({ issuer, jwks: `http://127.0.0.1:${port}/` }, fetch);
  expect(await read(token, redirected)).toEqual(later);
  expect(asked).toBe(0);
  moved.close();
});

test.each<[string, object, string]>([
  ["of another repository of the same name", { repository_id: "43" }, "another repository"],
  ["of another branch", { ref: "refs/heads/tamma/5" }, "not the default branch"],
  ["of a tag", { ref: "refs/tags/main" }, "not the default branch"],
  ["of a pull request, which may come from a fork", { event_name: "pull_request" }, '"pull_request"'],
  ["of a fork's privileged run", { event_name: "pull_request_target" }, '"pull_request_target"'],
  [
    "of the workflow as a branch has it",
    { job_workflow_ref: `${workflow}@refs/heads/tamma/5` },
    "in the default branch",
  ],
  [
    "of another workflow",
    { job_workflow_ref: "mia/calc/.github/workflows/other.yml@refs/heads/main" },
    "in the default branch",
  ],
  [
    "of a workflow that another repository offers",
    { job_workflow_ref: "eve/calc/.github/workflows/tamma.yml@refs/heads/main" },
    "in the default branch",
  ],
])("a run %s does no jobs of ours", async (_, change, reason) => {
  const reading = await read(await signed(first as Key, { ...good, ...change }));
  if ("refused" in reading) expect.fail(reading.refused);
  expect(whyNotThisRun(reading.claims, expected)).toContain(reason);
});
