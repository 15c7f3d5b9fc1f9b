import { expect, test } from "vitest";
import { createClient } from "../testing/client.ts";
import { runningLoop } from "../testing/sample-loops.ts";
import { loopPath } from "./links.ts";

test("without a session every page leads to the sign-in page, which says how", async () => {
  const { request, orchestrator } = createClient();
  const view = orchestrator.put(runningLoop());
  for (const cookie of ["", "tamma_session=guess", "tamma_session="]) {
    for (const path of [
      "/app",
      "/app/inbox",
      "/app/repos/r1",
      loopPath(view.id),
      loopPath(view.id, "log.txt"),
    ]) {
      const answer = await request(path, { headers: { cookie } });
      expect([path, answer.status, answer.headers.get("location")]).toEqual([path, 303, "/app/login"]);
    }
  }
  expect(await (await request("/app/login")).text()).toContain("tamma login");
});

test("a form without a session changes nothing", async () => {
  const { post, orchestrator } = createClient();
  const view = orchestrator.put(runningLoop());
  const answer = await post(loopPath(view.id, "stop"), { reason: "x" }, { cookie: "" });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/app/login"]);
  expect(orchestrator.commands).toHaveLength(0);
});

test("a link signs in by its button only, once; no script or other site gets the cookie", async () => {
  const { api, request, post } = createClient();
  const link = (await (await api("POST", "/login-links")).json()) as { path: string };
  const key = decodeURIComponent(link.path.split("key=")[1] ?? "");

  const shown = await request(link.path);
  expect(shown.headers.get("set-cookie")).toBeNull();
  expect(await shown.text()).toContain(`name="key" value="${key}"`);

  const redeemed = await post("/app/login", { key }, { cookie: "" });
  expect([redeemed.status, redeemed.headers.get("location")]).toEqual([303, "/app"]);
  const cookie = redeemed.headers.get("set-cookie") ?? "";
  for (const part of ["tamma_session=", "Path=/", "HttpOnly", "SameSite=Strict", "Expires="])
    expect(cookie).toContain(part);
  const home = await request("/app", { headers: { cookie: cookie.split(";")[0] ?? "" } });
  expect(home.status).toBe(200);

  const again = await post("/app/login", { key }, { cookie: "" });
  expect([again.status, await again.text()]).toEqual([403, expect.stringContaining("was used before")]);
});

test("another site cannot sign a browser in", async () => {
  const { api, post } = createClient();
  const link = (await (await api("POST", "/login-links")).json()) as { path: string };
  const fields = { key: decodeURIComponent(link.path.split("key=")[1] ?? "") };
  const evil = { origin: "http://evil.example", "sec-fetch-site": "cross-site" };
  expect((await post("/app/login", fields, evil)).status).toBe(403);
  expect((await post("/app/login", fields)).status).toBe(303);
});

test("behind https the cookie is sent over https only", async () => {
  const { env, orchestrator, post } = createClient();
  env.TAMMA_ORIGIN = "https://127.0.0.1:8787";
  orchestrator.logins.set("k", 0);
  const answer = await post("/app/login", { key: "k" });
  expect(answer.headers.get("set-cookie")).toContain("Secure");
  expect(answer.headers.get("strict-transport-security")).toContain("max-age=");
});

test("signing out takes the cookie away", async () => {
  const { post } = createClient();
  const answer = await post("/app/logout", {});
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/app/login"]);
  expect(answer.headers.get("set-cookie")).toMatch(/tamma_session=;.*Max-Age=0/);
});

test("the style sheet needs no session and is kept for good under its own name", async () => {
  const { request } = createClient();
  const login = await (await request("/app/login")).text();
  const href = /href="(\/app\/style\.css\?v=[0-9a-f]+)"/.exec(login)?.[1] ?? "";
  const sheet = await request(href);
  expect(sheet.headers.get("content-type")).toContain("text/css");
  expect(sheet.headers.get("cache-control")).toContain("immutable");
  expect((await request("/app/style.css")).headers.get("cache-control")).toBe("no-cache");
});

test("the root leads to the dashboard", async () => {
  const { request } = createClient();
  const answer = await request("/");
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "/app"]);
});
