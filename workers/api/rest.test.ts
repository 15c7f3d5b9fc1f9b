import { expect, test } from "vitest";
import { createClient, origin, token } from "./testing/client.ts";
import {
  designLoop,
  escalatedLoop,
  obstacleLoop,
  questionLoop,
  runningLoop,
} from "./testing/sample-loops.ts";
import { sampleDiff } from "./testing/sample-work.ts";

const path = (loop: string) => `/loops/${encodeURIComponent(loop)}`;
const bodyOf = async (answer: Response) => (await answer.json()) as Record<string, unknown>;

test("an issue is created, read, listed and started; starting it again gives the same loop", async () => {
  const { api, orchestrator } = createClient();
  const repository = await api("POST", "/repositories", {
    url: "/srv/code",
    defaultBranch: "main",
    name: "acme",
  });
  expect([repository.status, (await bodyOf(repository)).id]).toEqual([201, "r1"]);
  expect(await bodyOf(await api("GET", "/repositories"))).toMatchObject({ repositories: [{ name: "acme" }] });

  const issue = await api("POST", "/repositories/r1/issues", { title: "A bug", body: "It breaks." });
  expect([issue.status, (await bodyOf(issue)).number]).toEqual([201, 1]);
  expect(await bodyOf(await api("GET", "/repositories/r1/issues/1"))).toMatchObject({ body: "It breaks." });
  expect(await bodyOf(await api("GET", "/repositories/r1/issues"))).toMatchObject({
    issues: [{ number: 1 }],
  });

  const first = await api("POST", "/loops", { repository: "r1", issue: 1 });
  const second = await api("POST", "/loops", { repository: "r1", issue: 1 });
  expect([first.status, second.status]).toEqual([201, 200]);
  expect((await bodyOf(second)).loop).toBe((await bodyOf(first)).loop);
  expect(orchestrator.commands).toHaveLength(1);
});

test("a loop and all below it is found by its id with / and # as one encoded segment", async () => {
  const { api, orchestrator } = createClient();
  const view = orchestrator.put(runningLoop(), 5);
  orchestrator.diffs.set(view.id, sampleDiff);
  orchestrator.logs.set(`${view.id}~j4`, "line one\n");

  expect(await bodyOf(await api("GET", path(view.id)))).toMatchObject({ id: "local/r1/13#1" });
  const events = await bodyOf(await api("GET", `${path(view.id)}/events?after=3&limit=10`));
  expect(events).toMatchObject({ events: [{ seq: 4 }, { seq: 5 }], next: 5 });
  expect(await bodyOf(await api("GET", `${path(view.id)}/state?at=2`))).toMatchObject({ seq: 2 });
  expect(await bodyOf(await api("GET", `${path(view.id)}/verify`))).toMatchObject({ ok: true, events: 5 });
  const diff = await api("GET", `${path(view.id)}/diff`);
  expect(diff.headers.get("content-type")).toContain("text/x-diff");
  expect(await diff.text()).toBe(sampleDiff);
  const job = encodeURIComponent(`${view.id}~j4`);
  expect(await (await api("GET", `${path(view.id)}/log?job=${job}`)).text()).toBe("line one\n");
  expect(await bodyOf(await api("GET", "/loops?state=active"))).toMatchObject({ loops: [{ id: view.id }] });
});

test("a decision carries the person of the token and its way, never what the body claims", async () => {
  const { api, orchestrator } = createClient();
  const view = orchestrator.put(designLoop());
  const subject = view.ask?.kind === "checkpoint" ? view.ask.checkpoint.subject : "";
  const target = `${path(view.id)}/checkpoints/${encodeURIComponent(`${view.id}~c1`)}`;
  const decision = { subject, decision: "approve", option: "2", via: "cli" };

  const forged = await api("POST", target, { ...decision, by: { kind: "person", id: "mallory" } });
  expect(forged.status).toBe(422);
  const answer = await api("POST", target, decision, { "idempotency-key": "k-1" });
  expect(await bodyOf(answer)).toEqual({ accepted: true, already: null, seq: 4 });
  expect(orchestrator.commands).toMatchObject([
    {
      caller: { person: { id: "ada", authenticated: "local-token" }, commandId: "k-1", via: "cli" },
      input: { decision: "approve", option: "2", text: "" },
    },
  ]);
});

test("the same key again is the same command, another subject is refused as stale", async () => {
  const { api, orchestrator } = createClient();
  const view = orchestrator.put(designLoop());
  const subject = view.ask?.kind === "checkpoint" ? view.ask.checkpoint.subject : "";
  const target = `${path(view.id)}/checkpoints/${encodeURIComponent(`${view.id}~c1`)}`;

  const stale = await api("POST", target, { subject: "what I saw yesterday", decision: "approve" });
  expect([stale.status, (await bodyOf(stale)).code]).toEqual([409, "stale"]);
  const key = { "idempotency-key": "k-2" };
  const once = await bodyOf(await api("POST", target, { subject, decision: "approve" }, key));
  const twice = await bodyOf(await api("POST", target, { subject, decision: "approve" }, key));
  expect(twice).toEqual(once);
  const other = await api("POST", target, { subject, decision: "reject", text: "no" });
  expect([other.status, (await bodyOf(other)).detail]).toEqual([409, "ada decided this before: approve."]);
  expect(orchestrator.commands).toHaveLength(1);
});

test("answers, resolutions, comments and stops reach the loop with their words", async () => {
  const { api, orchestrator } = createClient();
  const [asked, escalated, blocked] = [questionLoop(), escalatedLoop(), obstacleLoop()];
  for (const view of [asked, escalated, blocked]) orchestrator.put(view);

  const answers = [{ question: "q1", answer: "The yearly one." }];
  const escalation = encodeURIComponent(`${escalated.id}~e1`);
  const calls: [string, unknown][] = [
    [`${path(asked.id)}/questions`, { answers, via: "--yes" }],
    [`${path(escalated.id)}/escalations/${escalation}`, { choice: "retry", text: "mind the clock" }],
    [`${path(blocked.id)}/retry`, undefined],
    [`${path(blocked.id)}/comments`, { text: "why?", path: "a.ts", line: 4 }],
    [`${path(asked.id)}/pause`, undefined],
    [`${path(asked.id)}/escalate`, { reason: "mine" }],
    [`${path(blocked.id)}/cancel`, { reason: "not now" }],
  ];
  for (const [to, body] of calls) expect((await api("POST", to, body)).status).toBe(200);
  expect(orchestrator.commands.map(({ type, input }) => [type, input])).toEqual([
    ["AnswerQuestions", { answers }],
    ["ResolveEscalation", { escalation: `${escalated.id}~e1`, choice: "retry", text: "mind the clock" }],
    ["ClearObstacle", {}],
    ["CommentOnPullRequest", { text: "why?", path: "a.ts", line: 4 }],
    ["PauseLoop", {}],
    ["EscalateLoop", { reason: "mine" }],
    ["CancelLoop", { reason: "not now" }],
  ]);
  expect(orchestrator.commands[0]?.caller.via).toBe("--yes");
});

test("the inbox, providers, runners and sign-in links answer in their documented shapes", async () => {
  const { api, orchestrator } = createClient();
  orchestrator.put(designLoop());
  expect(await bodyOf(await api("GET", "/inbox"))).toMatchObject({
    items: [{ kind: "checkpoint", issue: 12 }],
  });
  expect(await bodyOf(await api("GET", "/providers/check"))).toMatchObject({ ok: true, problem: null });
  const runner = await api("POST", "/runners", { name: "laptop", publicKey: "-----BEGIN PUBLIC KEY-----" });
  expect([runner.status, await bodyOf(runner)]).toEqual([201, { runner: "runner-1" }]);
  const link = await bodyOf(await api("POST", "/login-links"));
  expect(link.path).toMatch(/^\/app\/login\?key=.{36}$/);
});

test("every error is a problem with a stable code and the next thing to do", async () => {
  const { api, request } = createClient();
  const id = encodeURIComponent("local/r1/99#1");
  const cases: [Promise<Response>, number, string][] = [
    [api("GET", `/loops/${id}`), 404, "no-loop"],
    [api("GET", "/loops/nonsense"), 400, "bad-id"],
    [api("GET", "/loops/%E0%A4%A"), 400, "bad-id"],
    [api("GET", "/loops/%zz"), 400, "bad-id"],
    [api("GET", "/loops/local/r1/12%231"), 404, "no-route"],
    [api("GET", "/repositories/r1/issues/-1"), 400, "bad-id"],
    [api("GET", "/repositories/r9/issues"), 404, "no-repository"],
    [api("GET", `/loops/${id}/state?at=zero`), 422, "bad-input"],
    [api("GET", `/loops/${id}/events?limit=100000`), 422, "bad-input"],
    [api("GET", "/nothing"), 404, "no-route"],
    [api("DELETE", "/loops"), 404, "no-route"],
    [api("POST", "/loops", "{not json"), 400, "bad-json"],
    [api("POST", "/loops", "[]"), 422, "bad-input"],
    [api("POST", "/loops", { repository: "r1", issue: 1, surprise: true }), 422, "bad-input"],
    [api("POST", "/loops", "{}", { "content-type": "text/plain" }), 415, "wrong-media-type"],
    [api("POST", "/login-links", undefined, { "idempotency-key": "two words" }), 400, "bad-idempotency-key"],
    [request("/api/v1/loops"), 401, "bad-token"],
    [api("GET", "/loops", undefined, { authorization: "Bearer wrong" }), 401, "bad-token"],
    [api("GET", "/loops", undefined, { authorization: `Basic ${token}` }), 401, "bad-token"],
  ];
  for (const [asked, status, code] of cases) {
    const answer = await asked;
    expect(answer.headers.get("content-type"), code).toContain("application/problem+json");
    const problem = await bodyOf(answer);
    expect([answer.status, problem.code, problem.type]).toEqual([status, code, `urn:tamma:problem:${code}`]);
    expect(problem.todo).not.toBe("");
  }
});

test("a body that is too large is refused by its declared length and also while it is read", async () => {
  const { api, request } = createClient();
  const large = JSON.stringify({ reason: "x".repeat(600_000) });
  const target = `${path("local/r1/1#1")}/cancel`;
  expect((await api("POST", target, large)).status).toBe(413);

  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  const init = {
    method: "POST",
    body: endless,
    duplex: "half",
    headers: { authorization: `Bearer ${token}` },
  };
  const answer = await request(`/api/v1${target}`, init as RequestInit);
  expect([answer.status, (await bodyOf(answer)).code]).toEqual([413, "body-too-large"]);
  expect(sent).toBeLessThan(2_000_000);
});

test("an issue may have a million characters, but no more bytes than a row of the store", async () => {
  const { api, orchestrator } = createClient();
  await api("POST", "/repositories", { url: "/srv/code", defaultBranch: "main" });
  const post = (body: string) => api("POST", "/repositories/r1/issues", { title: "long", body });
  expect((await post("a".repeat(1_000_000))).status).toBe(201);
  expect(orchestrator.issues.get("r1")?.[0]?.body).toHaveLength(1_000_000);
  expect((await post("\u00e4".repeat(1_000_000))).status).toBe(422);
});

test("an empty token setting lets nobody in", async () => {
  const { env, request } = createClient();
  env.TAMMA_TOKEN = "";
  for (const authorization of ["Bearer ", "Bearer", "Bearer undefined"])
    expect((await request("/api/v1/loops", { headers: { authorization } })).status).toBe(401);
});

test("a failure behind the binding is told by its request id and nothing else", async () => {
  const { api, orchestrator } = createClient();
  orchestrator.inbox = () => Promise.reject(new Error("secret detail of the database"));
  const answer = await api("GET", "/inbox");
  const text = await answer.text();
  expect(answer.status).toBe(500);
  expect(text).not.toContain("secret detail");
  expect(text).toContain(answer.headers.get("x-request-id") ?? "no id");
});

test("a disk that is full is called so, with what to do, and everything else stays internal", async () => {
  const { api, orchestrator } = createClient();
  orchestrator.inbox = () => Promise.reject(new Error("database or disk is full: SQLITE_FULL"));
  const answer = await api("GET", "/inbox");
  expect([answer.status, await bodyOf(answer)]).toMatchObject([507, { code: "storage-full" }]);
  orchestrator.inbox = () => Promise.reject(new Error("disk I/O error: SQLITE_IOERR_WRITE"));
  const broken = await api("GET", "/inbox");
  expect([broken.status, await bodyOf(broken)]).toMatchObject([503, { code: "storage-unwritable" }]);
});

test("of a fault without a reason the disk is asked, and only of such a one", async () => {
  const { api, env, orchestrator } = createClient();
  let asked = 0;
  const disk = (answer: () => Response) => {
    env.STATE_DISK = {
      fetch: async () => {
        asked += 1;
        return answer();
      },
    };
  };
  const codeOf = async () => ((await bodyOf(await api("GET", "/inbox"))) as { code: string }).code;
  orchestrator.inbox = () =>
    Promise.reject(new Error("internal error; reference = mqb4i7c7jfa4lbik45mla353"));
  expect(await codeOf()).toBe("internal");
  disk(() => Response.json({ fault: "full" }));
  expect(await codeOf()).toBe("storage-full");
  disk(() => Response.json({ fault: "unwritable" }));
  expect(await codeOf()).toBe("storage-unwritable");
  disk(() => Response.json({ fault: null }));
  expect(await codeOf()).toBe("internal");
  disk(() => new Response("the host is gone", { status: 500 }));
  expect(await codeOf()).toBe("internal");
  expect(asked).toBe(4);
  orchestrator.inbox = () => Promise.reject(new Error("another fault"));
  expect(await codeOf()).toBe("internal");
  expect(asked).toBe(4);
});

test("an ill part degrades, and only an orchestrator that does not answer is down", async () => {
  const { request, orchestrator } = createClient();
  expect((await request("/health")).status).toBe(200);
  orchestrator.ill = true;
  const ill = await request("/health");
  expect([ill.status, await bodyOf(ill)]).toMatchObject([
    200,
    { status: "degraded", parts: { database: "does not answer" } },
  ]);
  expect((await request("/ready")).status).toBe(200);
  orchestrator.health = () => Promise.reject(new Error("gone"));
  expect((await request("/health")).status).toBe(503);
  expect((await request("/ready")).status).toBe(503);
});

test("only the server's own names are answered, whatever is asked", async () => {
  const { request } = createClient();
  const hostOf = async (host: string) => (await request("/health", { headers: { host } })).status;
  expect(await hostOf("127.0.0.1:8787")).toBe(200);
  expect(await hostOf("LOCALHOST:8787")).toBe(200);
  for (const host of ["127.0.0.1", "127.0.0.1:80", "evil.example:8787", "127.0.0.1:8787.evil.example"])
    expect(await hostOf(host), host).toBe(421);
});

test("behind a proxy the proxy's name is answered too, and no caller says where he comes from", async () => {
  const { request, env, orchestrator, api } = createClient();
  Object.assign(env, { TAMMA_ORIGIN: "https://tamma.example.org", TAMMA_LISTENS_AT: origin });
  const hostOf = async (host: string) => (await request("/health", { headers: { host } })).status;
  for (const host of ["tamma.example.org", "127.0.0.1:8787", "localhost:8787"])
    expect(await hostOf(host), host).toBe(200);
  for (const host of ["tamma.example.org:8787", "127.0.0.1", "evil.example"])
    expect(await hostOf(host), host).toBe(421);
  await api("POST", "/repositories", { url: "/srv/code", defaultBranch: "main", name: "acme" });
  await api("POST", "/repositories/r1/issues", { title: "A bug", body: "It breaks." });
  await api("POST", "/loops", { repository: "r1", issue: 1 }, { "cf-connecting-ip": "203.0.113.7" });
  expect(orchestrator.commands.map(({ caller }) => caller.person.ip)).toEqual([null]);
});

test("every answer carries the security headers, errors included", async () => {
  const { request } = createClient();
  for (const answer of [await request("/health"), await request("/nowhere"), await request("/app/login")]) {
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'none'; object-src 'none'; style-src 'self'; img-src data:; " +
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect(new URL(origin).protocol).toBe("http:");
  expect((await request("/health")).headers.get("strict-transport-security")).toBeNull();
});

test("the server tells its version, its clock and whose the token is", async () => {
  const { api, request } = createClient();
  const report = await bodyOf(await api("GET", "/server"));
  expect(report).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    user: "ada",
    runnerProtocol: 1,
  });
  expect(Math.abs(Number(report.now) - Date.now())).toBeLessThan(60_000);
  expect((await request("/api/v1/server")).status).toBe(401);
});

test("runners are listed and revoked, settings and logs are read", async () => {
  const { api, orchestrator } = createClient();
  await orchestrator.enrolRunner({} as never, { name: "desk", publicKey: "k" });
  expect(await bodyOf(await api("POST", "/runners/runner-1/revoke"))).toEqual({ revoked: "runner-1" });
  expect((await api("POST", "/runners/runner-2/revoke")).status).toBe(404);
  expect(await bodyOf(await api("GET", "/runners"))).toMatchObject({
    runners: [{ name: "desk", revokedAt: 2 }],
  });

  await api("POST", "/repositories", { url: "/srv/code", defaultBranch: "main", name: "acme" });
  expect(await bodyOf(await api("GET", "/repositories/r1/settings"))).toMatchObject({
    repository: { name: "acme" },
    settings: [{ key: "slots" }],
  });
  expect((await api("GET", "/repositories/r9/settings")).status).toBe(404);

  const view = orchestrator.put(runningLoop(), 2);
  orchestrator.logs.set(`${view.id}~j4`, "line one\n");
  const job = encodeURIComponent(`${view.id}~j4`);
  const page = await bodyOf(await api("GET", `${path(view.id)}/logs?job=${job}`));
  expect(page).toMatchObject({ chunks: [{ text: "line one\n" }], next: "1.0" });
  expect((await api("GET", `${path(view.id)}/logs?after=${"1".repeat(50)}`)).status).toBe(422);
  expect(await bodyOf(await api("GET", `${path(view.id)}/record?after=3`))).toEqual({
    envelopes: [],
    next: 3,
  });
  expect(await bodyOf(await api("GET", `${path(view.id)}/rerun?from=2`))).toMatchObject({
    same: true,
    from: 2,
  });
});
