import { afterAll, beforeAll, expect, test } from "vitest";
import { apiOf } from "../contracts/conformance/real-api.ts";
import { printed, type Started, startProcess } from "./processes.ts";

/** `npm run e2e:gitea`, with a simulated Gitea of its own process in a real one's place. */

let server: Started;
let blank: { url: string; admin: string; writer: string };
beforeAll(async () => {
  server = startProcess(["test/forge/main.ts", "--platform", "gitea", "--blank", "--with-parent"]);
  blank = JSON.parse((await printed(server, /^\{.*\}$/m))[0] ?? "");
});
afterAll(() => server.stop());

async function script(token: string | null, url = blank.url) {
  const env = { TAMMA_E2E_GITEA_URL: url, TAMMA_E2E_GITEA_TOKEN: token ?? "" };
  const child = startProcess(["scripts/run.mjs", "test/e2e/main.ts"], env);
  const code = await new Promise<number | null>((done) => child.process.once("close", done));
  return { code, lines: child.output().trimEnd().split("\n") };
}

const admin = () => apiOf("gitea", blank.url, blank.admin);

test("from an empty Gitea, with address and token alone, an issue with a label is merged", async () => {
  const { code, lines } = await script(blank.admin);
  expect([code, lines.at(-1)], lines.join("\n")).toEqual([0, "merged"]);
  const told = lines.join("\n");
  for (const step of [
    ...["made the account tamma-", "tamma connections add work", "tamma repos add root/tamma-e2e-"],
    ...["all is well", "gives it the label tamma", "the webhook arrived: a loop began"],
    ...["comments in #1: /tamma approve", "comments in #2: /tamma approve"],
    ...["pull request #2 merged, issue closed, branch gone", "removed repositories and account again"],
  ])
    expect(told).toContain(step);
  expect(await admin().list("/user/repos")).toEqual([]);
  expect(await admin().find(`/users/${/made the account (\S+),/.exec(told)?.[1]}`)).toBeNull();
}, 600_000);

test("a token that may make no account is told, and nothing is left behind", async () => {
  const { code, lines } = await script(blank.writer);
  expect(code).toBe(1);
  expect(lines.at(-1)).toMatch(/^failed: POST \/admin\/users: 403/);
  expect(await apiOf("gitea", blank.url, blank.writer).list("/user/repos")).toEqual([]);
});

test("without its variables it says what it needs and begins nothing", async () => {
  const { code, lines } = await script(null);
  expect(code).toBe(2);
  expect(lines.join("\n")).toContain("TAMMA_E2E_GITEA_TOKEN");
});

test("nothing was asked that Gitea does not document", async () => {
  await server.stop();
  await expect.poll(() => server.output()).toMatch(/violations: 0$/m);
});
