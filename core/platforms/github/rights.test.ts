import { expect, test } from "vitest";
import { permissionRights, scopeRights } from "./rights.ts";

const missing = (rights: ReturnType<typeof scopeRights>) =>
  rights.filter(({ granted }) => granted === false).map(({ name }) => name);

test("an App's permissions: write counts where reading is wanted, reading not where writing is", () => {
  const all: Record<string, string> = Object.fromEntries(
    permissionRights(null).map(({ name }) => [name.split(":")[0], "write"]),
  );
  expect(missing(permissionRights(all))).toEqual([]);
  const { checks: _, ...others } = all;
  const less = { ...others, contents: "read", administration: "admin", metadata: "none" };
  expect(missing(permissionRights(less))).toEqual(["metadata: read", "contents: write", "checks: read"]);
  expect(missing(permissionRights({}))).toHaveLength(permissionRights(null).length);
});

test("of a fine-grained token nothing is told", () => {
  expect(permissionRights(null).every(({ granted }) => granted === null)).toBe(true);
});

test.each([
  ["repo, workflow", []],
  ["repo", ["workflow"]],
  ["gist, repo , workflow", []],
  ["public_repo, write:repo_hook", ["workflow"]],
  // Without webhooks, work in public repositories alone is not enough.
  ["public_repo", ["repo", "workflow"]],
  ["repo:status", ["repo", "workflow"]],
  ["", ["repo", "workflow"]],
])("a classic token with %j misses %j", (header, names) => {
  expect(missing(scopeRights(header))).toEqual(names);
});
