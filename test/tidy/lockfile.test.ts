import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Lockfile, loosePins, missingPlatforms, namedRegistries } from "./rules/lockfile.ts";
import { repository } from "./tree.ts";

const readJson = (path: string) => JSON.parse(readFileSync(join(repository, path), "utf8"));
const lock = readJson("package-lock.json") as Lockfile;
const manifests = [
  "package.json",
  ...["core", "runner", "cli", "server"].map((name) => `${name}/package.json`),
];

test("the lockfile holds the binaries of every platform", () => {
  expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
  expect(missingPlatforms(lock)).toEqual([]);
});

test("the lockfile names no registry", () => {
  expect(namedRegistries(lock)).toEqual([]);
});

test.each(manifests)("%s pins every version", (manifest) => {
  expect(loosePins(readJson(manifest))).toEqual([]);
});

test.each(manifests)("%s and the lockfile agree", (manifest) => {
  const { dependencies = {}, devDependencies = {} } = readJson(manifest);
  const locked = readJson("package-lock.json").packages[manifest.replace(/\/?package\.json$/, "")];
  expect({ ...locked.dependencies, ...locked.devDependencies }).toEqual({
    ...dependencies,
    ...devDependencies,
  });
});

const planted = (packages: Lockfile["packages"]): Lockfile => ({ packages });

test("a binary without an entry is found", () => {
  const wants = { optionalDependencies: { "@rolldown/binding-darwin-x64": "1.0.0" } };
  const found = missingPlatforms(planted({ "node_modules/rolldown": wants }));
  expect(found).toEqual(["node_modules/rolldown wants @rolldown/binding-darwin-x64"]);
});

test("a binary is found next to its package, below it, and above it", () => {
  const wants = { optionalDependencies: { bin: "1.0.0" } };
  expect(missingPlatforms(planted({ "node_modules/a": wants, "node_modules/bin": {} }))).toEqual([]);
  expect(
    missingPlatforms(planted({ "node_modules/a": wants, "node_modules/a/node_modules/bin": {} })),
  ).toEqual([]);
  const nested = { "node_modules/b/node_modules/a": wants, "node_modules/b/node_modules/bin": {} };
  expect(missingPlatforms(planted(nested))).toEqual([]);
  expect(missingPlatforms(planted({ "cli/node_modules/a": wants, "node_modules/bin": {} }))).toEqual([]);
});

test("an entry that names a registry is found", () => {
  const found = namedRegistries(planted({ "node_modules/a": { resolved: "https://example.com/a.tgz" } }));
  expect(found).toEqual(["node_modules/a"]);
});

test("a loose version is found, an alias and a beta are not", () => {
  const dependencies = { a: "^1.0.0", b: "npm:@scope/b@1.2.3", c: "5.1.2-beta", d: "*" };
  expect(loosePins({ dependencies })).toEqual(["a ^1.0.0", "d *"]);
});
