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
import { xssPayloads } from "../testing/xss-payloads.ts";
import { loopPath } from "./links.ts";

type Client = ReturnType<typeof createClient>;

const scenes = [designLoop, completeLoop, questionLoop, obstacleLoop, escalatedLoop, runningLoop, mergedLoop];
/** Fields that our own code fills, or that decide what the page is. */
const ours =
  /^(id|word|step|name|state|kind|level|gate|choices|escalation|obstacle|subject|head|mergeSha|title)$/;
const harmless = "harmless";

/** The value with `text` in every field that somebody else can fill; steps keep their names. */
function filled<T>(value: T, text: string, key = "", parent = ""): T {
  const free = parent === "issue" || parent === "options" || parent === "repository";
  if (typeof value === "string")
    return (ours.test(key) && !(free && /title|name/.test(key)) ? value : text) as T;
  if (Array.isArray(value)) return value.map((one) => filled(one, text, key, key)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, filled<unknown>(inner, text, name, key || parent)]),
  ) as T;
}

/** All pages of one installation whose texts are `text`; issues come in through REST. */
async function pagesWith(text: string): Promise<Map<string, string>> {
  const client = createClient();
  await seed(client, text);
  const loops = [...client.orchestrator.loops.keys()];
  const paths = [
    ...["/app", "/app/inbox", "/app/repos/r1", "/app/repos/r1/issues/1"],
    ...loops.map((loop) => loopPath(loop)),
    ...["pull", "stop", "events", "events/1", "log"].map((page) => loopPath(loops[0] ?? "", page)),
    `${loopPath(loops[0] ?? "", "pull")}?file=${encodeURIComponent(text)}`,
  ];
  const pages = new Map<string, string>();
  for (const path of paths) {
    const answer = await client.page(path);
    expect(answer.status, path).toBe(200);
    pages.set(path.replace(encodeURIComponent(text), ""), await answer.text());
  }
  const refused = await client.post(`${loopPath(loops[0] ?? "", "comments")}`, {
    text,
    path: text,
    line: text,
  });
  pages.set("a refused form", await refused.text());
  return pages;
}

async function seed(client: Client, text: string): Promise<void> {
  const repository = {
    url: `/srv/${text.slice(0, 1_900)}`,
    defaultBranch: text.slice(0, 200),
    name: text.slice(0, 100),
  };
  expect((await client.api("POST", "/repositories", repository)).status).toBe(201);
  const issue = { title: text.slice(0, 300), body: text, labels: [] };
  expect((await client.api("POST", "/repositories/r1/issues", issue)).status).toBe(201);
  const stored = client.orchestrator.issues.get("r1")?.[0] ?? expect.unreachable();
  Object.assign(stored, { title: text, author: text, labels: [text] });
  stored.comments.push({ id: "c1", author: text, body: text, at: 1 });
  for (const scene of scenes) {
    const view: LoopView = { ...filled(scene(), text), reason: text, branch: text, requester: text };
    view.pullRequest = { number: 7, url: text, draft: false };
    view.job =
      view.ask === null ? { ...view.job, id: "j", kind: "develop", purpose: "work", runner: text } : null;
    view.threads = [{ id: "t", author: text, person: true, path: text, line: 1, text, reply: text }];
    view.risk = [{ kind: "large", detail: text }];
    view.absentScanners = [text];
    const put = client.orchestrator.put(view, 1);
    client.orchestrator.append(put, "GateFailed", text, { [text]: text }, text);
    client.orchestrator.diffs.set(view.id, diffOf(text));
  }
}

/** A file whose name, mode line, hunk header and lines are hostile. */
function diffOf(text: string): string {
  const line = text.replaceAll("\n", " ");
  return [
    `diff --git a/${line} b/${line}`,
    `--- a/${line}`,
    `+++ b/${line}`,
    `@@ -1 +1 @@ ${line}`,
    `-${line}`,
    `+${line}`,
    "",
  ].join("\n");
}

/** Every tag with the names of its attributes, in order: all that text must never change. */
function structureOf(html: string): string[] {
  return (html.match(/<[^<>]*>/g) ?? []).map((tag) => {
    const name = /^<\/?[a-z0-9!]*/i.exec(tag)?.[0] ?? "";
    return [name, ...[...tag.matchAll(/\s([a-z-]+)="/gi)].map(([, attribute]) => attribute)]
      .filter((word) => word !== "selected")
      .join(" ");
  });
}

const corpus = xssPayloads.join(" \u00b6 ").replaceAll("\n", " ");
const addresses = /\s(?:href|src|action|formaction|data|poster|srcset)="([^"]*)"/gi;
const unseen =
  /<[^<>]*>?[^<>]*(?![\n\t])[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029]/u;

test("the corpus has at least fifty payloads", () => {
  expect(new Set(xssPayloads).size).toBeGreaterThanOrEqual(50);
});

test("no text of anybody changes the structure of a page, leads elsewhere, or stays unseen", {
  timeout: 60_000,
}, async () => {
  const calm = await pagesWith(harmless);
  const hostile = await pagesWith(corpus);
  expect([...hostile.keys()]).toEqual([...calm.keys()]);
  for (const [path, html] of hostile) {
    expect(structureOf(html), path).toEqual(structureOf(calm.get(path) ?? ""));
    // What a form sends back must be what it was; nobody reads it.
    expect(unseen.exec(html.replace(/\svalue="[^"]*"/g, ""))?.[0], path).toBeUndefined();
    expect(html, path).not.toMatch(/<(?:script|style|iframe|object|embed|base)\b|\son\w+="|\sstyle="/i);
    for (const [, address] of html.matchAll(addresses))
      expect(address, path).toMatch(/^(?:\/app(?:[/?"]|$)|\?|#|data:image\/svg\+xml,%3Csvg)/);
  }
});

test.each(xssPayloads.map((payload, n) => [n, payload] as const))(
  "payload %i as an address leads nowhere: %s",
  async (_, payload) => {
    const client = createClient();
    const loop = { ...mergedLoop(), pullRequest: { number: 7, url: payload, draft: false } };
    client.orchestrator.put(loop);
    const html = await (await client.page(loopPath(loop.id))).text();
    for (const [, address] of html.matchAll(addresses)) expect(address).toMatch(/^(?:\/app|\?|#|data:image)/);
  },
);

test("every answer forbids scripts, frames and foreign content, whatever it is", async () => {
  const client = createClient();
  await seed(client, harmless);
  const loop = [...client.orchestrator.loops.keys()][0] ?? "";
  const answers: Record<string, Response> = {
    page: await client.page(loopPath(loop)),
    "missing page": await client.page("/app/nothing"),
    diff: await client.page(loopPath(loop, "diff.patch")),
    log: await client.page(loopPath(loop, "log.txt")),
    style: await client.page("/app/style.css"),
    REST: await client.api("GET", "/loops"),
    "REST diff": await client.api("GET", `/loops/${encodeURIComponent(loop)}/diff`),
    "REST log": await client.api("GET", `/loops/${encodeURIComponent(loop)}/log`),
    "REST error": await client.api("GET", "/loops/none"),
    "REST body error": await client.api("POST", "/loops", "<script>"),
    "no token": await client.request("/api/v1/loops"),
    health: await client.request("/health"),
    login: await client.request("/app/login?key=x"),
  };
  for (const [what, { headers }] of Object.entries(answers)) {
    const policy = (headers.get("content-security-policy") ?? "").split("; ");
    for (const rule of ["default-src 'none'", "script-src 'none'", "object-src 'none'", "base-uri 'none'"])
      expect(policy, what).toContain(rule);
    for (const rule of ["style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"])
      expect(policy, what).toContain(rule);
    expect(policy.join(), what).not.toMatch(/unsafe|\*/);
    expect(headers.get("x-content-type-options"), what).toBe("nosniff");
    expect(headers.get("cross-origin-opener-policy"), what).toBe("same-origin");
    expect(headers.get("cross-origin-resource-policy"), what).toBe("same-origin");
    expect(headers.get("referrer-policy"), what).toBe("same-origin");
    expect(headers.get("permissions-policy"), what).toContain("camera=()");
  }
  for (const what of ["diff", "log", "REST diff", "REST log"])
    expect(answers[what]?.headers.get("content-type"), what).toMatch(
      /^text\/(?:plain|x-diff);\s?charset=utf-8$/i,
    );
  for (const what of ["REST error", "REST body error", "no token"])
    expect(answers[what]?.headers.get("content-type"), what).toMatch(/^application\/problem\+json/);
  for (const what of ["diff", "REST diff"])
    expect(answers[what]?.headers.get("content-disposition"), what).toBe(
      'attachment; filename="change.diff"',
    );
});
