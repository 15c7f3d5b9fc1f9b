import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { remove, temporaryFolder } from "../testing/repository.ts";
import { installerOf } from "./installer.ts";

const of = (files: Record<string, string>, declared?: string) =>
  installerOf(async (path) => files[path] ?? null, declared);

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => remove(folder));

test("the field packageManager decides, then the lockfile, then it is npm", async () => {
  expect((await of({ "package-lock.json": "{}" }, "pnpm@10.1.0+sha512.abc")).name).toBe("pnpm");
  expect((await of({ "pnpm-lock.yaml": "", "yarn.lock": "" })).name).toBe("pnpm");
  expect((await of({ "yarn.lock": "" })).name).toBe("yarn");
  expect((await of({ "bun.lock": "" })).name).toBe("bun");
  expect((await of({})).name).toBe("npm");
  // A field that names nothing we know says nothing.
  expect((await of({ "yarn.lock": "" }, "cargo@1")).name).toBe("yarn");
});

test("a lockfile is installed as it is, and without one none is left behind", async () => {
  expect((await of({ "npm-shrinkwrap.json": "{}" })).setup).toBe("npm ci --no-audit --no-fund");
  expect((await of({})).setup).toContain("--no-package-lock");
  expect((await of({ "pnpm-lock.yaml": "lockfileVersion: '9.0'" })).setup).toMatch(/--frozen-lockfile$/);
  expect((await of({}, "pnpm@10.1.0")).setup).toMatch(/--lockfile=false$/);
  expect((await of({ "yarn.lock": "# yarn lockfile v1\n" })).setup).toMatch(/--frozen-lockfile$/);
  expect((await of({ "yarn.lock": "__metadata:\n  version: 8\n" })).setup).toMatch(/install --immutable$/);
  expect((await of({}, "yarn@1.22.22")).setup).toMatch(/--no-lockfile --silent$/);
});

test("a missing manager is fetched in the version that reads the lockfile", async () => {
  const pnpm = async (version: string) =>
    (await of({ "pnpm-lock.yaml": `lockfileVersion: ${version}` })).setup;
  expect(await pnpm("5.4")).toContain(" pnpm@7 ");
  expect(await pnpm("'6.0'")).toContain(" pnpm@8 ");
  expect(await pnpm("'9.0'")).toContain(" pnpm@10 ");
  expect((await of({}, "pnpm@9.8.0+sha256.1")).setup).toContain(" pnpm@9.8.0 ");
  const yarn = async (lock: string, more = {}) => (await of({ "yarn.lock": lock, ...more })).setup;
  expect(await yarn("# yarn lockfile v1\n")).toContain(" yarn@1 ");
  expect(await yarn("__metadata:\n  version: 8\n")).toContain(" @yarnpkg/cli-dist@4 ");
  expect(await yarn("__metadata:\n  version: 6\n")).toContain(" @yarnpkg/cli-dist@3 ");
  // A release in the repository is started by any yarn.
  const own = { ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.1.0.cjs\n" };
  expect(await yarn("__metadata:\n  version: 8\n", own)).toContain(" yarn@1 ");
});

test("scripts and programs are run by the manager, with Plug'n'Play also node", async () => {
  const yarn = await of({ "yarn.lock": "__metadata:\n  version: 8\n" });
  expect(yarn.plainNode).toBe(false);
  expect(yarn.exec("node --test a.js")).toBe("yarn run node --test a.js");
  const classic = await of({ "yarn.lock": "# yarn lockfile v1\n" });
  expect(classic.run("test", "")).toMatch(/yarn --silent run test$/);
  const linked = { "yarn.lock": "__metadata:\n  version: 8\n", ".yarnrc.yml": "nodeLinker: node-modules\n" };
  expect((await of(linked)).plainNode).toBe(true);
  expect((await of({ "pnpm-lock.yaml": "" })).exec("mocha a.js")).toBe("pnpm --silent exec mocha a.js");
  expect((await of({ "pnpm-lock.yaml": "" })).runAll("test")).toMatch(/--recursive run --if-present test$/);
});

/** Runs a line where nothing but the shell and what is given is on the path. */
function shell(line: string, path: string): { code: number; out: string } {
  const env = { PATH: path, HOME: folder };
  try {
    const out = execFileSync("/bin/sh", ["-c", line], { cwd: folder, env, encoding: "utf8", stdio: "pipe" });
    return { code: 0, out };
  } catch (failed) {
    const { status, stderr } = failed as { status: number; stderr: string };
    return { code: status, out: stderr };
  }
}

test("a manager that is neither here nor to be had is named with what to do", async () => {
  const bun = shell((await of({ "bun.lock": "" })).setup, "/nowhere");
  expect(bun.code).toBe(1);
  expect(bun.out).toContain("this project is installed with bun, which is not on this machine: install bun");
  const pnpm = shell((await of({}, "pnpm@10.1.0")).setup, "/nowhere");
  expect(pnpm.code).toBe(1);
  expect(pnpm.out).toContain("this project needs pnpm@10.1.0, which is not on this machine");
  expect(pnpm.out).toContain("give setup: in .tamma.yml");
});
