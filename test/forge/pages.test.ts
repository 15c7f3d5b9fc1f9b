import { afterEach, beforeEach, expect, test } from "vitest";
import { type SimulatedForge, startForge } from "./index.ts";
import { openPages } from "./pages.ts";
import type { Listening } from "./server.ts";

const name = "acme/shop";
const owner = { in: name, by: "ann" };
const bot = { in: name, by: "tamma-bot" };
let forge: SimulatedForge;
let pages: Listening;

beforeEach(async () => {
  forge = await startForge({ dialect: "gitea" });
  await forge.addRepository({ name, files: { "README.md": "Shop\n" } });
  pages = await openPages({ forge, platform: "gitea", owner, bot: bot.by });
});
afterEach(async () => {
  await pages.close();
  await forge[Symbol.asyncDispose]();
});

const said = (number: number) =>
  forge
    .repository(name)
    .issues.get(number)
    ?.comments.map(({ author, body }) => [author.login, body]);

async function post(path: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  return (await fetch(`${pages.origin}${path}`, { method: "POST", body, headers })).status;
}

test("an answer waits for the question, and stands where it was asked", async () => {
  forge.people.openIssue(owner, { title: "A discount" });
  const answered = post("/issues/1/answers", "/tamma approve");
  forge.people.comment(bot, 1, "**Tamma** · needs you");
  forge.people.comment(bot, 1, "**Needs you: Which design?**");
  expect(await answered).toBe(201);
  expect(said(1)?.at(-1)).toEqual(["ann", "/tamma approve"]);

  await forge.people.push(owner, "tamma/1-a-discount", { files: { "a.txt": "a" } });
  const pull = await forge.people.openPull(bot, {
    ...{ title: "A discount", body: "", head: "tamma/1-a-discount", base: "main", draft: false },
  });
  const { number } = pull.issue;
  forge.people.comment(bot, number, "**Needs you: Merge this pull request?**");
  expect(await post("/issues/1/answers", "/tamma reject No.")).toBe(201);
  expect(said(number)?.at(-1)).toEqual(["ann", "/tamma reject No."]);
  expect(said(1)).toHaveLength(3);
});

test("the account shows what is there, as text and as JSON", async () => {
  expect(await post("/issues", JSON.stringify({ title: "A discount", body: "" }))).toBe(201);
  expect(await post("/issues/1/labels", "tamma")).toBe(201);
  expect(await post("/issues/1/comments", "Please soon.")).toBe(201);
  for (const path of ["/version", "/user", "/version"]) await fetch(`${forge.apiUrl}${path}`);
  const text = await (await fetch(pages.origin)).text();
  expect(text).toContain("On the simulated gitea");
  expect(text).toContain("requests to its API 3, refused 1\n      2  GET /version\n      1  GET /user\n");
  expect(text).toContain("issue #1 open: A discount [tamma]\n    ann: Please soon.");
  expect(await (await fetch(`${pages.origin}/account`)).json()).toMatchObject({
    ...{ simulated: true, repository: name, pulls: [], webhooks: { sent: 0, refused: 0 } },
    issues: [{ number: 1, state: "open", labels: ["tamma"] }],
  });
});

test("a page of somebody else in the same browser decides nothing", async () => {
  forge.people.openIssue(owner, { title: "A discount" });
  expect(await post("/issues/1/comments", "/tamma approve", { origin: "https://evil.example" })).toBe(403);
  expect(said(1)).toEqual([]);
  expect(await post("/issues/7/comments", "Hello")).toBe(422);
  expect(await post("/issues/1/comments", "x".repeat(300_000))).toBe(413);
  expect(await post("/elsewhere", "Hello")).toBe(404);
});
