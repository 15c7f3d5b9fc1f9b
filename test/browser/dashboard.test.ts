import type { LoginLink } from "@tamma/core/protocol/rest.ts";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { z } from "zod";
import { calcRepository, calcScript, git, title } from "../journey/calc.ts";
import { openStage, type Stage } from "../journey/stage.ts";

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

/** A signed-in page without JavaScript. */
async function signedIn(stage: Stage, options: { width?: number; dark?: boolean } = {}): Promise<Page> {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.dark ? "dark" : "light",
  });
  const page = await context.newPage();
  const { path } = await stage.call<z.infer<typeof LoginLink>>("POST", "/api/v1/login-links");
  await visit(page, `${stage.url}${path}`);
  await page.getByRole("button", { name: /sign in/i }).click();
  return page;
}

/** Pages of running loops load themselves anew, which may cut off a navigation of ours: then once more. */
async function visit(page: Page, url: string): Promise<void> {
  for (;;)
    try {
      await page.goto(url);
      return;
    } catch (error) {
      if (!String(error).includes("interrupted by another navigation")) throw error;
    }
}

test("without JavaScript a person takes a loop from the inbox to its merge", async () => {
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  const loop = await stage.start(title);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  const page = await signedIn(stage);

  await visit(page, `${stage.url}/app/inbox`);
  expect(await page.title()).toContain("Needs you");
  await page.getByRole("link", { name: title }).first().click();
  expect(await page.locator("ol li").count()).toBeGreaterThanOrEqual(14);
  await page.getByRole("radio", { name: /Option 2/ }).check();
  await page
    .getByRole("button", { name: /approve/i })
    .first()
    .click();

  await stage.until(loop, (view) => view.ask?.kind === "checkpoint" && view.option === "2");
  await visit(page, `${stage.url}/app/loops/${encodeURIComponent(loop)}/pull`);
  expect(await page.textContent("main")).toContain("a * b");
  await visit(page, `${stage.url}/app/loops/${encodeURIComponent(loop)}`);
  await page
    .getByRole("button", { name: /approve|merge/i })
    .first()
    .click();
  const end = await stage.until(loop, (view) => view.endedAt !== null);
  expect(end.word).toBe("merged");
  expect(git(stage.repository, "rev-parse", "main")).toBe(end.mergeSha);
  await page.reload();
  expect(await page.textContent("main")).toContain("merged");
  await page.context().close();
});

test("a design refused in the browser ends the loop with the reason, on a small dark screen", async () => {
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  const loop = await stage.start(title);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  const page = await signedIn(stage, { width: 320, dark: true });
  await visit(page, `${stage.url}/app/loops/${encodeURIComponent(loop)}`);
  const rail = await page.locator("html").boundingBox();
  expect(rail?.width).toBeLessThanOrEqual(320);
  await page.locator("summary", { hasText: "Reject" }).click();
  const form = page.getByRole("form", { name: "Reject" });
  await form.getByRole("textbox").fill("we do not need it <script>alert(1)</script>");
  await form.getByRole("button", { name: "Reject" }).click();
  const end = await stage.until(loop, (view) => view.endedAt !== null);
  expect(end).toMatchObject({ word: "rejected", reason: "we do not need it <script>alert(1)</script>" });
  // The reason is text on the page, not markup.
  await visit(page, `${stage.url}/app/loops/${encodeURIComponent(loop)}`);
  expect(await page.textContent("main")).toContain("<script>alert(1)</script>");
  await page.context().close();
});

test("without JavaScript a loop is paused, goes on, and is escalated with a reason", async () => {
  await using stage = await openStage({ script: calcScript({ delayMs: 400 }), repository: calcRepository });
  const loop = await stage.start(title);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  const page = await signedIn(stage, { width: 320, dark: true });
  const shown = () => visit(page, `${stage.url}/app/loops/${encodeURIComponent(loop)}`);
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await shown();
  expect(await button("Pause").isDisabled()).toBe(true);
  expect(await page.textContent("main")).toContain("Pause: the loop waits for a person");

  await stage.decide(loop, "approve");
  await stage.until(loop, ({ orders }) => orders.pause === null);
  await shown();
  await button("Pause").click();
  await stage.until(loop, ({ ask }) => ask?.kind === "obstacle" && ask.obstacle.obstacle === "paused");
  await shown();
  expect(await button("Pause").isDisabled()).toBe(true);
  await button("Resume").click();
  await stage.until(loop, ({ ask }) => ask === null);
  await visit(page, `${stage.url}/app/loops/${encodeURIComponent(loop)}/escalate`);
  expect((await page.locator("html").boundingBox())?.width).toBeLessThanOrEqual(320);
  await page.getByRole("textbox").fill("I know this code.");
  await button("Escalate the loop").click();
  const taken = await stage.until(loop, ({ word }) => word === "escalated");
  expect(taken.ask).toMatchObject({ card: { why: "I know this code." } });
  await shown();
  for (const name of ["Pause", "Resume", "Escalate"]) expect(await button(name).isDisabled()).toBe(true);
  await page.context().close();
});
