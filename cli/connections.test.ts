import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cli } from "./testing/cli.ts";
import { type SmallServer, startSmallServer } from "./testing/small-server.ts";

let server: SmallServer;
let cwd: string;
beforeEach(async () => {
  server = await startSmallServer();
  cwd = mkdtempSync(join(tmpdir(), "tamma-cli-"));
  writeFileSync(join(cwd, "token"), "canary-token\n", { mode: 0o600 });
  writeFileSync(join(cwd, "app.pem"), "canary-pem\n", { mode: 0o600 });
  const webhook = { webhookPath: "/webhooks/gitea/work", webhookBaseUrl: null };
  const webhookUrl = "http://tamma.test/webhooks/gitea/work";
  const times = { addedAt: 1, secretsAt: 1, ...webhook, webhookUrl };
  const address = { baseUrl: "https://git.example.test", credential: "token" as const };
  server.connections = [{ id: "work", platform: "gitea", ...address, ...times }];
});
afterEach(async () => {
  await server.close();
  rmSync(cwd, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const started = cli(server, ["connections", ...args], { cwd });
  return { code: await started.code, out: started.out(), err: started.err() };
}

const gitea = ["add", "work", "--platform", "gitea", "--url", "https://git.example.test/"];
const sent = () => server.received.map(({ path, body }) => [path, body]);

test("a connection is added by a token from a file, which is not shown again", async () => {
  const { code, out } = await run(...gitea, "--token-file", "token");
  expect(code).toBe(0);
  expect(sent()).toEqual([
    [
      "/connections",
      {
        ...{ id: "work", platform: "gitea", baseUrl: "https://git.example.test", webhookBaseUrl: null },
        credential: { kind: "token", token: "canary-token" },
      },
    ],
  ]);
  expect(out).toContain("http://tamma.test/webhooks/gitea/work");
  expect(out).toContain("hook-secret");
  expect(out).not.toContain("canary-token");
});

test("a GitHub App comes with its number and its key", async () => {
  const github = ["add", "work", "--platform", "github", "--url", "https://github.com"];
  expect((await run(...github, "--app-id", "7", "--key-file", "app.pem")).code).toBe(0);
  expect(sent()[0]).toMatchObject([
    "/connections",
    { credential: { kind: "app", appId: "7", privateKey: "canary-pem\n" } },
  ]);
});

test("the address for webhooks is given, changed and taken back; none is said to be none", async () => {
  const other = ["--webhook-url", "https://t.example.org/"];
  expect((await run(...gitea, "--token-file", "token", ...other)).code).toBe(0);
  expect((await run("change", "work", ...other)).out).toContain("http://tamma.test/webhooks/gitea/work");
  expect((await run("change", "work", "--webhook-url", "own")).code).toBe(0);
  expect(sent()).toEqual([
    ["/connections", expect.objectContaining({ webhookBaseUrl: "https://t.example.org" })],
    ["/connections/work/change", { webhookBaseUrl: "https://t.example.org" }],
    ["/connections/work/change", { webhookBaseUrl: null }],
  ]);
  const wrong = await run("change", "work", "--webhook-url", "t.example.org");
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("webhookBaseUrl: must be")]);
  for (const connection of server.connections) connection.webhookUrl = null;
  expect((await run("rotate", "work")).out).toContain("none yet: https://git.example.test cannot reach");
});

test("after a rotation the command for each of the connection's repositories is said", async () => {
  const names = { url: "https://git.example.test/x", defaultBranch: "main" };
  server.repositories = [
    { connection: "work", id: "7", name: "acme/shop", ...names },
    { connection: "other", id: "8", name: "acme/store", ...names },
  ];
  const { out } = await run("rotate", "work");
  expect(out).toContain("tamma repos add acme/shop --connection work");
  expect(out).not.toContain("acme/store");
});

test("a check says each finding with what to do, and ends with 1 when one is wrong", async () => {
  const good = {
    repository: null,
    state: "ok" as const,
    what: "the credential is good",
    why: null,
    todo: null,
  };
  server.check = [good];
  expect(await run("check", "work")).toMatchObject({ code: 0, out: expect.stringContaining("0 faults") });
  const todo = "`tamma connections rotate work`";
  server.check = [
    good,
    { ...good, repository: "acme/shop", state: "wrong", what: "gone", why: "moved", todo },
  ];
  const { code, out } = await run("check", "work");
  expect(code).toBe(1);
  expect(out).toMatch(/fault +repository acme\/shop: gone: moved\n +`tamma connections rotate work`/);
  expect(out).toContain("1 fault, 0 warnings");
});

test("connections are listed, rotated and removed", async () => {
  expect((await run("list")).out).toContain("work  gitea  https://git.example.test  token");
  expect((await run("rotate", "work")).out).toContain("hook-secret");
  expect((await run("rotate", "work", "--token-file", "token")).code).toBe(0);
  expect((await run("remove", "work")).out).toContain("removed work");
  expect(sent()).toEqual([
    ["/connections/work/rotate", {}],
    ["/connections/work/rotate", { credential: { kind: "token", token: "canary-token" } }],
    ["/connections/work/remove", {}],
  ]);
  server.connections = [];
  expect((await run("list")).out).toContain("no platform is connected");
});

test.each([
  ["nothing that lets Tamma in", [...gitea], "--token-file"],
  ["a file that is not there", [...gitea, "--token-file", "missing"], "missing cannot be read"],
  ["an App without its key", [...gitea, "--app-id", "7"], "--key-file"],
  ["both", [...gitea, "--token-file", "token", "--app-id", "7", "--key-file", "app.pem"], "not both"],
  ["an App for Gitea", [...gitea, "--app-id", "7", "--key-file", "app.pem"], "only GitHub knows Apps"],
  ["a name that is none", [...gitea.with(1, "a/b"), "--token-file", "token"], "id: must be"],
  ["another platform", [...gitea.with(3, "svn"), "--token-file", "token"], "platform"],
])("%s is refused before anything is sent", async (_, args, says) => {
  const { code, err } = await run(...args);
  expect(code).toBe(2);
  expect(err).toContain(says);
  expect(server.received).toEqual([]);
});
