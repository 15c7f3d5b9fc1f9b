import { afterAll, expect, test } from "vitest";
import { openDesk } from "./npm-start.ts";
import { printed, type Started } from "./processes.ts";

const desk = openDesk();
afterAll(() => desk[Symbol.asyncDispose]());

/** What one loop may cost a platform, with the set-up of its repository. A quick one costs 54. */
const requestsBelow = 60;

/** A whole loop; a machine that is busy with other tests needs longer than a start does. */
const loopMs = 150_000;

/** The command for the question after the one whose words are given, as it stands on the screen. */
async function answerTo(started: Started, question: RegExp): Promise<URL> {
  const asked = new RegExp(`${question.source}[\\s\\S]*?curl -d '/tamma approve' (http\\S+)`);
  return new URL((await printed(started, asked, loopMs))[1] as string);
}

test("github: a person reads both ways to answer, and comments on the simulated platform", async () => {
  const started = desk.start(["--platform", "github"]);
  const design = await answerTo(started, /Which design shall be built/);
  expect(started.output()).toMatch(/platform +simulated github at http:\/\/127\.0\.0\.1:\d+/);
  expect(started.output()).toContain("answer in the dashboard");
  expect((await fetch(design, { method: "POST", body: "/tamma approve" })).status).toBe(201);
  const complete = await answerTo(started, /Merge this pull request/);
  expect((await fetch(complete, { method: "POST", body: "/tamma approve" })).status).toBe(201);
  const [, merge] = await printed(started, /^ merge +([0-9a-f]{40})$/m, loopMs);
  await printed(started, /the server stays at/);
  const seen = started.output();
  expect(seen).toContain(`pull request #5 merged by tamma-bot as ${merge}`);
  expect(seen).toContain("issue #1 closed: Discount on a whole invoice");
  expect(seen).toContain(`branch main at ${merge}`);
  expect(seen).toMatch(/branch +tamma\/1-\S+, gone/);
  expect(seen).toMatch(/webhooks sent \d+, not taken 0/);

  expect(Number(/requests to its API (\d+)/.exec(seen)?.[1])).toBeLessThan(requestsBelow);

  // What the first screen offers: more work by a label.
  const label = /curl -d tamma (\S+)/.exec(seen)?.[1] as string;
  expect((await fetch(label, { method: "POST", body: "tamma" })).status).toBe(201);
  await expect.poll(async () => (await desk.tamma("status")).out, { timeout: loopMs }).toContain("#2");
  expect(await started.stop("SIGINT")).toBe(0);
  expect(desk.left()).toEqual([]);
});
