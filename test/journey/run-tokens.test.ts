import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Issuer, startIssuer } from "../ci/issuer.ts";
import { type SimulatedForge, startForge } from "../forge/index.ts";
import { printed, type Started, startProcess } from "./processes.ts";

/** A server, and a GitHub Enterprise Server with two repositories, of which one was added. */
let forge: SimulatedForge;
let issuer: Issuer;
let server: Started;
let folder = "";
let url = "";
let token = "";
let added = { id: "" };
let stranger = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tamma-runs-"));
  const state = join(folder, "state");
  server = startProcess(["server/main.ts", "--state", state, "--port", "0", "--with-parent"]);
  forge = await startForge({ dialect: "github" });
  issuer = await startIssuer(forge.url);
  const files = { "README.md": "calc\n" };
  await forge.addRepository({ name: "mia/calc", files });
  stranger = String((await forge.addRepository({ name: "mia/other", files })).id);
  url = (await printed(server, /"url":"([^"]+)"/))[1] as string;
  token = readFileSync(join(state, "token"), "utf8").trim();
  const credential = {
    kind: "token",
    token: forge.addToken({ user: "mia", scopes: ["repo", "admin:repo_hook"] }),
  };
  await api("POST", "/connections", { id: "work", platform: "github", baseUrl: issuer.url, credential });
  added = (await api("POST", "/repositories", { connection: "work", name: "mia/calc" })) as typeof added;
});
afterAll(async () => {
  await server.stop();
  await issuer[Symbol.asyncDispose]();
  await forge[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function api(method: string, path: string, body: unknown = {}): Promise<unknown> {
  const headers = {
    authorization: `Bearer ${token}`,
    "idempotency-key": randomUUID(),
    "content-type": "application/json",
  };
  const answer = await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const claims = (change: object = {}) => ({
  ...{ repository: "mia/calc", repository_id: added.id, run_id: "900", run_attempt: "1" },
  ...{ event_name: "workflow_dispatch", ref: "refs/heads/main", sha: "a".repeat(40) },
  job_workflow_ref: "mia/calc/.github/workflows/tamma.yml@refs/heads/main",
  ...change,
});
const loop = (n = 7) => `work/${added.id}/${n}#1`;

interface Told {
  status: number;
  body: { token?: string; loop?: string | null; expiresAt?: number; code?: string; detail?: string };
}

async function ask(path: string, body: unknown, bearer?: string): Promise<Told> {
  const authorization: Record<string, string> =
    bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const headers = { "content-type": "application/json", ...authorization };
  const answer = await fetch(`${url}/runner/v1${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? {} : JSON.parse(text) };
}
const exchange = (idToken: string, more: object = {}) => ask("/token", { idToken, ...more });
const refused = (why: RegExp) => ({
  status: 403,
  body: { code: "run-refused", detail: expect.stringMatching(why) },
});
const leaseOf = (wished: string | null) => ({ protocol: 1, labels: [], tools: {}, waitMs: 0, loop: wished });

test("a run gets a token of fifteen minutes for its loop, and for nothing else", async () => {
  const { status, body } = await exchange(await issuer.sign(claims(), url), { loop: loop() });
  expect([status, body.loop]).toEqual([200, loop()]);
  expect(Math.abs((body.expiresAt ?? 0) - Date.now() - 15 * 60_000)).toBeLessThan(60_000);
  const leased = (wished: string | null) => ask("/lease", leaseOf(wished), body.token);
  expect((await leased(null)).status).toBe(204);
  expect((await leased(loop())).status).toBe(204);
  for (const other of [loop(8), `work/${stranger}/7#1`, "plain-git/abc/7#1"])
    expect([other, await leased(other)]).toMatchObject([
      other,
      { status: 403, body: { code: "outside-of-run" } },
    ]);
  expect(await ask("/refs/watch", {}, body.token)).toMatchObject({ status: 200, body: { repositories: [] } });
  const report = {
    connection: "work",
    repository: added.id,
    at: 1,
    heads: {},
    config: null,
    configError: null,
    dirty: [],
  };
  expect(await ask("/refs", report, body.token)).toMatchObject({ status: 403 });
  // A person's API is not a runner's.
  const mine = await fetch(`${url}/api/v1/loops`, { headers: { authorization: `Bearer ${body.token}` } });
  expect(mine.status).toBe(401);
});

test("a run without a loop works for its whole repository, and for no other", async () => {
  const { body } = await exchange(await issuer.sign(claims({ run_id: "901" }), url));
  expect(body.loop).toBeNull();
  expect((await ask("/lease", leaseOf(null), body.token)).status).toBe(204);
  expect((await ask("/lease", leaseOf(loop(3)), body.token)).status).toBe(204);
  expect(await ask("/lease", leaseOf(`work/${stranger}/7#1`), body.token)).toMatchObject({ status: 403 });
});

test("a token is exchanged once, also when it is sent five times at the same moment", async () => {
  const once = await issuer.sign(claims({ run_id: "902" }), url);
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => exchange(once)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403, 403]);
  const others = answers.filter(({ status }) => status === 403);
  expect(others.map(({ body }) => body.detail)).toEqual(
    Array(4).fill(expect.stringContaining("used before")),
  );
});

test("a run renews its token, and asks for another loop in vain", async () => {
  const run = claims({ run_id: "903" });
  const first = await exchange(await issuer.sign(run, url), { loop: loop() });
  const renewed = await ask("/token", { token: first.body.token });
  expect(renewed).toMatchObject({ status: 200, body: { loop: loop() } });
  expect(renewed.body.token).not.toBe(first.body.token);
  expect((await ask("/lease", leaseOf(null), renewed.body.token)).status).toBe(204);
  // The second job of the same run has a token of its own.
  expect(await exchange(await issuer.sign(run, url), { loop: loop() })).toMatchObject({ status: 200 });
  expect(await exchange(await issuer.sign(run, url), { loop: loop(8) })).toMatchObject(refused(/works on/));
  expect(await ask("/token", { token: "tamma_run_guessed" })).toMatchObject(refused(/no good token/));
});

test("a newer run of a loop takes the place of the one before, which is let in no more", async () => {
  const run = claims({ run_id: "904" });
  const first = await exchange(await issuer.sign(run, url), { loop: loop(9) });
  const again = claims({ run_id: "904", run_attempt: "2" });
  expect(await exchange(await issuer.sign(again, url), { loop: loop(9) })).toMatchObject({ status: 200 });
  expect(await ask("/token", { token: first.body.token })).toMatchObject(refused(/no good token/));
  expect(await exchange(await issuer.sign(run, url), { loop: loop(9) })).toMatchObject(
    refused(/told to end/),
  );
});

const forged = async (alg: string, secret: Uint8Array, header: object = {}) =>
  new SignJWT({ ...claims(), jti: randomUUID() })
    .setProtectedHeader({ alg, kid: String(issuer.published().kid), ...header })
    .setIssuer(issuer.issuer)
    .setAudience(url)
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(secret);
const text = (value: string) => new TextEncoder().encode(value);

test.each<[string, () => Promise<string>, RegExp]>([
  ["for another audience", () => issuer.sign(claims(), "https://github.com/mia"), /"aud"/],
  ["for another server of ours", () => issuer.sign(claims(), `${url}.example.test`), /"aud"/],
  ["that is expired", () => issuer.sign(claims(), url, { issuedIn: -500, expiresIn: -100 }), /expired/],
  ["that lives for years", () => issuer.sign(claims(), url, { issuedIn: -5_000, expiresIn: 9e7 }), /expired/],
  ["from the future", () => issuer.sign(claims(), url, { issuedIn: 500, expiresIn: 900 }), /"iat"/],
  [
    "that is not valid yet",
    () => issuer.sign(claims({ nbf: Math.floor(Date.now() / 1_000) + 500 }), url),
    /"nbf"/,
  ],
  [
    "of an unknown issuer",
    () => issuer.sign(claims(), url, { issuer: "https://evil.example.test" }),
    /no connection/,
  ],
  [
    "of github.com, to which nobody is connected",
    () => issuer.sign(claims(), url, { issuer: "https://token.actions.githubusercontent.com" }),
    /no connection/,
  ],
  [
    "of a repository that was not added",
    () => issuer.sign(claims({ repository_id: stranger }), url),
    /was added/,
  ],
  [
    "of a fork under the name of the added one",
    () => issuer.sign(claims({ repository_id: "999999" }), url),
    /was added/,
  ],
  [
    "of a pull request, as from a fork",
    () => issuer.sign(claims({ event_name: "pull_request", ref: "refs/pull/3/merge" }), url),
    /"pull_request"/,
  ],
  [
    "of a pull request with our rights",
    () => issuer.sign(claims({ event_name: "pull_request_target" }), url),
    /"pull_request_target"/,
  ],
  ["of a push", () => issuer.sign(claims({ event_name: "push" }), url), /"push"/],
  [
    "of another branch",
    () => issuer.sign(claims({ ref: "refs/heads/tamma/5" }), url),
    /not the default branch/,
  ],
  [
    "of another workflow",
    () => issuer.sign(claims({ job_workflow_ref: "mia/calc/.github/workflows/x.yml@refs/heads/main" }), url),
    /tamma\.yml/,
  ],
  ["without an id", () => issuer.sign({ ...claims(), jti: undefined }, url), /"jti"/],
  ["whose run is no number", () => issuer.sign(claims({ run_id: "1/../2" }), url), /run_id/],
  [
    "without a signature",
    async () =>
      new UnsecuredJWT(claims())
        .setIssuer(issuer.issuer)
        .setAudience(url)
        .setJti("u")
        .setIssuedAt()
        .setExpirationTime("5m")
        .encode(),
    /./,
  ],
  [
    "signed with the public key as a shared secret",
    () => forged("HS256", text(JSON.stringify(issuer.published()))),
    /proves/,
  ],
  [
    "signed with the modulus as a shared secret",
    () => forged("HS512", text(String(issuer.published().n))),
    /proves/,
  ],
  ["that is no token", async () => "not.a.token", /no token of a run/],
  ["that is noise", async () => randomBytes(900).toString("base64"), /no token of a run/],
])("a token %s is refused", async (_, made, why) => {
  expect(await exchange(await made())).toMatchObject(refused(why));
});

test("an issuer that does not answer proves nothing, and is worth another try", async () => {
  const credential = { kind: "token", token: "none" };
  const baseUrl = "http://127.0.0.1:1";
  await api("POST", "/connections", { id: "dark", platform: "github", baseUrl, credential });
  const made = await issuer.sign(claims(), url, { issuer: `${baseUrl}/_services/token` });
  expect(await exchange(made)).toMatchObject({ status: 503, body: { code: "issuer-silent" } });
});

test("a key that comes with the token itself, or by an address in it, counts for nothing", async () => {
  const own = await generateKeyPair("RS256");
  const jwk = await exportJWK(own.publicKey);
  const header = {
    alg: "RS256",
    kid: String(issuer.published().kid),
    jwk,
    jku: "https://evil.example.test/jwks",
  };
  const made = await new SignJWT({ ...claims(), jti: "own" })
    .setProtectedHeader(header)
    .setIssuer(issuer.issuer)
    .setAudience(url)
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(own.privateKey);
  expect(await exchange(made)).toMatchObject(refused(/not the issuer's/));
});

test("what is too large, or no request at all, is refused before it is read", async () => {
  const long = await issuer.sign(claims({ filler: "x".repeat(8_000) }), url);
  expect((await exchange(long)).status).toBe(422);
  expect((await exchange("x".repeat(100_000))).status).toBe(422);
  expect((await exchange("x".repeat(600_000))).status).toBe(413);
  for (const body of [{}, { idToken: 5 }, { idToken: "" }, { ticket: "t" }, [], { idToken: ["a"], loop: 3 }])
    expect([body, (await ask("/token", body)).status]).toEqual([body, 422]);
  expect(await exchange(await issuer.sign(claims({ run_id: "905" }), url), { loop: "../x" })).toMatchObject({
    status: 422,
  });
  expect(
    await exchange(await issuer.sign(claims({ run_id: "905" }), url), { loop: `work/${stranger}/7#1` }),
  ).toMatchObject(refused(/no loop of its repository/));
});

test("a new key of the issuer is taken within seconds, and the old one no more", async () => {
  expect(await exchange(await issuer.sign(claims({ run_id: "906" }), url))).toMatchObject({ status: 200 });
  const before = issuer.fetched;
  const old = await issuer.rotate();
  await expect
    .poll(async () => (await exchange(await issuer.sign(claims({ run_id: "907" }), url))).status, {
      timeout: 15_000,
      interval: 250,
    })
    .toBe(200);
  // However often it was asked meanwhile, the issuer was not.
  expect(issuer.fetched - before).toBeLessThanOrEqual(3);
  expect(await exchange(await issuer.sign(claims({ run_id: "908" }), url, old))).toMatchObject(
    refused(/no such key/),
  );
});

test("a ticket lets in who shows it first, and the same one again when the answer was lost", async () => {
  const { ticket } = (await api("POST", `/loops/${encodeURIComponent(loop(20))}/ticket`)) as {
    ticket: string;
  };
  const claim = randomBytes(32).toString("base64url");
  const [first, second] = [await ask("/token", { ticket, claim }), await ask("/token", { ticket, claim })];
  expect([first.status, first.body.loop, second.status]).toEqual([200, loop(20), 200]);
  const other = randomBytes(32).toString("base64url");
  expect(await ask("/token", { ticket, claim: other })).toMatchObject(refused(/used before/));
  expect((await ask("/lease", leaseOf(null), second.body.token)).status).toBe(204);
  expect(await ask("/lease", leaseOf(loop(21)), second.body.token)).toMatchObject({ status: 403 });
  expect(await ask("/token", { token: second.body.token })).toMatchObject({ status: 200 });
  expect(await ask("/token", { ticket: "tamma_ticket_guessed", claim })).toMatchObject(
    refused(/unknown or expired/),
  );
  await expect(api("POST", `/loops/${encodeURIComponent(`work/${stranger}/7#1`)}/ticket`)).rejects.toThrow(
    /unknown-loop/,
  );
});

test("whoever may revoke runners ends a run of CI: its token opens nothing any more", async () => {
  const { body } = await exchange(await issuer.sign(claims({ run_id: "910" }), url), { loop: loop(30) });
  await api("POST", `/runners/ci-work-${added.id}-910.1/revoke`);
  expect(await ask("/lease", leaseOf(null), body.token)).toMatchObject({ status: 401 });
  expect(await ask("/token", { token: body.token })).toMatchObject(refused(/no good token/));
  expect(await exchange(await issuer.sign(claims({ run_id: "910" }), url), { loop: loop(30) })).toMatchObject(
    refused(/told to end/),
  );
});
