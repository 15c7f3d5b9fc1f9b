import type { Delivery } from "@tamma/core/protocol/deliveries.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkDeliveries } from "./doctor/deliveries.ts";
import { createApi } from "./http/api.ts";
import { createClient } from "./http/client.ts";
import { cli } from "./testing/cli.ts";
import { type SmallServer, startSmallServer, token } from "./testing/small-server.ts";

let server: SmallServer;
beforeEach(async () => {
  server = await startSmallServer();
});
afterEach(() => server.close());

const at = Date.UTC(2026, 10, 27, 21, 5, 39);
const delivery = (change: Partial<Delivery> = {}): Delivery => ({
  ...{ connection: "work", repository: { id: "42", name: "acme/calc" }, id: "d-1", event: "issues", at },
  ...{ outcome: "done", reason: "started a loop for issue 7" },
  ...{ loop: { id: "work/42/7#1", url: "http://tamma.test/app/loops/work%2F42%2F7%231" } },
  ...change,
});
const unproven = delivery({
  ...{ repository: null, id: null, event: null, loop: null },
  ...{ outcome: "refused", reason: "the signature does not fit the secret" },
});

async function run(...args: string[]) {
  const started = cli(server, ["deliveries", ...args]);
  return { code: await started.code, out: started.out(), err: started.err() };
}

test("each delivery is a line: when, what came of it, where, its id there, why, and its loop", async () => {
  server.deliveries = [delivery(), unproven, delivery({ outcome: "waiting", reason: null, loop: null })];
  const { code, out } = await run();
  expect(code).toBe(0);
  expect(out.split("\n")).toEqual([
    "2026-11-27 21:05:39 UTC  done     acme/calc  issues d-1  started a loop for issue 7; work/42/7#1",
    "2026-11-27 21:05:39 UTC  refused  connection work  unproven  the signature does not fit the secret",
    "2026-11-27 21:05:39 UTC  waiting  acme/calc  issues d-1",
    "",
  ]);
  expect(JSON.parse((await run("--json")).out)).toEqual({ deliveries: server.deliveries, next: null });
});

test("what is wished for is asked for, and the next page is named as it can be typed", async () => {
  server.deliveries = [delivery(), delivery({ id: "d-2" })];
  const { out } = await run("--repo", "acme/calc", "--refused", "--limit", "1", "--before", "9~x");
  expect(server.asked).toEqual(["repository=acme/calc&only=refused&before=9~x&limit=1"]);
  expect(out).toContain(
    `more: \`tamma deliveries --repo 'acme/calc' --refused --limit 1 --before '5~work/42/d'\\''2'\``,
  );
  for (const limit of ["0", "201", "many"]) expect((await run("--limit", limit)).code).toBe(2);
});

test("the doctor names the last one that was refused, and what of it is a trouble", async () => {
  const api = createApi(createClient({ server: server.url, token, say: () => {} }));
  const found = async (...deliveries: Delivery[]) => {
    server.deliveries = deliveries;
    return (await checkDeliveries(api))[0];
  };
  expect(await found()).toMatchObject({ state: "ok", says: expect.stringContaining("none was refused") });
  // People without rights are told on the platform; that is no trouble of the installation.
  expect(await found(delivery({ outcome: "refused", reason: "eve has no write access" }))).toMatchObject({
    ...{ state: "ok", says: expect.stringContaining("issues d-1  eve has no write access") },
  });
  expect(await found(delivery({ outcome: "failed", reason: "failed: 403" }))).toMatchObject({
    ...{ state: "warning", todo: expect.stringContaining("tamma deliveries --refused") },
  });
  expect(await found(unproven)).toMatchObject({
    ...{ state: "warning", says: expect.stringContaining("the signature does not fit the secret") },
    todo: expect.stringContaining("tamma connections check work"),
  });
});
