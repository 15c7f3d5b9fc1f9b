import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockState } from "../lock.ts";
import { noteState } from "./state.ts";

let base: string;
let state: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "tamma-state-"));
  state = join(base, "state");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

test("a state folder that this start made is removed when it fails", () => {
  const noted = noteState(state);
  mkdirSync(state);
  noted.undo();
  expect(existsSync(state)).toBe(false);
});

test("a state folder that was there before is never removed", () => {
  mkdirSync(state);
  noteState(state).undo();
  expect(existsSync(state)).toBe(true);
});

test("a state folder that another start took meanwhile is left to it", () => {
  const noted = noteState(state);
  mkdirSync(state);
  const other = lockState(state);
  noted.undo();
  expect(existsSync(state)).toBe(true);
  other.release();
});
