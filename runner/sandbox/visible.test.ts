import { chmodSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { remove, temporaryFolder } from "../testing/repository.ts";
import { mountsOf } from "./mounts.ts";
import { type Policy, type PolicyInput, visiblePolicy } from "./visible.ts";

/** A home with tools and credentials side by side. */
let home: string;
beforeEach(() => {
  home = realpathSync(temporaryFolder());
});
afterEach(() => remove(home));

const program = (path: string) => {
  mkdirSync(join(home, path, ".."), { recursive: true });
  writeFileSync(join(home, path), "#!/bin/sh\n");
  chmodSync(join(home, path), 0o755);
};
const file = (path: string) => {
  mkdirSync(join(home, path, ".."), { recursive: true });
  writeFileSync(join(home, path), "secret\n");
};
const policy = (folders: string[], more: Partial<PolicyInput> = {}): Policy =>
  visiblePolicy({
    path: [...folders.map((one) => join(home, one)), "/usr/bin"].join(":"),
    ...{ home, node: "/usr/bin/node", show: [], hide: [], env: {}, ...more },
  });
/** What of the home is shown, relative to it. */
const seen = ({ shown }: Policy) =>
  shown.filter((one) => one.startsWith(home)).map((one) => one.slice(home.length + 1));

test("of a version manager its folder is shown, and its variable set; nothing else of the home is", () => {
  program(".pyenv/shims/python3");
  program(".pyenv/versions/3.12/bin/python3");
  for (const path of [".ssh/id_ed25519", ".npmrc", ".gitconfig", ".aws/credentials"]) file(path);
  const got = policy([".pyenv/shims"]);
  expect(seen(got)).toEqual([".pyenv"]);
  expect(got.env).toMatchObject({ PYENV_ROOT: join(home, ".pyenv") });
  expect(got.env.PATH).toBe(`${join(home, ".pyenv/shims")}:/usr/bin`);
});

test("of cargo's folder only the programs are shown, not the token, and rustup's compilers with them", () => {
  program(".cargo/bin/cargo");
  program(".cargo/bin/rustup");
  file(".cargo/credentials.toml");
  file(".rustup/settings.toml");
  const got = policy([".cargo/bin"]);
  expect(seen(got).sort()).toEqual([".cargo/bin", ".rustup"]);
  expect(got.env.RUSTUP_HOME).toBe(join(home, ".rustup"));
});

test("an installation is shown whole, a work tree or a folder with other things only by its programs", () => {
  program("node-v22/bin/node");
  file("node-v22/lib/node_modules/npm/index.js");
  program("project/bin/tool");
  file("project/lib/code.js");
  file("project/.git/config");
  program("scripts/deploy");
  expect(seen(policy(["node-v22/bin", "project/bin", "scripts"])).sort()).toEqual([
    "node-v22",
    "project/bin",
    "scripts",
  ]);
});

test("a link on the PATH shows what it names, and no more of that folder", () => {
  program("tools/private/run");
  file("tools/private/token");
  program(".local/share/pipx/venvs/ruff/bin/ruff");
  mkdirSync(join(home, ".local/bin"), { recursive: true });
  symlinkSync(join(home, "tools/private/run"), join(home, ".local/bin/run"));
  symlinkSync(join(home, ".local/share/pipx/venvs/ruff/bin/ruff"), join(home, ".local/bin/ruff"));
  expect(seen(policy([".local/bin"])).sort()).toEqual([
    ".local/bin",
    ".local/share/pipx",
    "tools/private/run",
  ]);
});

test("what is hidden is left off the PATH, unless whoever runs the runner shows it", () => {
  program("project/.venv/bin/python3");
  file("project/.venv/lib/site.py");
  const hide = [join(home, "project")];
  const hidden = policy(["project/.venv/bin"], { hide });
  expect(seen(hidden)).toEqual([]);
  expect(hidden.env.PATH).toBe("/usr/bin");
  const shown = policy(["project/.venv/bin"], { hide, show: [join(home, "project/.venv")] });
  expect(seen(shown)).toEqual(["project/.venv"]);
  expect(shown.env.PATH).toContain(".venv/bin");
});

test("the home itself on the PATH is left off it", () => {
  program("run");
  file(".ssh/id_ed25519");
  const got = policy([""]);
  expect(seen(got)).toEqual([]);
  expect(got.env.PATH).toBe("/usr/bin");
});

test("of /etc no accounts, keys or passwords are shown", () => {
  const { shown } = policy([]);
  for (const path of [
    "/etc",
    "/etc/shadow",
    "/etc/passwd",
    "/etc/ssl/private",
    "/etc/ssh",
    "/home",
    "/var",
    "/run",
  ])
    expect(shown).not.toContain(path);
  expect(shown).toContain("/usr");
});

test("what lies deeper is mounted later, and the job's folder last", () => {
  file("shown/secret/token");
  file("job/x");
  const shown = join(home, "shown");
  const got = policy([], { show: [shown], hide: [join(shown, "secret"), join(home, "elsewhere")] });
  const job = { folder: join(home, "job"), home: join(home, "job/home"), account: { uid: 7, gid: 8 } };
  file("shown/key");
  const mounts = mountsOf(got, job, [join(shown, "secret", "token"), join(shown, "key")]);
  const paths = mounts.map((one) => one.path);
  expect(paths.indexOf(shown)).toBeLessThan(paths.indexOf(join(shown, "secret")));
  expect(mounts.at(-1)).toMatchObject({ kind: "write", path: job.folder });
  expect(mounts.filter((one) => one.kind === "hide").map((one) => [one.path, one.isFolder])).toEqual([
    [join(shown, "secret"), true],
    [join(shown, "key"), false],
  ]);
  expect(mounts.find((one) => one.path === "/etc/passwd")).toMatchObject({
    text: expect.stringContaining(`tamma:x:7:8:Tamma:${job.home}:`),
  });
});
