import type { KnownRepository } from "@tamma/core/domain/repository/state.ts";
import { expect, test } from "vitest";
import { Dispatcher, type DispatcherPorts } from "./dispatcher.ts";
import { logTo } from "./log.ts";

const known = { repository: { connection: "gitea" }, config: { runner: "ci" } } as KnownRepository;
const now = 1_000;

test("while a platform is asked nothing is due, however long its answer takes", async () => {
  logTo(() => {});
  const platform = Promise.withResolvers<never>();
  const dispatcher = new Dispatcher({
    known: () => known,
    now: () => now,
    fraction: () => 0.5,
    rows: { find: () => null, put: () => {}, settleDue: () => {}, nextAt: () => now - 1 },
    index: { jobs: () => [{ loop: "acme/calc/1#1", job: "acme/calc/1#1~j1", held: false }] },
    repositories: { at: () => platform.promise },
    keepAlive: () => {},
    arm: () => {},
  } as unknown as DispatcherPorts);
  expect(dispatcher.nextAt()).toBeLessThan(now);
  dispatcher.kick();
  expect(dispatcher.nextAt()).toBeGreaterThan(now);
  platform.reject(new Error("the connection was lost"));
  for (let turn = 0; turn < 10; turn += 1) await null;
  expect(dispatcher.nextAt()).toBeLessThan(now);
});
