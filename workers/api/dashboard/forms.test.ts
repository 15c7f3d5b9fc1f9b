import { expect, test } from "vitest";
import { createClient, formOf } from "../testing/client.ts";
import {
  designLoop,
  escalatedLoop,
  obstacleLoop,
  questionLoop,
  runningLoop,
} from "../testing/sample-loops.ts";
import { checkpointPath, escalationPath, loopPath } from "./links.ts";

const design = designLoop();
const decide = checkpointPath(design.id, `${design.id}~c1`);

async function openDesign() {
  const client = createClient();
  client.orchestrator.put(designLoop());
  return { ...client, html: await (await client.page(loopPath(design.id))).text() };
}

test("approving with the shown form is recorded as the person's decision through the dashboard", async () => {
  const { post, html, orchestrator, request } = await openDesign();
  const answer = await post(decide, { ...formOf(html, decide, "approve"), option: "2" });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, loopPath(design.id)]);
  expect(orchestrator.commands).toMatchObject([
    {
      type: "DecideCheckpoint",
      loop: design.id,
      caller: { person: { id: "ada", authenticated: "session" }, via: "dashboard" },
      input: { decision: "approve", option: "2", subject: "9d1f".repeat(16) },
    },
  ]);
  const notice = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const after = await request(loopPath(design.id), {
    headers: { cookie: `tamma_session=session-of-ada; ${notice}` },
  });
  expect(await after.text()).toContain("It is event 4 of the loop.");
});

test("a double click is one command", async () => {
  const { post, html, orchestrator } = await openDesign();
  const fields = { ...formOf(html, decide, "approve"), option: "1" };
  const answers = await Promise.all([post(decide, fields), post(decide, fields)]);
  expect(answers.map((answer) => answer.status)).toEqual([303, 303]);
  expect(orchestrator.commands).toHaveLength(1);
});

test("every form of a page is a command of its own", async () => {
  const { html } = await openDesign();
  const ids = [...html.matchAll(/name="command" value="([^"]+)"/g)].map((match) => match[1]);
  expect(ids.length).toBeGreaterThan(4);
  expect(new Set(ids).size).toBe(ids.length);
});

test("the numbers of answers never change their meaning", async () => {
  const { html } = await openDesign();
  const numbered = [...html.matchAll(/<kbd>(.)<\/kbd>\s*([^<]+)/g)].map(
    ([, number, words]) => `${number} ${words?.trim()}`,
  );
  expect(numbered).toEqual(["1 Approve the chosen design", "3 Ask for changes", "0 Reject"]);
});

test("the same decision from a second page says who decided before", async () => {
  const { post, html, page, request } = await openDesign();
  const second = await (await page(loopPath(design.id))).text();
  await post(decide, { ...formOf(html, decide, "approve"), option: "1" });
  const again = await post(decide, { ...formOf(second, decide, "approve"), option: "1" });
  const notice = again.headers.get("set-cookie")?.split(";")[0] ?? "";
  const after = await request(loopPath(design.id), {
    headers: { cookie: `tamma_session=session-of-ada; ${notice}` },
  });
  const text = await after.text();
  expect(text).toContain("This was decided before.");
  expect(text).toContain("approve by ada");
});

test("another decision afterwards is refused with who was first, and the typed words come back", async () => {
  const { post, html } = await openDesign();
  await post(decide, { ...formOf(html, decide, "approve"), option: "1" });
  const late = await post(decide, { ...formOf(html, decide, "reject"), text: "I had <b>doubts</b>" });
  const text = await late.text();
  expect(late.status).toBe(409);
  expect(text).toContain("ada decided this before: approve.");
  expect(text).toContain("I had &lt;b&gt;doubts&lt;/b&gt;");
});

test("an answer to what has changed since is refused and the page shows what is there now", async () => {
  const { post, html, orchestrator } = await openDesign();
  const fields = { ...formOf(html, decide, "change"), text: "Use integers." };
  const { ask } = orchestrator.loops.get(design.id) ?? design;
  if (ask?.kind === "checkpoint") ask.checkpoint.subject = "77aa".repeat(16);
  const answer = await post(decide, fields);
  const text = await answer.text();
  expect(answer.status).toBe(409);
  expect(text).toContain("What you saw has changed since.");
  expect(text).toContain("Use integers.");
  expect(text).toContain("77aa".repeat(3));
  expect(orchestrator.commands).toHaveLength(0);
});

test("editing an option and writing one's own carry option and text", async () => {
  for (const [decision, option] of [
    ["edit", "1"],
    ["own", null],
  ] as const) {
    const { post, html, orchestrator } = await openDesign();
    await post(decide, { ...formOf(html, decide, decision), text: "line one\r\nline two" });
    expect(orchestrator.commands[0]?.input).toMatchObject({ decision, option, text: "line one\nline two" });
  }
});

test("questions are answered from the inbox, starting from the suggested answers", async () => {
  const { orchestrator, page, post } = createClient();
  const view = orchestrator.put(questionLoop());
  const html = await (await page("/app/inbox")).text();
  expect(html).toContain(">The monthly one.</textarea>");
  const target = loopPath(view.id, "questions");
  const fields = { "answer.q1": "The yearly one.", "answer.q2": "Under two seconds." };
  const answer = await post(target, { ...formOf(html, target), ...fields });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/app/inbox"]);
  expect(orchestrator.commands[0]?.input).toEqual({
    answers: [
      { question: "q1", answer: "The yearly one." },
      { question: "q2", answer: "Under two seconds." },
    ],
  });
});

test("an escalation is retried with a hint, an obstacle cleared, a loop stopped", async () => {
  const { orchestrator, page, post } = createClient();
  const [escalated, blocked, running] = [escalatedLoop(), obstacleLoop(), runningLoop()];
  for (const view of [escalated, blocked, running]) orchestrator.put(view);
  const retry = escalationPath(escalated.id, `${escalated.id}~e1`);
  const html = await (await page(loopPath(escalated.id))).text();
  for (const way of ["Retry with a hint", "Take over", "Split into smaller issues", "Abandon"])
    expect(html).toContain(way);
  await post(retry, { ...formOf(html, retry, "retry"), text: "The clock is faked." });
  await post(loopPath(blocked.id, "obstacle"), { command: "c-2" });
  await post(loopPath(running.id, "stop"), { command: "c-3", reason: "Not now." });
  expect(orchestrator.commands.map(({ type, input }) => [type, input])).toEqual([
    ["ResolveEscalation", { escalation: `${escalated.id}~e1`, choice: "retry", text: "The clock is faked." }],
    ["ClearObstacle", {}],
    ["CancelLoop", { reason: "Not now." }],
  ]);
});

test("a loop is paused, resumed and escalated by its page, which asks why", async () => {
  const { orchestrator, page, post } = createClient();
  const view = orchestrator.put(runningLoop());
  const shown = async (path: string) => (await page(path)).text();
  const [pause, resume, escalate] = ["pause", "resume", "escalate"].map((sub) => loopPath(view.id, sub));
  if (!pause || !resume || !escalate) throw new Error("three paths");
  const html = await shown(loopPath(view.id));
  // Nothing is in the way of a loop at work: the button is there, closed, and says why.
  expect(html).toMatch(/<button type="button" disabled="" aria-describedby="no-resume">Resume/);
  expect(html).toMatch(/<li id="no-resume">Resume: <bdi>nothing is in the way/);
  expect(html).not.toContain(`action="${resume}"`);
  expect((await post(pause, formOf(html, pause))).status).toBe(303);
  view.orders = { pause: "it is paused already", resume: null, escalate: null };
  const paused = await shown(loopPath(view.id));
  expect(paused).not.toContain(`action="${pause}"`);
  await post(resume, formOf(paused, resume));
  expect(paused).toContain(`href="${escalate}"`);
  await post(escalate, { ...formOf(await shown(escalate), escalate), reason: "I know this code." });
  expect(orchestrator.commands.map(({ type, input }) => [type, input])).toEqual([
    ["PauseLoop", {}],
    ["ClearObstacle", {}],
    ["EscalateLoop", { reason: "I know this code." }],
  ]);
  view.orders = { pause: "x", resume: "x", escalate: "the loop is being merged right now" };
  expect(await shown(loopPath(view.id))).toMatch(/<li id="no-pause">Pause, Resume: <bdi>x/);
  const closed = await shown(escalate);
  expect(closed).toContain("the loop is being merged right now");
  expect(closed).not.toContain("<textarea");
});

test("a loop that is over takes no orders any more", async () => {
  const { orchestrator, page } = createClient();
  const view = orchestrator.put({ ...runningLoop(), word: "merged" });
  const html = await (await page(loopPath(view.id))).text();
  for (const order of ["pause", "resume", "escalate", "stop"])
    expect(html).not.toContain(loopPath(view.id, order));
});

test("a comment opens a thread that the pull page shows", async () => {
  const { orchestrator, page, post } = createClient();
  const view = orchestrator.put(runningLoop());
  const target = loopPath(view.id, "comments");
  const html = await (await page(loopPath(view.id, "pull"))).text();
  const answer = await post(target, {
    ...formOf(html, target),
    path: "a.ts",
    line: "4",
    text: "Why a loop?",
  });
  expect(answer.headers.get("location")).toBe(loopPath(view.id, "pull"));
  const after = await (await page(loopPath(view.id, "pull"))).text();
  expect(after).toContain("Why a loop?");
  expect(after).toContain("a.ts</bdi>:4");
  expect((await post(target, { text: "x", line: "many" })).status).toBe(422);
});

test("an issue is written and a loop started from the repository's page", async () => {
  const { orchestrator, api, page, post } = createClient();
  await api("POST", "/repositories", { url: "/srv/code", defaultBranch: "main" });
  const created = await post("/app/repos/r1/issues", { title: "A bug", body: "It breaks." });
  expect([created.status, created.headers.get("location")]).toEqual([303, "/app/repos/r1/issues/1"]);
  expect(await (await page("/app/repos/r1/issues/1")).text()).toContain("It breaks.");
  const started = await post("/app/repos/r1/issues/1/start", { command: "c-1" });
  expect([started.status, started.headers.get("location")]).toEqual([303, "/app/loops/local%2Fr1%2F1%231"]);
  expect(await (await page("/app/repos/r1")).text()).toContain("Loop: running");
  orchestrator.startLoop = async () => ({ ok: true, value: { loop: null, already: false, position: 2 } });
  const queued = await post("/app/repos/r1/issues/1/start", { command: "c-2" });
  expect(queued.headers.get("location")).toBe("/app/repos/r1/issues/1");
  expect((await post("/app/repos/r1/issues", { title: " " })).status).toBe(422);
});

test("forms count only from our own pages", async () => {
  const { post, html, orchestrator } = await openDesign();
  const fields = { ...formOf(html, decide, "approve"), option: "1" };
  const foreign: Record<string, string>[] = [
    { origin: "http://evil.example", "sec-fetch-site": "cross-site" },
    { origin: "http://evil.example" },
    { origin: "http://127.0.0.1:9999", "sec-fetch-site": "same-site" },
    { origin: "null", "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "none" },
  ];
  for (const headers of foreign) expect((await post(decide, fields, headers)).status).toBe(403);
  expect(orchestrator.commands).toHaveLength(0);
});

test("a form that says nothing of where it comes from is refused", async () => {
  const { request, orchestrator } = createClient();
  const view = orchestrator.put(runningLoop());
  const headers = {
    cookie: "tamma_session=session-of-ada",
    "content-type": "application/x-www-form-urlencoded",
  };
  const init = { method: "POST", headers, body: "reason=x" };
  expect((await request(loopPath(view.id, "stop"), init)).status).toBe(403);
  const opaque = { ...init, headers: { ...headers, origin: "null" } };
  expect((await request(loopPath(view.id, "stop"), opaque)).status).toBe(403);
});

test("a form in another encoding or too large is refused", async () => {
  const { post } = createClient();
  const target = loopPath("local/r1/1#1", "stop");
  expect((await post(target, {}, { "content-type": "multipart/form-data; boundary=x" })).status).toBe(415);
  expect((await post(target, { reason: "x".repeat(600_000) })).status).toBe(413);
});
