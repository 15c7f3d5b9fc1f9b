import { issuePipeline } from "@tamma/core/domain/loop/pipeline.ts";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { expect, test } from "vitest";
import { createClient } from "../testing/client.ts";
import {
  completeLoop,
  designLoop,
  escalatedLoop,
  mergedLoop,
  obstacleLoop,
  questionLoop,
  runningLoop,
} from "../testing/sample-loops.ts";
import { sampleDiff } from "../testing/sample-work.ts";
import { loopPath } from "./links.ts";

/** A page of a usual loop, in bytes (surfaces: budgets). */
const pageBytesMax = 40 * 1024;
const scenes: LoopView[] = [
  designLoop(),
  completeLoop(),
  questionLoop(),
  obstacleLoop(),
  escalatedLoop(),
  runningLoop(),
  mergedLoop(),
];
const refresh = '<meta http-equiv="refresh" content="5"';

async function html(client: ReturnType<typeof createClient>, path: string): Promise<string> {
  const answer = await client.page(path);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.text();
}

function withScenes() {
  const client = createClient();
  for (const view of scenes) {
    client.orchestrator.put(structuredClone(view), 20);
    client.orchestrator.diffs.set(view.id, sampleDiff);
  }
  return client;
}

test.each(scenes.map((view) => [view.issue.title, view] as const))(
  "'%s' shows all 14 steps",
  async (_, view) => {
    const page = await html(withScenes(), loopPath(view.id));
    const rail = page.slice(
      page.indexOf('<ol class="rail">'),
      page.indexOf("</ol>", page.indexOf('class="rail"')),
    );
    const names = [...rail.matchAll(/<span class="name">([^<]*)</g)].map((match) => match[1]);
    expect(names).toEqual(issuePipeline.map((step) => step.title));
    expect(rail.match(/aria-current="step"/g)).toHaveLength(1);
    // Every state is a word with an icon, never a colour alone.
    expect(rail.match(/<svg class="icon"[^>]*aria-hidden="true"/g)).toHaveLength(14);
  },
);

test("a page that waits for a person says so in its title, and only such a page", async () => {
  const client = withScenes();
  for (const view of scenes) {
    const page = await html(client, loopPath(view.id));
    expect(page.includes("<title>Needs you \u00b7 "), view.issue.title).toBe(view.ask !== null);
  }
  expect(await html(client, "/app")).toContain("<title>Needs you \u00b7 5 waiting");
  expect(await html(client, "/app/inbox")).toContain("<title>Needs you \u00b7 Inbox");
});

test("a page looks again by itself only where nothing typed can be lost, and can be paused", async () => {
  const client = withScenes();
  for (const view of scenes) {
    const page = await html(client, loopPath(view.id));
    expect(page.includes(refresh), view.issue.title).toBe(view.word === "running");
    if (page.includes(refresh)) expect(page).not.toContain("<textarea");
  }
  const still = ["pull", "stop", "escalate"].map((sub) => loopPath(runningLoop().id, sub));
  for (const path of ["/app/inbox", ...still]) expect(await html(client, path)).not.toContain(refresh);
  const paused = await html(client, `${loopPath(runningLoop().id, "log")}?job=x&live=off`);
  expect(paused).not.toContain(refresh);
  expect(paused).toContain(`href="${loopPath(runningLoop().id, "log")}?job=x"`);
});

test("every page keeps its budget and has landmarks, a language and a way past the header", async () => {
  const client = withScenes();
  await client.orchestrator.addRepository({} as never, {
    url: "/srv/code",
    defaultBranch: "main",
    name: "acme",
  });
  const paths = ["/app", "/app/inbox", "/app/repos/r1", ...scenes.map((view) => loopPath(view.id))];
  for (const sub of ["pull", "events", "events/3", "log", "stop", "escalate"])
    paths.push(loopPath(runningLoop().id, sub));
  for (const path of paths) {
    const page = await html(client, path);
    expect(new TextEncoder().encode(page).byteLength, path).toBeLessThanOrEqual(pageBytesMax);
    expect(page.startsWith("<!doctype html><html lang="), path).toBe(true);
    for (const part of [
      '<main id="main">',
      'class="skip" href="#main"',
      "<nav aria-label=",
      'name="viewport"',
    ])
      expect(page, path).toContain(part);
    expect(page.match(/<h1/g), path).toHaveLength(1);
    for (const forbidden of ["<script", " style=", "javascript:", " onclick"])
      expect(page, path).not.toContain(forbidden);
  }
});

test("home tells what needs you, what runs, what ended, and how the parts are", async () => {
  const client = withScenes();
  client.orchestrator.ill = true;
  client.orchestrator.label = "scripted by hand, no model was called";
  const page = await html(client, "/app");
  expect(page).toContain("5 decisions wait for you");
  expect(page.indexOf("Split amounts lose a cent")).toBeLessThan(
    page.indexOf("Dates in mails use the wrong zone"),
  );
  expect(page).toContain("Show totals in the header");
  expect(page).toContain("degraded");
  expect(page).toContain("scripted by hand, no model was called");
});

test("home stays up when parts of it cannot be read", async () => {
  const client = createClient();
  const fails = () => Promise.reject(new Error("down"));
  Object.assign(client.orchestrator, {
    inbox: fails,
    listLoops: fails,
    listRepositories: fails,
    checkProvider: fails,
  });
  expect(await html(client, "/app")).toContain("Some of this cannot be read now.");
});

test("costs without a model are labelled, and the provider is not asked for every page", async () => {
  const client = withScenes();
  client.orchestrator.label = "scripted by hand, no model was called";
  for (let n = 0; n < 5; n++)
    expect(await html(client, loopPath(mergedLoop().id))).toContain("scripted by hand, no model was called");
  expect(client.orchestrator.providerChecks).toBe(1);
});

test("the pull page shows files, line numbers and signs, and says what is binary", async () => {
  const page = await html(withScenes(), loopPath(completeLoop().id, "pull"));
  expect(page).toContain("<td></td><td>3</td><td>+</td><td>  const floor = Math.floor(cents / parts);</td>");
  expect(page).toContain("<td>2</td><td></td><td>\u2212</td><td>export function split(");
  expect(page).toContain("A binary file");
  expect(page).toContain("new file");
  expect(page).toContain('<option value="docs/rounding.md">');
  const about = await html(withScenes(), `${loopPath(completeLoop().id, "pull")}?file=docs%2Frounding.md`);
  expect(about).toMatch(/<option value="docs\/rounding.md" selected/);
});

test("a big file is folded, and what is too big for a page is offered as text", async () => {
  const client = withScenes();
  const { id } = completeLoop();
  const fileOf = (name: string, lines: number) =>
    `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n` +
    `@@ -0,0 +1,${lines} @@\n${"+x\n".repeat(lines)}`;
  client.orchestrator.diffs.set(id, fileOf("small", 3) + fileOf("big", 400) + fileOf("huge", 9_000));
  const page = await html(client, loopPath(id, "pull"));
  expect(page.match(/<details class="card file"( open="")?>/g)).toEqual([
    '<details class="card file" open="">',
    '<details class="card file">',
    '<details class="card file">',
  ]);
  expect(page).toContain("Too much for this page.");
  const raw = await client.page(loopPath(id, "diff.patch"));
  expect(raw.headers.get("content-type")).toContain("text/plain");
});

test("the timeline goes back page by page, shows one event whole, and verifies the chain", async () => {
  const client = createClient();
  const { id } = client.orchestrator.put(runningLoop(), 120);
  const newest = await html(client, loopPath(id, "events"));
  expect(newest.indexOf(">120 StepEntered")).toBeGreaterThan(0);
  expect(newest).not.toContain(">70 StepEntered");
  expect(newest).toContain("?before=71");
  const oldest = await html(client, `${loopPath(id, "events")}?before=21`);
  expect(oldest).toContain(">20 StepEntered");
  expect(oldest).not.toContain('rel="next"');
  expect(await html(client, `${loopPath(id, "events")}?verify=1`)).toContain("The chain holds.");
  expect(await html(client, loopPath(id, "events/7"))).toContain("&quot;step&quot;: 7");
  expect((await client.page(loopPath(id, "events/121"))).status).toBe(404);
});

test("nothing that an issue, a model, a diff or a log says becomes markup", async () => {
  const client = createClient();
  const attack = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;
  const evil = JSON.parse(
    JSON.stringify(completeLoop()).replaceAll("Export invoices as CSV", JSON.stringify(attack).slice(1, -1)),
  );
  const design = designLoop(attack);
  for (const option of design.design?.options ?? [])
    Object.assign(option, { title: attack, approach: attack, pros: [attack] });
  const asked = questionLoop();
  if (asked.ask?.kind === "questions")
    asked.ask.questions = [{ id: attack, question: attack, why: attack, suggested: attack }];
  const escalated = escalatedLoop();
  if (escalated.ask?.kind === "escalation")
    Object.assign(escalated.ask.card, { what: attack, why: attack, excerpt: attack });
  evil.threads[0].text = attack;
  evil.pullRequest.url = "javascript:alert(3)";
  for (const view of [evil, design, asked, escalated]) client.orchestrator.put(view);
  client.orchestrator.append(
    client.orchestrator.loops.get(evil.id) as LoopView,
    "Reminded",
    attack,
    { attack },
    attack,
  );
  client.orchestrator.diffs.set(evil.id, sampleDiff.replace("Parts always add up.", attack));
  client.orchestrator.logs.set("", attack);
  await client.orchestrator.addRepository({} as never, { url: attack, defaultBranch: attack, name: attack });
  await client.api("POST", "/repositories/r1/issues", { title: attack, body: attack, labels: [attack] });

  const paths = [
    "/app",
    "/app/inbox",
    "/app/repos/r1",
    "/app/repos/r1/issues/1",
    `/app/login?key=${encodeURIComponent(attack)}`,
  ];
  for (const sub of ["", "pull", "events", "events/4", "log", "stop", "escalate"])
    paths.push(loopPath(evil.id, sub));
  for (const view of [design, asked, escalated]) paths.push(loopPath(view.id));
  for (const path of paths) {
    const page = await html(client, path);
    expect(page.includes("alert(1)"), path).toBe(true);
    expect(page, path).not.toMatch(/<script|<img|href="javascript:/);
  }
});

test("a page of an unknown loop, a bad id or no route is an error page with a way back", async () => {
  const client = createClient();
  for (const [path, status] of [
    [loopPath("local/r1/99#1"), 404],
    ["/app/loops/%zz", 400],
    ["/app/nothing", 404],
    ["/app/repos/none", 404],
    ["/app/repos/none/issues/0", 404],
  ] as const) {
    const answer = await client.page(path);
    expect([path, answer.status]).toEqual([path, status]);
    expect(await answer.text()).toContain("Back to the dashboard");
  }
});
