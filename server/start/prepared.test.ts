import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UsageError } from "../options.ts";
import { CannotStart } from "./cannot-start.ts";
import { parseStartOptions, startUsage } from "./options.ts";
import { prepare } from "./prepared.ts";
import { renewState } from "./simulated.ts";

const withKey = { ANTHROPIC_API_KEY: "key" };
let base: string;
let repo: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "tamma-start-")));
  repo = join(base, "repo");
  mkdirSync(repo);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function git(...args: string[]) {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"];
  execFileSync("git", [...identity, ...args], { cwd: repo, stdio: "ignore" });
}

function commit(files: Record<string, string>) {
  if (!existsSync(join(repo, ".git"))) git("init", "--initial-branch=main");
  for (const [path, text] of Object.entries(files)) writeFileSync(join(repo, path), text);
  git("add", ".");
  git("commit", "--allow-empty", "-m", "files");
}

function commitThen(more: () => void) {
  commit(tested);
  more();
}

function prepared(args: string[], env: NodeJS.ProcessEnv = withKey) {
  const options = parseStartOptions(args);
  if (options === null) throw new Error("help was asked for");
  return prepare(options, base, base, env);
}
const own = ["--repo", "repo", "--issue", "Sum is wrong"];
const tested = { "package.json": JSON.stringify({ scripts: { test: "node --test" } }) };

test("the sample without a key is served by the scripted engineer, with a key by the model", () => {
  expect(prepared([], {}).provider.kind).toBe("scripted");
  expect(prepared([]).provider.kind).toBe("real");
  expect(prepared([], { ANTHROPIC_BASE_URL: "http://127.0.0.1:1" }).provider.kind).toBe("real");
});

test("a base URL that is none is refused with an example", () => {
  for (const url of ["nonsense", "127.0.0.1:8080", "file:///etc"])
    expect(() => prepared([], { ANTHROPIC_BASE_URL: url })).toThrow(/no http or https URL; .*http:/);
});

test("a repository or an issue of one's own needs a model", () => {
  commit(tested);
  expect(() => prepared(own, {})).toThrow(/ANTHROPIC_API_KEY/);
  expect(() => prepared(["--issue", "Sum is wrong"], {})).toThrow(/ANTHROPIC_API_KEY/);
});

test("a repository with a commit, a branch and tests can be worked on", () => {
  commit(tested);
  expect(prepared(own)).toMatchObject({ repository: { url: repo, branch: "main" }, warnings: [] });
});

test("a test command in .tamma.yml is enough", () => {
  commit({ ".tamma.yml": "test: make test\n" });
  expect(prepared(own).repository?.branch).toBe("main");
});

test.each<[string, () => void, RegExp]>([
  ["a folder that is not there", () => rmSync(repo, { recursive: true }), /there is no such folder/],
  ["a folder that is no repository", () => {}, /is not a Git repository/],
  ["a repository without a commit", () => git("init"), /has no commit yet/],
  ["a detached HEAD", () => commitThen(() => git("checkout", "--detach")), /is on no branch/],
  ["no test command", () => commit({ "a.txt": "a" }), /has no test command that is committed/],
  [
    "npm's placeholder for tests",
    () => commit({ "package.json": '{"scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"}}' }),
    /has no test command/,
  ],
  [
    "a broken .tamma.yml",
    () => commit({ ...tested, ".tamma.yml": "build: make\ntests: make\n" }),
    /^\.tamma\.yml line 2: tests: unknown field/,
  ],
  [
    "a .tamma.yml that is broken but not yet committed",
    () => commitThen(() => writeFileSync(join(repo, ".tamma.yml"), "slots: none\n")),
    /^\.tamma\.yml line 1: slots:/,
  ],
])("%s is refused and nothing is left behind", (_title, make, message) => {
  make();
  expect(() => prepared([...own, "--state", "state"])).toThrow(CannotStart);
  expect(() => prepared([...own, "--state", "state"])).toThrow(message);
  expect(existsSync(join(base, "state"))).toBe(false);
});

test("a dirty working tree is a warning that says what will happen", () => {
  commit(tested);
  writeFileSync(join(repo, "unknown-to-git.txt"), "");
  expect(prepared(own).warnings).toEqual([]);
  writeFileSync(join(repo, "package.json"), `${tested["package.json"]}\n`);
  expect(prepared(own).warnings).toEqual([expect.stringContaining("1 file is not committed on main")]);
});

test("options that cannot be meant are refused", () => {
  expect(() => parseStartOptions(["--frob"])).toThrow(/--frob/);
  expect(() => parseStartOptions(["--body", "x"])).toThrow(/--body needs --issue/);
  expect(() => parseStartOptions(["--level", "careful"])).toThrow(/--level careful is unknown/);
  expect(() => parseStartOptions(["--port", "a"])).toThrow(UsageError);
  expect(() => parseStartOptions(["stray"])).toThrow(UsageError);
  expect(() => prepared([...own, "--body", "absent.md"])).toThrow(/there is no such file/);
  expect(() => prepared(["--repo", "repo"])).toThrow(/--repo needs an issue/);
});

test("every option is in the list that --help and a mistake print", () => {
  expect(parseStartOptions(["--help"])).toBeNull();
  for (const name of ["yes", "once", "repo", "issue", "body", "port", "state", "level", "json"])
    expect(startUsage).toContain(`--${name}`);
});

test("a simulated platform has a state folder of its own, which is never somebody else's", () => {
  const simulated = ["--platform", "gitea"];
  expect(() => prepared(simulated, {})).toThrow(/needs test\/forge\/main.ts, which a clone of Tamma has/);
  mkdirSync(join(base, "test/forge"), { recursive: true });
  writeFileSync(join(base, "test/forge/main.ts"), "");
  expect(prepared(simulated, {}).state).toBe(join(base, ".tamma-gitea"));

  const state = join(base, "kept");
  mkdirSync(state);
  writeFileSync(join(state, "token"), "somebody's");
  const named = [...simulated, "--state", "kept"];
  expect(() => prepared(named, {})).toThrow(CannotStart);
  expect(existsSync(join(state, "token"))).toBe(true);

  const other = join(base, "other");
  renewState(other);
  writeFileSync(join(other, "token"), "of an earlier start");
  expect(prepared([...simulated, "--state", "other"], {}).state).toBe(other);
  renewState(other);
  expect(existsSync(join(other, "token"))).toBe(false);
});

test("what is not simulated, and a repository that cannot be there, are refused", () => {
  expect(() => parseStartOptions(["--platform", "gitlab"])).toThrow(/use github or gitea/);
  expect(() => parseStartOptions(["--platform", "gitea", "--repo", "repo"])).toThrow(/leave --repo away/);
});
