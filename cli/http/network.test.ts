import { afterEach, beforeEach, expect, test } from "vitest";
import { cli } from "../testing/cli.ts";
import { checkpoint, loopAt, loopName } from "../testing/loop-view.ts";
import { type SmallServer, startSmallServer } from "../testing/small-server.ts";

let server: SmallServer;
beforeEach(async () => {
  server = await startSmallServer();
});
afterEach(() => server.close());

test("a wrong token ends with 5, and no token too", async () => {
  const wrong = cli(server, ["inbox"], { env: { TAMMA_SERVER: server.url, TAMMA_TOKEN: "other" } });
  expect(await wrong.code).toBe(5);
  expect(wrong.err()).toContain("Find the right one.");
  expect(await cli(server, ["inbox"], { env: { TAMMA_SERVER: server.url } }).code).toBe(5);
});

test("a server that is away ends with 6 once the patience is over", async () => {
  await server.close();
  const run = cli(server, ["inbox"], { patienceMs: 300 });
  expect(await run.code).toBe(6);
  expect(run.err()).toContain("no answer (ECONNREFUSED)");
  expect(run.err()).toContain("npm start");
  server = await startSmallServer();
});

test("a command whose answer was lost is sent again with the same key and takes effect once", async () => {
  let effects = 0;
  server.view = loopAt("design", "needs you", { word: "needs you", ask: checkpoint("design") });
  server.on = () => {
    effects++;
  };
  server.cuts = 1;
  expect(await cli(server, ["approve", loopName]).code).toBe(0);
  expect(server.received).toHaveLength(2);
  expect(new Set(server.received.map((one) => one.key)).size).toBe(1);
  expect(effects).toBe(1);
});
