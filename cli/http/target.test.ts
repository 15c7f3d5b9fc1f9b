import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findTarget } from "./target.ts";

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "tamma-target-"));
  writeFileSync(join(state, "server.json"), '{"url":"http://127.0.0.1:1","pid":1}\n');
  writeFileSync(join(state, "token"), "from-state\n");
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const elsewhere = { TAMMA_SERVER: "http://127.0.0.1:2/", TAMMA_TOKEN: "from-env" };

test("a state folder that is named tells server and token, before the environment", () => {
  expect(findTarget({ state }, elsewhere, "/")).toEqual({
    server: "http://127.0.0.1:1",
    token: "from-state",
  });
});

test("without a named folder the environment goes first", () => {
  expect(findTarget({}, { ...elsewhere, TAMMA_STATE: state }, "/")).toEqual({
    server: "http://127.0.0.1:2",
    token: "from-env",
  });
  expect(findTarget({}, { TAMMA_STATE: state }, "/")).toMatchObject({ token: "from-state" });
});

test("no server is a matter of network (6), no token one of sign-in (5)", () => {
  const fails = (env: NodeJS.ProcessEnv) => () => findTarget({}, env, "/nowhere");
  expect(fails({})).toThrow(expect.objectContaining({ exitCode: 6 }));
  expect(fails({ TAMMA_SERVER: "http://127.0.0.1:2" })).toThrow(expect.objectContaining({ exitCode: 5 }));
});

test("a server file torn by a crash is none", () => {
  writeFileSync(join(state, "server.json"), '{"url":"http');
  expect(() => findTarget({ state }, {}, "/")).toThrow(/no server runs on the state folder/);
});
