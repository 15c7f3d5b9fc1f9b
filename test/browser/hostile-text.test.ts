import type { LoginLink } from "@tamma/core/protocol/rest.ts";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { z } from "zod";
import { xssPayloads } from "../../workers/api/testing/xss-payloads.ts";
import { calcRepository, calcScript, title } from "../journey/calc.ts";
import { openStage } from "../journey/stage.ts";

/** Chromium as root on a machine without network: no sandbox of its own, and no calls home. */
const args = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

let browser: Browser;
beforeAll(async () => {
  const executablePath = process.env.TAMMA_CHROMIUM;
  if (!executablePath) throw new Error("run it by `npm run test:browser`, which finds a Chromium");
  browser = await chromium.launch({ executablePath, args });
});
afterAll(() => browser.close());

test("a browser that runs scripts runs none of ours or theirs, and asks no other host", {
  timeout: 180_000,
}, async () => {
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  const corpus = xssPayloads.join("\n");
  const loop = await stage.start(title);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  const { repositories } = await stage.call<{ repositories: { id: string }[] }>(
    "GET",
    "/api/v1/repositories",
  );
  const repository = repositories[0]?.id ?? expect.unreachable();
  const issues = `/api/v1/repositories/${repository}/issues`;
  const numbers: number[] = [];
  // All of them in one text, and some as titles: a title has its own places.
  for (const payload of ["all of them", ...xssPayloads.filter((_, n) => n % 8 === 0)]) {
    const issue = { title: payload.slice(0, 300), body: corpus, labels: [] };
    numbers.push((await stage.call<{ number: number }>("POST", issues, issue)).number);
  }
  const path = `/app/loops/${encodeURIComponent(loop)}`;

  const context = await browser.newContext({ javaScriptEnabled: true });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const foreign =
      !request.url().startsWith(`${stage.url}/`) && !request.url().startsWith("data:image/svg+xml,%3Csvg");
    if (foreign || request.resourceType() === "script") wrong.push(`request: ${request.url().slice(0, 200)}`);
  });
  // A refusal of the policy means that something of theirs had become markup.
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) wrong.push(message.text());
  });
  const { path: login } = await stage.call<z.infer<typeof LoginLink>>("POST", "/api/v1/login-links");
  await page.goto(`${stage.url}${login}`);
  await page.getByRole("button", { name: /sign in/i }).click();

  const repositoryPath = `/app/repos/${repository}`;
  const pages = [
    "/app",
    "/app/inbox",
    repositoryPath,
    ...numbers.map((n) => `${repositoryPath}/issues/${n}`),
  ];
  for (const each of [
    ...pages,
    path,
    `${path}/pull?file=${encodeURIComponent(corpus.slice(0, 1_000))}`,
    `${path}/log`,
  ]) {
    await page.goto(`${stage.url}${each}`);
    expect(
      await page.locator("script, iframe, object, embed, base, main img, main style").count(),
      each,
    ).toBe(0);
  }
  // The proof that the listeners hear: the text is there, letter by letter.
  await page.goto(`${stage.url}${repositoryPath}/issues/${numbers[0]}`);
  expect(await page.locator("pre.text").first().textContent()).toContain("<img src=x onerror=");
  expect(wrong).toEqual([]);
  await context.close();
});
