import { expect, test } from "vitest";
import { createClient } from "./testing/client.ts";

const bodyOf = async (answer: Response) => (await answer.json()) as Record<string, unknown>;
const mine = {
  ...{ id: "mine", platform: "gitea", baseUrl: "https://git.example.test/" },
  credential: { kind: "token", token: "canary-token" },
};

test("a connection is added, listed, rotated and removed; its token never comes back", async () => {
  const { api } = createClient();
  const added = await api("POST", "/connections", mine);
  expect(added.status).toBe(201);
  const shown = { id: "mine", baseUrl: "https://git.example.test", credential: "token" };
  expect(await bodyOf(added.clone())).toMatchObject({
    ...shown,
    webhookSecret: "told to whoever has the token",
  });
  const listed = await api("GET", "/connections");
  expect(await bodyOf(listed.clone())).toMatchObject({ connections: [shown] });
  for (const answer of [added, listed]) expect(await answer.text()).not.toContain("canary-token");
  expect(await bodyOf(await api("POST", "/connections/mine/rotate"))).toMatchObject({
    webhookSecret: "told again",
  });
  expect(await bodyOf(await api("POST", "/connections/mine/remove"))).toEqual({ removed: "mine" });
  expect((await api("POST", "/connections/mine/rotate")).status).toBe(404);
});

test.each([
  ["a name that is taken by plain Git", { id: "plain-git" }, "id"],
  ["a name with a slash", { id: "a/b" }, "id"],
  ["an address with a password", { baseUrl: "https://me:secret@git.example.test" }, "baseUrl"],
  ["an address that is none", { baseUrl: "git.example.test" }, "baseUrl"],
  ["another kind of address", { baseUrl: "file:///srv" }, "baseUrl"],
  ["an empty token", { credential: { kind: "token", token: "" } }, "credential"],
  ["an App on Gitea", { credential: { kind: "app", appId: "1", privateKey: "pem" } }, "credential"],
  [
    "an App without its number",
    { platform: "github", credential: { kind: "app", appId: "x" } },
    "credential",
  ],
])("%s is refused by the field's name", async (_, wrong, field) => {
  const { api, orchestrator } = createClient();
  const answer = await api("POST", "/connections", { ...mine, ...wrong });
  expect(answer.status).toBe(422);
  expect(String((await bodyOf(answer)).detail)).toContain(field);
  expect(orchestrator.connections).toEqual([]);
});

test("a webhook needs no token of ours and comes with its bytes as they were", async () => {
  const { orchestrator, request } = createClient();
  const headers = { "content-type": "application/json", "x-gitea-event": "push" };
  const answer = await request(`/webhooks/gitea/mine`, {
    method: "POST",
    headers,
    body: '{"a": "ü" }',
  });
  expect([answer.status, await answer.json()]).toEqual([202, { outcome: "taken", why: null }]);
  const [taken] = orchestrator.webhooks;
  expect(taken).toMatchObject({ platform: "gitea", connection: "mine" });
  expect(new TextDecoder().decode(taken?.body)).toBe('{"a": "ü" }');
  expect(new Map(taken?.headers).get("x-gitea-event")).toBe("push");
});

test("a connection is checked as a whole or for one repository, and changed", async () => {
  const { api } = createClient();
  await api("POST", "/connections", mine);
  const check = async (query: string) =>
    (await bodyOf(await api("GET", `/connections/mine/check${query}`))).findings;
  expect(await check("")).toMatchObject([{ repository: null, state: "ok" }]);
  expect(await check("?repository=acme%2Fshop")).toMatchObject([{ repository: "acme/shop" }]);
  const changed = await api("POST", "/connections/mine/change", { webhookBaseUrl: "https://t.example.org/" });
  expect(await bodyOf(changed)).toMatchObject({ webhookBaseUrl: "https://t.example.org" });
  for (const body of [{}, { webhookBaseUrl: "t.example.org" }, { webhookBaseUrl: null, id: "other" }])
    expect((await api("POST", "/connections/mine/change", body)).status).toBe(422);
  expect((await api("GET", "/connections/other/check")).status).toBe(404);
  expect((await api("POST", "/connections/other/change", { webhookBaseUrl: null })).status).toBe(404);
});

test("without the account's token nothing of connections is told or changed", async () => {
  const { api, request } = createClient();
  await api("POST", "/connections", mine);
  const paths = ["", "/mine/check", "/mine/change", "/mine/rotate", "/mine/remove"];
  for (const path of paths)
    for (const method of ["GET", "POST"])
      expect((await request(`/api/v1/connections${path}`, { method })).status).toBe(401);
});

test("a delivery may come by any name that leads here, and nothing else may", async () => {
  const { app, env } = createClient();
  const at = (path: string, init: RequestInit = {}) => app.request(`https://t.example.org${path}`, init, env);
  const delivery = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
  expect((await at("/webhooks/gitea/mine", delivery)).status).toBe(202);
  for (const path of ["/api/v1/connections", "/app", "/health"]) expect((await at(path)).status).toBe(421);
});

test("a delivery that is too big is refused before anybody reads it", async () => {
  const { orchestrator, request } = createClient();
  const body = new Uint8Array(25 * 1024 * 1024 + 1);
  const headers = { "content-type": "application/json" };
  const answer = await request(`/webhooks/github/mine`, { method: "POST", headers, body });
  expect(answer.status).toBe(413);
  expect(orchestrator.webhooks).toEqual([]);
});

test("a delivery as a form, as text or compressed is refused, and says what to set", async () => {
  const { orchestrator, request } = createClient();
  const json = { "content-type": "application/json" };
  const kinds: Record<string, string>[] = [
    {},
    { "content-type": "text/plain" },
    { "content-type": "application/x-www-form-urlencoded" },
    { ...json, "content-encoding": "gzip" },
  ];
  for (const headers of kinds) {
    const answer = await request("/webhooks/github/mine", { method: "POST", headers, body: "{}" });
    expect(answer.status).toBe(415);
    expect(String((await bodyOf(answer)).todo)).not.toBe("");
  }
  expect(orchestrator.webhooks).toEqual([]);
});

test("deliveries are asked for as the query says, and one that is not understood is refused", async () => {
  const { api, orchestrator } = createClient();
  const asked = () => orchestrator.deliveryQueries.at(-1);
  expect(await bodyOf(await api("GET", "/deliveries"))).toEqual({ deliveries: [], next: null });
  expect(asked()).toEqual({ limit: 50 });
  await api("GET", "/deliveries?repository=acme%2Fcalc&only=refused&before=5~work%2F42%2Fd&limit=7");
  expect(asked()).toEqual({ repository: "acme/calc", only: "refused", before: "5~work/42/d", limit: 7 });
  for (const query of ["limit=0", "limit=201", "only=done", "before=d"])
    expect((await api("GET", `/deliveries?${query}`)).status).toBe(422);
  expect((await api("GET", "/deliveries", undefined, { authorization: "Bearer wrong" })).status).toBe(401);
});
