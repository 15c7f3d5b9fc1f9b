import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockState, StateLocked } from "./lock.ts";

const lockFile = JSON.stringify(resolve(import.meta.dirname, "lock.ts"));
let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "tamma-lock-"));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

test("a state folder has one holder at a time", () => {
  const lock = lockState(state);
  expect(() => lockState(state)).toThrow(StateLocked);
  lock.release();
  lock.release();
  lockState(state).release();
});

test("another process cannot take a held folder", () => {
  const lock = lockState(state);
  const script = `import { lockState } from ${lockFile};
    try { lockState(${JSON.stringify(state)}); console.log("taken"); }
    catch (error) { console.log(error.name); }`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(said.trim()).toBe("StateLocked");
  lock.release();
});

test("a holder that is killed gives the folder back", async () => {
  const script = `import { lockState } from ${lockFile};
    lockState(${JSON.stringify(state)}); console.log("held"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((held) => holder.stdout.once("data", held));
  expect(() => lockState(state)).toThrow(StateLocked);
  const gone = new Promise((exit) => holder.once("exit", exit));
  holder.kill("SIGKILL");
  await gone;
  lockState(state).release();
});
