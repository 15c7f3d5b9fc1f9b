import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cli } from "./testing/cli.ts";
import { type SmallServer, startSmallServer } from "./testing/small-server.ts";

let server: SmallServer;
let cwd: string;
beforeEach(async () => {
  server = await startSmallServer();
  cwd = realpathSync(mkdtempSync(join(tmpdir(), "tamma-repos-")));
  const webhook = { webhookPath: "/webhooks/github/work", webhookBaseUrl: null, webhookUrl: null };
  const times = { addedAt: 1, secretsAt: 1, credential: "token" as const };
  server.connections = [
    { id: "work", platform: "github", baseUrl: "https://github.com", ...times, ...webhook },
  ];
});
afterEach(async () => {
  await server.close();
  rmSync(cwd, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const started = cli(server, ["repos", ...args], { cwd });
  return { code: await started.code, out: started.out(), err: started.err() };
}
const sent = () => server.received.map(({ body }) => body);
const hosted = { connection: "work", name: "acme/shop", webhook: true, workflow: false, config: {} };

/** A repository with one commit on `main`. */
function gitRepository(name: string): string {
  const path = join(cwd, name);
  mkdirSync(path);
  writeFileSync(join(path, ".tamma.yml"), "test: make test\n");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=ann", "-c", "user.email=ann@example.test", ...args], { cwd: path });
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-q", "-m", "Begin");
  return path;
}

test.each([
  ["its name", "acme/shop"],
  ["the address of its page", "https://github.com/acme/shop"],
  ["the address for a clone", "https://github.com/acme/shop.git"],
])("a repository on a platform is added by %s", async (_, given) => {
  server.added = { already: false, setUp: { webhook: "made", label: "made", workflow: null } };
  const { code, out } = await run("add", given, "--connection", "work");
  expect(code).toBe(0);
  expect(sent()).toEqual([hosted]);
  expect(out).toContain("added sample");
  expect(out).toMatch(/webhook +made\nlabel +made: tamma/);
});

test("what is wished for it goes along", async () => {
  await run(
    "add",
    "acme/shop",
    "--connection",
    "work",
    "--no-webhook",
    "--workflow",
    "--level",
    "business/guardian",
  );
  expect(sent()).toEqual([
    { ...hosted, webhook: false, workflow: true, config: { level: "business/guardian" } },
  ]);
});

const setUp = { webhook: "there", label: "there", workflow: null } as const;
const url = "https://github.com/acme/shop/pull/3";

test.each([
  ["nothing", setUp, /was added before; nothing was changed\n$/],
  ["the webhook", { ...setUp, webhook: "renewed" as const }, /before\nwebhook +made anew/],
  [
    "the workflow",
    { ...setUp, workflow: { state: "proposed" as const, url } },
    /proposed, for you to merge: http/,
  ],
  ["none, as there is one", { ...setUp, workflow: { state: "there" as const, url: null } }, /left as it is/],
  ["none, as it was closed", { ...setUp, workflow: { state: "closed" as const, url } }, /was closed, http/],
])("added a second time, it says what changed: %s", async (_, done, says) => {
  server.added = { already: true, setUp: done };
  expect((await run("add", "acme/shop", "--connection", "work")).out).toMatch(says);
  const { out } = await run("add", "acme/shop", "--connection", "work", "--json");
  expect(JSON.parse(out)).toMatchObject({ already: true, setUp: done });
});

test("a Git repository is added by its path, with the branch and settings that it has", async () => {
  const path = gitRepository("calc");
  expect((await run("add", "calc", "--level", "dev/autopilot")).code).toBe(0);
  const config = { test: "make test", level: "dev/autopilot" };
  expect(sent()).toEqual([{ url: path, defaultBranch: "main", config }]);
});

test("a folder that is called as a repository elsewhere is taken for the folder", async () => {
  mkdirSync(join(cwd, "acme"));
  const path = gitRepository("acme/shop");
  expect((await run("add", "acme/shop")).code).toBe(0);
  expect(sent()).toMatchObject([{ url: path }]);
});

test.each([
  ["owner/name without a connection", ["acme/shop"], "--connection work"],
  ["a workflow where there is no platform", [".", "--workflow"], "--connection"],
  ["no webhook where there is no platform", [".", "--no-webhook"], "--connection"],
  ["a level that is none", ["acme/shop", "--connection", "work", "--level", "boss"], "dev/autopilot"],
  [
    "another platform's address",
    ["https://gitea.com/a/b", "--connection", "work"],
    "connection of that platform",
  ],
  [
    "an address that only begins alike",
    ["https://github.com.example.org/a/b", "--connection", "work"],
    "owner/name",
  ],
  ["an address of something in it", ["https://github.com/a/b/issues", "--connection", "work"], "owner/name"],
  ["an address through no connection", ["https://github.com/a/b", "--connection", "no"], "connections list"],
  ["a name that is none", ["shop", "--connection", "work"], "as the platform calls it"],
  ["a folder that is no repository", ["."], "Git repository"],
])("%s is refused before anything is sent", async (_, args, says) => {
  const { code, err } = await run("add", ...args);
  expect(code).toBe(2);
  expect(err).toContain(says);
  expect(server.received).toEqual([]);
});

test("the server's no is told with what to do", async () => {
  server.refuse = { status: 424, code: "platform-transient", detail: "no answer", todo: "see that it is up" };
  const { code, err } = await run("add", "acme/shop", "--connection", "work");
  expect([code, err]).toEqual([1, "tamma: no answer\n       see that it is up\n"]);
});

test("repositories are listed with how each is reached", async () => {
  expect((await run("list")).out).toBe("sample  plain  main  /tmp/sample\n");
  server.repositories = [];
  expect((await run("list")).out).toContain("tamma repos add");
});

test("a repository is removed by its name or id, of the connection that is meant", async () => {
  expect((await run("remove", "sample")).out).toBe("removed acme/shop; its record stays\n");
  expect(server.received.map(({ path }) => path)).toEqual(["/repositories/plain/r1/remove"]);
  expect(await run("remove", "nothing")).toMatchObject({ code: 1, out: "" });
  expect(server.received).toHaveLength(1);
});

test("a repository is checked where it is: here by git, on its platform by the server", async () => {
  const path = gitRepository("calc");
  const names = { defaultBranch: "main", id: "7", name: "calc" };
  server.repositories = [
    { connection: "plain-git", ...names, url: path },
    { connection: "work", ...names, name: "acme/shop", url: "https://github.com/acme/shop.git" },
  ];
  expect(await run("check", "calc")).toMatchObject({ code: 0, out: expect.stringContaining("make test") });
  const finding = {
    state: "wrong" as const,
    what: "its webhook is gone",
    why: "it was removed",
    todo: "add it",
  };
  server.check = [{ repository: "acme/shop", ...finding }];
  const { code, out } = await run("check", "acme/shop");
  expect([code, out]).toEqual([1, expect.stringContaining("its webhook is gone: it was removed")]);
  // The same id on two platforms.
  expect((await run("check", "7")).err).toContain("CONNECTION/NAME");
  expect((await run("check", "work/7")).code).toBe(1);
  expect((await run("check", "nothing")).err).toContain("tamma repos list");
});
