import { applyD1Migrations, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHmac, randomBytes } from "node:crypto";
import type { AddConnection } from "@tamma/core/protocol/connections.ts";
import type { Delivery, DeliveryPage, DeliveryQuery } from "@tamma/core/protocol/deliveries.ts";
import { beforeAll, expect, test, vi } from "vitest";
import { aesCipher } from "../../workers/orchestrator/cipher.ts";
import type { OrchestratorEnv } from "../../workers/orchestrator/env.ts";
import { accountHub, repoCoordinator } from "../../workers/orchestrator/objects.ts";
import { sqliteStore } from "../../workers/orchestrator/sqlite-store.ts";
import type { IncomingWebhook } from "../../workers/rpc.ts";
import { accepted, caller, orchestrator, refusal, repository, start, testMigrations } from "./world.ts";

const bindings = env as unknown as OrchestratorEnv;
const token = "canary-platform-token";
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text).slice();

// Nothing here is about the platform itself: whoever asks it is refused at once.
globalThis.fetch = async () => new Response("{}", { status: 401 });

beforeAll(() => applyD1Migrations(env.DB, testMigrations()));

/** A connection of its own for each test. */
async function connected(platform: AddConnection["platform"] = "gitea") {
  const id = `c${randomBytes(4).toString("hex")}`;
  const address = { baseUrl: "https://git.example.test", webhookBaseUrl: null };
  const input = { id, platform, ...address, credential: { kind: "token", token } };
  const made = await accepted(orchestrator.addConnection(caller(), input as AddConnection));
  return { id, input: input as AddConnection, secret: made.webhookSecret };
}

/** What became of each delivery; null for one that is not acted on yet. */
function outcomes(coordinator: DurableObjectStub): Promise<(string | null)[]> {
  return runInDurableObject(coordinator, (_object, { storage }) =>
    storage.sql
      .exec("SELECT outcome FROM deliveries ORDER BY rowid")
      .toArray()
      .map(({ outcome }) => outcome as string | null),
  );
}

/** A repository that was added through the connection. */
async function added(connection: string, id = "42") {
  const names = { name: "mia/calc", url: "https://git.example.test/mia/calc.git", defaultBranch: "main" };
  const coordinator = repoCoordinator(bindings, { connection, id });
  await accepted(coordinator.add(caller(), { connection, id, ...names }, {}));
}

const opened = (repository = 42) => ({
  action: "opened",
  issue: {
    ...{ number: 5, title: "Multiply", body: "Please.", state: "open", pull_request: null },
    ...{ user: { id: 7, login: "mia" }, labels: [], assignees: [], updated_at: "2026-11-30T10:00:00Z" },
  },
  repository: { id: repository, full_name: "mia/calc" },
  sender: { id: 7, login: "mia" },
});

function sent(connection: string, secret: string, payload: unknown, delivery = "d1"): IncomingWebhook {
  const body = bytes(typeof payload === "string" ? payload : JSON.stringify(payload));
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const headers: [string, string][] = [
    ["x-gitea-event", "issues"],
    ["x-gitea-delivery", delivery],
    ["x-gitea-signature", signature],
  ];
  return { platform: "gitea", connection, headers, body: body.buffer };
}

test("the same connection again is answered the same; another of that name is refused", async () => {
  const { id, input, secret } = await connected();
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(await accepted(orchestrator.addConnection(caller(), input))).toMatchObject({
    ...{ id, webhookSecret: secret, webhookPath: `/webhooks/gitea/${id}` },
  });
  const guessed = { ...input, credential: { kind: "token", token: "guessed" } } as AddConnection;
  expect(await refusal(orchestrator.addConnection(caller(), guessed))).toMatchObject({ status: 409 });
  const other = { ...input, baseUrl: "https://other.example.test" };
  expect(await refusal(orchestrator.addConnection(caller(), other))).toEqual({
    ...{ status: 409, code: "connection-exists" },
  });
  expect((await orchestrator.listConnections()).filter((each) => each.id === id)).toHaveLength(1);
});

test("where a platform reaches this server is given, changed and taken back", async () => {
  const { id, input } = await connected();
  const listed = async () => (await orchestrator.listConnections()).find((each) => each.id === id);
  expect(await listed()).toMatchObject({ webhookUrl: `http://tamma.test/webhooks/gitea/${id}` });
  const change = (webhookBaseUrl: string | null) =>
    orchestrator.changeConnection(caller(), id, { webhookBaseUrl });
  const elsewhere = "https://tamma.example.org";
  expect(await accepted(change(elsewhere))).toEqual(await listed());
  expect(await listed()).toMatchObject({ webhookUrl: `${elsewhere}/webhooks/gitea/${id}` });
  // Whoever adds it again without an address means the same connection.
  expect(await accepted(orchestrator.addConnection(caller(), input))).toMatchObject({
    webhookUrl: `${elsewhere}/webhooks/gitea/${id}`,
  });
  expect(await refusal(change("http://127.0.0.1:1"))).toEqual({ status: 422, code: "webhook-address" });
  expect(await accepted(change(null))).toMatchObject({ webhookBaseUrl: null });
  expect(await refusal(orchestrator.changeConnection(caller(), "nobody", { webhookBaseUrl: null }))).toEqual({
    ...{ status: 404, code: "unknown-connection" },
  });
});

test("a repository with a loop under way is not removed; one without is, once", async () => {
  const busy = await repository();
  await start(busy);
  expect(await refusal(orchestrator.removeRepository(caller(), busy))).toEqual({
    ...{ status: 409, code: "repository-busy" },
  });
  const free = await repository({}, 0);
  const listed = async () => (await orchestrator.listRepositories()).map(({ id }) => id);
  expect(await listed()).toEqual(expect.arrayContaining([busy, free]));
  await accepted(orchestrator.removeRepository(caller(), `plain-git/${free}`));
  expect(await listed()).not.toContain(free);
  expect(await refusal(orchestrator.removeRepository(caller(), free))).toEqual({
    ...{ status: 404, code: "unknown-repository" },
  });
});

test("a check is of a connection of this account, and of repositories that came through it", async () => {
  const { id } = await connected();
  expect(await refusal(orchestrator.checkConnection("nobody", null))).toEqual({
    ...{ status: 404, code: "unknown-connection" },
  });
  // Refused before the platform is asked.
  expect(await refusal(orchestrator.checkConnection(id, "of another"))).toEqual({
    ...{ status: 404, code: "unknown-repository" },
  });
});

test("what is proven is taken once, however often it is delivered, and over an eviction", async () => {
  const { id, secret } = await connected();
  await added(id);
  const take = (delivery: string) => orchestrator.takeWebhook(sent(id, secret, opened(), delivery));
  expect(await accepted(take("d1"))).toEqual({ outcome: "taken", why: null });
  const together = await Promise.all([take("d1"), take("d2"), take("d2"), take("d1")].map(accepted));
  expect(together.map(({ outcome }) => outcome).sort()).toEqual(["again", "again", "again", "taken"]);
  const stub = env.REPO_COORDINATOR.get(env.REPO_COORDINATOR.idFromName(`${id}/42`));
  // An object that is at something is not evicted.
  await vi.waitFor(async () =>
    expect(await outcomes(stub)).toEqual([expect.any(String), expect.any(String)]),
  );
  await evictDurableObject(stub);
  expect(await accepted(take("d2"))).toMatchObject({ outcome: "again" });
});

test("what is not proven, not for this platform, or for no connection looks all the same", async () => {
  const { id, secret } = await connected();
  await added(id);
  const good = sent(id, secret, opened());
  const wrong = [
    sent(id, "another secret", opened()),
    { ...good, body: bytes("{}").buffer },
    { ...good, connection: "nobody" },
    { ...good, platform: "github" },
    { ...good, platform: "forgejo" },
    { ...good, headers: good.headers.filter(([name]) => name !== "x-gitea-signature") },
    // Forgejo sends Gitea's headers along.
    { ...good, headers: [...good.headers, ["x-forgejo-event", "issues"] as [string, string]] },
  ];
  for (const each of wrong)
    expect(await refusal(orchestrator.takeWebhook(each))).toEqual({ status: 401, code: "bad-webhook" });
  expect(await accepted(orchestrator.takeWebhook(good))).toMatchObject({ outcome: "taken" });
});

test("what says nothing here is ignored with the reason, what cannot be read is refused", async () => {
  const { id, secret } = await connected();
  await added(id);
  const take = (payload: unknown) => orchestrator.takeWebhook(sent(id, secret, payload, "d9"));
  expect(await accepted(take(opened(43)))).toMatchObject({ outcome: "ignored", why: /never added/ });
  expect(await accepted(take({ ...opened(), action: "pinned" }))).toMatchObject({ outcome: "ignored" });
  expect(await refusal(take("{"))).toEqual({ status: 422, code: "bad-payload" });
  expect(await refusal(take({ action: "opened" }))).toEqual({ status: 422, code: "bad-payload" });
});

test("after a rotation the new secret and the one before are good, and no older one", async () => {
  const { id, secret: first } = await connected();
  await added(id);
  const rotate = async () => (await accepted(orchestrator.rotateConnection(caller(), id, {}))).webhookSecret;
  const second = await rotate();
  const again = { ...caller(), commandId: "the same rotation" };
  const works = async (secret: string, delivery: string) =>
    (await orchestrator.takeWebhook(sent(id, secret, opened(), delivery))).ok;
  expect([await works(first, "1"), await works(second, "2")]).toEqual([true, true]);
  const third = (await accepted(orchestrator.rotateConnection(again, id, {}))).webhookSecret;
  // Its answer was lost, so it was sent again: nothing is rotated twice.
  expect((await accepted(orchestrator.rotateConnection(again, id, {}))).webhookSecret).toBe(third);
  expect([await works(first, "3"), await works(second, "4"), await works(third, "5")]).toEqual([
    false,
    true,
    true,
  ]);
});

test("a connection with repositories cannot be removed, a free one can, and its webhooks stop", async () => {
  const { id, secret } = await connected();
  await added(id);
  const names = { name: "mia/calc", url: "https://git.example.test/mia/calc.git", defaultBranch: "main" };
  await accountHub(bindings).list(caller(), { connection: id, id: "42", ...names });
  expect(await refusal(orchestrator.removeConnection(caller(), id))).toEqual({
    ...{ status: 409, code: "connection-in-use" },
  });
  const free = await connected();
  const once = caller();
  for (const _ of ["sent", "sent again"])
    expect(await accepted(orchestrator.removeConnection(once, free.id))).toEqual({ removed: free.id });
  expect(await refusal(orchestrator.removeConnection(caller(), free.id))).toMatchObject({ status: 404 });
  expect(await refusal(orchestrator.takeWebhook(sent(free.id, free.secret, opened())))).toMatchObject({
    status: 401,
  });
  expect((await orchestrator.takeWebhook(sent(id, secret, opened()))).ok).toBe(true);
});

test("secrets are in no event of the account, and sealed where they lie", async () => {
  const { id, secret } = await connected();
  const second = (await accepted(orchestrator.rotateConnection(caller(), id, {}))).webhookSecret;
  let [events, rows] = ["", ""];
  const account = env.ACCOUNT_HUB.get(env.ACCOUNT_HUB.idFromName("account"));
  await runInDurableObject(account, (_object, { storage }) => {
    const store = sqliteStore(storage, aesCipher(bindings.TAMMA_MASTER_KEY));
    events = JSON.stringify(store.read({ kind: "account", id: "account" }, 0, 10_000));
    const sealed = storage.sql.exec<{ sealed: ArrayBuffer }>("SELECT sealed FROM connections").toArray();
    rows = sealed.map((row) => new TextDecoder("latin1").decode(row.sealed)).join();
  });
  expect(events).toContain(`"connection":"${id}"`);
  expect(rows).not.toBe("");
  for (const hidden of [token, secret, second]) expect(events + rows).not.toContain(hidden);
});

test("a run that Tamma dispatched is let in for its loop alone, whatever it asks for", async () => {
  const { id } = await connected("github");
  const hub = accountHub(bindings);
  const names = { name: "mia/calc", url: "https://git.example.test/mia/calc.git", defaultBranch: "main" };
  await hub.list(caller(), { connection: id, id: "42", ...names });
  const loop = `${id}/42/7#1`;
  await hub.noteDispatch(loop, "900");
  let tokens = 0;
  const admit = (run: string, wished: string | null, attempt = "1") => {
    const proven = {
      issuer: "https://issuer.test",
      repository: "42",
      run,
      attempt,
      jti: `${id} ${++tokens}`,
    };
    return hub.admitRun({
      ...{ by: "id-token", connection: id, loop: wished },
      run: { ...proven, expiresAt: Date.now() + 300_000 },
    });
  };
  const first = await accepted(admit("900", null));
  expect(first).toMatchObject({ loop, runner: `ci-${id}-42-900.1`, replaced: [] });
  expect(await hub.runnerOf(first.token)).toMatchObject({
    scope: { connection: id, repository: "42", loop },
  });
  expect(await refusal(admit("900", `${id}/42/8#1`, "2"))).toEqual({ status: 403, code: "run-refused" });
  // Nobody dispatched this one: it is a person's, and works for what it asks for.
  expect(await accepted(admit("901", null))).toMatchObject({ loop: null });
  // A second attempt takes the place of the first, whose token opens nothing any more.
  expect(await accepted(admit("900", loop, "2"))).toMatchObject({ loop, replaced: [`ci-${id}-42-900.1`] });
  expect(await hub.runnerOf(first.token)).toBeNull();
});

test("what became of each delivery is listed, newest first and by pages, without what it said", async () => {
  const { id, secret } = await connected();
  await added(id);
  await added(id, "43");
  const hub = accountHub(bindings);
  const url = "https://git.example.test/mia/calc.git";
  for (const [number, name] of [
    ["42", "mia/calc"],
    ["43", "mia/shop"],
  ] as const)
    await hub.list(caller(), { connection: id, id: number, name, url, defaultBranch: "main" });
  for (const [repositoryId, delivery] of [
    [42, "d1"],
    [43, "d2"],
    [42, "d3"],
  ] as const)
    await accepted(orchestrator.takeWebhook(sent(id, secret, opened(repositoryId), delivery)));
  const forged = () => orchestrator.takeWebhook(sent(id, "guessed", opened(), "forged-by-somebody"));
  expect(await refusal(forged())).toEqual({ status: 401, code: "bad-webhook" });
  expect(await refusal(forged())).toEqual({ status: 401, code: "bad-webhook" });
  expect(await refusal(orchestrator.takeWebhook(sent(id, secret, "{", "d4")))).toMatchObject({ status: 422 });

  const list = async (query: Partial<DeliveryQuery> = {}) => {
    const { deliveries, next } = await accepted(orchestrator.listDeliveries({ limit: 50, ...query }));
    // Tests share one account.
    return { own: deliveries.filter(({ connection }) => connection === id), next };
  };
  // Whoever acts on them is refused by this platform.
  await vi.waitFor(async () =>
    expect((await list()).own.filter(({ outcome }) => outcome === "failed")).toHaveLength(3),
  );
  const all = (await list()).own;
  expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toSorted((a, b) => b - a));
  const kept = all.filter(({ repository }) => repository !== null);
  expect(new Set(kept.map((each) => each.id))).toEqual(new Set(["d1", "d2", "d3"]));
  expect(kept.find((each) => each.id === "d2")).toMatchObject({
    ...{ event: "issues", repository: { id: "43", name: "mia/shop" }, loop: null },
    ...{ outcome: "failed", reason: expect.stringContaining("401") },
  });
  // What proved nothing is told once in a while, and nothing of it is believed.
  const unproven = all.filter(({ repository }) => repository === null);
  expect(unproven.map(({ reason }) => reason).toSorted()).toEqual([
    "it is not JSON in UTF-8",
    "the signature does not fit the secret",
  ]);
  expect(unproven.map((each) => [each.id, each.event, each.outcome])).toEqual([
    [null, null, "refused"],
    [null, null, "refused"],
  ]);
  for (const hidden of [token, secret, "guessed", "forged-by-somebody", "Multiply", "Please."])
    expect(JSON.stringify(all)).not.toContain(hidden);

  expect((await list({ repository: `${id}/43` })).own.map((each) => each.id)).toEqual(["d2"]);
  expect(await refusal(orchestrator.listDeliveries({ repository: "nobody/nothing", limit: 1 }))).toEqual({
    ...{ status: 404, code: "unknown-repository" },
  });
  const paged: Delivery[] = [];
  for (let before: string | null | undefined; before !== null; ) {
    const page: DeliveryPage = await accepted(
      orchestrator.listDeliveries({ limit: 1, ...(before ? { before } : {}) }),
    );
    paged.push(...page.deliveries);
    before = page.next;
  }
  expect(paged.filter(({ connection }) => connection === id)).toEqual(all);
  // Repositories that were taken out are nobody's any more.
  await hub.unlist(caller(), { connection: id, id: "43", name: "mia/shop", url, defaultBranch: "main" });
  expect((await list()).own.map((each) => each.id)).not.toContain("d2");
});
