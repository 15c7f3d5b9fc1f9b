import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEngineer } from "../sample/start-engineer.ts";
import { git } from "./calc.ts";
import { openDesk, type Run } from "./npm-start.ts";

const desk = openDesk();
afterAll(() => desk[Symbol.asyncDispose]());

const tested = { "package.json": JSON.stringify({ scripts: { test: "node --test" } }) };
const withKey = { ANTHROPIC_API_KEY: "sk-wrong-0123456789" };

/** A repository of the given name with one commit of the given files; without files it has no commit. */
function repository(name: string, files: Record<string, string> | null): string {
  const folder = join(desk.folder, name);
  mkdirSync(folder);
  git(folder, "init", "--quiet", "--initial-branch=main");
  if (files === null) return folder;
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  git(folder, "add", "-A");
  git(folder, "commit", "--quiet", "--allow-empty", "-m", "Begin");
  return folder;
}

const onOwn = (repo: string) => ["--repo", repo, "--issue", "Sum is wrong", "--yes", "--once"];

/** Nothing is left: no state folder, no process, nothing new in the repository. */
function expectNothingLeft(repo?: string): void {
  expect(existsSync(desk.state)).toBe(false);
  expect(desk.left()).toEqual([]);
  if (repo === undefined || !existsSync(join(repo, ".git"))) return;
  expect(git(repo, "for-each-ref", "--format=%(refname)").replace("refs/heads/main", "")).toBe("");
  expect(git(repo, "status", "--porcelain")).toBe("");
}

/** Exit code and words: what is wrong, then what to do. One line or two, and no stack. */
function expectRefused(run: Run, code: number, ...words: (string | RegExp)[]): void {
  expect(run.code, run.err).toBe(code);
  for (const word of words) expect(run.err).toMatch(word);
  expect(run.err).toMatch(/^tamma: /m);
  expect(run.err).not.toMatch(/^ +at /m);
  expect(run.out).toBe("");
}

let good: string;
beforeAll(() => {
  good = repository("good", tested);
});

test("a folder that is no repository is refused, and stays as it was", async () => {
  const folder = join(desk.folder, "plain");
  mkdirSync(folder);
  expectRefused(await desk.run(onOwn(folder), withKey), 2, "is not a Git repository", "git init");
  expect(readdirSync(folder)).toEqual([]);
  expectNothingLeft();
});

test.each<[string, Record<string, string> | null, (string | RegExp)[]]>([
  ["without a commit", null, ["has no commit yet", /git add \. && git commit/]],
  ["without a test command", { "a.txt": "a" }, ["no test command that is committed", "test: make test"]],
  [
    "with a mistake in .tamma.yml",
    { ...tested, ".tamma.yml": "build: make\ntests: make\n" },
    [/\.tamma\.yml line 2: tests: unknown field/, "known are"],
  ],
])("a repository %s is refused, and stays as it was", async (title, files, words) => {
  const repo = repository(title.replaceAll(/\W/g, "-"), files);
  expectRefused(await desk.run(onOwn(repo), withKey), 2, ...words);
  expectNothingLeft(repo);
});

test("an option that does not exist is refused with the list of those that do", async () => {
  expectRefused(await desk.run(["--frob"]), 2, "--frob", "--issue TITLE", "--state DIR");
  expectNothingLeft();
});

test("a repository of one's own without a key is refused before anything starts", async () => {
  expectRefused(await desk.run(onOwn(good)), 2, "needs a model", "set ANTHROPIC_API_KEY");
  expectNothingLeft(good);
});

test("a wrong key is told in the words of the provider, without the key", async () => {
  await using engineer = await startEngineer({ key: "sk-right" });
  const run = await desk.run(onOwn(good), { ...withKey, ANTHROPIC_BASE_URL: engineer.url });
  expectRefused(run, 1, "invalid API key", "check ANTHROPIC_API_KEY", "nothing was started");
  expect(run.err).not.toContain(withKey.ANTHROPIC_API_KEY);
  expectNothingLeft(good);
});

test("a provider that cannot be reached is told with its address", async () => {
  // Port 9 (discard) is closed on any machine of today.
  const run = await desk.run(onOwn(good), { ...withKey, ANTHROPIC_BASE_URL: "http://127.0.0.1:9" });
  expectRefused(run, 1, "at http://127.0.0.1:9", /connection/i, /check .*BASE_URL/, "nothing was started");
  expectNothingLeft(good);
});

test("a port that is taken is told with another way", async () => {
  await using taken = await listening();
  const run = await desk.run(["--yes", "--once", "--port", String(taken.port)]);
  expectRefused(run, 1, `port ${taken.port}`, "--port");
  expectNothingLeft();
});

async function listening(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())),
  };
}
