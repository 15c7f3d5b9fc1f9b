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
  const times = { addedAt: 1, secretsAt: 1, webhookPath: "/webhooks/gitea/work" };
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
        ...{ id: "work", platform: "gitea", baseUrl: "https://git.example.test" },
        credential: { kind: "token", token: "canary-token" },
      },
    ],
  ]);
  expect(out).toContain(`${server.url}/webhooks/gitea/work`);
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
