import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureSecrets } from "./secrets.ts";
import { ensureStateFolder } from "./state-folder.ts";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "tamma-secrets-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

test("secrets are made once, differ from each other, and only their owner can read them", () => {
  const state = ensureStateFolder(base);
  const secrets = ensureSecrets(state);
  expect(ensureSecrets(state)).toEqual(secrets);
  expect(secrets.token).not.toContain(secrets.masterKey);
  expect(readFileSync(join(state, "token"), "utf8").trim()).toBe(secrets.token);
  expect(statSync(join(state, "master.key")).mode & 0o777).toBe(0o600);
});
