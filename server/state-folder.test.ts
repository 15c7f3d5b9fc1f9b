import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureStateFolder, StateUnusable } from "./state-folder.ts";

let base = "";
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "tamma-state-")));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

test("the state folder is made with its parents, for its owner alone, and nothing stays of the trial", () => {
  const state = ensureStateFolder(join(base, "a/b"));
  expect(statSync(state).mode & 0o777).toBe(0o700);
  expect(ensureStateFolder(state)).toBe(state);
  expect(readdirSync(state)).toEqual([]);
});

test("a link leads to the folder's own name, by which everybody finds the same one", () => {
  const state = ensureStateFolder(join(base, "real"));
  symlinkSync(state, join(base, "link"));
  expect(ensureStateFolder(join(base, "link"))).toBe(state);
});

test.skipIf(process.platform !== "linux")("a place that takes no folders is named, with what to do", () => {
  expect(() => ensureStateFolder("/proc/tamma")).toThrow(StateUnusable);
  expect(() => ensureStateFolder("/proc/tamma")).toThrow(/\/proc\/tamma cannot be made.*--state/);
});

test.skipIf(process.platform !== "linux")("a read-only place is called so", () => {
  // The kernel's own files: there, nobody may write, not even root.
  expect(() => ensureStateFolder("/proc/sys/kernel")).toThrow(/cannot be (made or used|written).*--state/);
});
