import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";

const clones: string[] = [];
afterEach(() => {
  for (const clone of clones.splice(0)) rmSync(clone, { recursive: true });
});

/** A folder with the real bootstrap, a lockfile, and an npm that only says how it was called. */
function clone(npmExit = 0): string {
  const root = mkdtempSync(join(tmpdir(), "tamma-clone-"));
  clones.push(root);
  mkdirSync(join(root, "scripts"));
  for (const name of ["bootstrap.mjs", "run.mjs"]) {
    copyFileSync(join(import.meta.dirname, name), join(root, "scripts", name));
  }
  writeFileSync(join(root, "package-lock.json"), "{}");
  writeFileSync(
    join(root, "hello.ts"),
    "const words: string[] = process.argv.slice(2);\nconsole.log(...words);\n",
  );
  writeFileSync(join(root, "npm"), `#!/bin/sh\necho "npm $1"\nexit ${npmExit}\n`);
  chmodSync(join(root, "npm"), 0o755);
  return root;
}

/** Says when npm last finished, relative to the lockfile's last change. */
function installed(root: string, secondsLater: number) {
  const done = join(root, "node_modules/.package-lock.json");
  mkdirSync(dirname(done));
  writeFileSync(done, "{}");
  utimesSync(join(root, "package-lock.json"), 1_000, 1_000);
  utimesSync(done, 1_000 + secondsLater, 1_000 + secondsLater);
}

function run(root: string, env: Record<string, string> = {}) {
  const path = [root, dirname(process.execPath), process.env.PATH].join(delimiter);
  const args = [join(root, "scripts/run.mjs"), "hello.ts", "hello", "you"];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: path, NODE_OPTIONS: "", ...env },
  });
  return { stdout, stderr, status };
}

test("a fresh clone installs first, then runs the source with its arguments", () => {
  expect(run(clone())).toMatchObject({ stdout: "npm ci\nhello you\n", status: 0 });
});

test("what is installed already is not installed again", () => {
  const root = clone();
  installed(root, 60);
  expect(run(root)).toMatchObject({ stdout: "hello you\n", status: 0 });
});

test("a lockfile newer than the installation is installed, and says so", () => {
  const root = clone();
  installed(root, -60);
  const { stdout, stderr } = run(root);
  expect(stdout).toBe("npm ci\nhello you\n");
  expect(stderr).toContain("the lockfile changed");
});

test("a failed installation ends with npm's exit code and runs nothing", () => {
  expect(run(clone(7))).toMatchObject({ stdout: "npm ci\n", status: 7 });
});

test("a Node that strips no types is refused by name", () => {
  const { stdout, stderr, status } = run(clone(), { NODE_OPTIONS: "--no-experimental-strip-types" });
  expect(stdout).toBe("npm ci\n");
  expect(stderr).toContain("install Node 22.18 or newer");
  expect(status).toBe(1);
});
