import { createHash } from "node:crypto";
import type { LeaseResponse } from "@tamma/core/protocol/runner.ts";
import { expect, test } from "vitest";
import { jobBell } from "../job-bell.ts";
import { createClient } from "./testing/client.ts";

const job = "local/r1/12#1~j3";
const jobPath = `/jobs/${encodeURIComponent(job)}`;
const lease = { protocol: 1, labels: [], tools: {}, waitMs: 0, loop: null };
const offered: LeaseResponse = {
  job,
  fence: 5,
  loop: "local/r1/12#1",
  issue: { number: 12, title: "Split amounts lose a cent" },
  repository: { connection: "local", id: "r1", name: "acme", url: "/srv/code", defaultBranch: "main" },
  spec: { kind: "survey", branch: "main", issue: { title: "t", body: "b" } },
  leaseMs: 30_000,
  heartbeatMs: 2_000,
  git: null,
};
const turnCall = {
  fence: 5,
  turn: 1,
  request: {
    system: "s",
    messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
    tools: [],
    outputSchema: null,
    maxOutputTokens: 100,
    labels: { loop: "l", issue: "12", step: "implement", attempt: "1", turn: "t" },
  },
};

function withRunner() {
  const client = createClient();
  client.orchestrator.tokens.set("good-runner-token", "runner-1");
  return client;
}

async function withJob() {
  const client = withRunner();
  client.orchestrator.queue.push(offered);
  await client.runner("/lease", lease);
  return client;
}

test("an enrolled runner gets a token and leases with it", async () => {
  const { api, runner, orchestrator } = createClient();
  await api("POST", "/runners", { name: "laptop", publicKey: "PEM" });
  const proof = { runner: "runner-1", at: 1_700_000_000_000, nonce: "n", signature: "s" };
  const answer = await runner("/token", proof, { authorization: "" });
  const { token } = (await answer.json()) as { token: string };
  orchestrator.queue.push(offered);
  const leased = await runner("/lease", lease, { authorization: `Bearer ${token}` });
  expect([leased.status, await leased.json()]).toEqual([200, offered]);
});

test("without a good runner token nothing of the runner's is reachable, nor with a person's", async () => {
  const { runner } = createClient();
  for (const path of ["/lease", `${jobPath}/heartbeat`, `${jobPath}/turn`, "/refs/watch", "/nowhere"]) {
    const answer = await runner(path, {});
    expect([path, answer.status]).toEqual([path, 401]);
  }
  expect((await runner("/lease", lease, { authorization: "Bearer local-token-of-the-tests" })).status).toBe(
    401,
  );
});

test("a lease without waiting answers 204 at once when there is no job", async () => {
  const { runner, orchestrator } = withRunner();
  const answer = await runner("/lease", lease);
  expect([answer.status, await answer.text()]).toEqual([204, ""]);
  expect(orchestrator.leaseAsked).toHaveLength(1);
});

test("a waiting lease asks again until a job comes, and never asks the orchestrator to wait", async () => {
  const { runner, orchestrator } = withRunner();
  orchestrator.queue.push(offered);
  orchestrator.leaseAfter = 3;
  const answer = await runner("/lease", { ...lease, waitMs: 20_000 });
  expect(answer.status).toBe(200);
  expect(orchestrator.leaseAsked.map((asked) => asked.waitMs)).toEqual([0, 0, 0]);
});

test("a ring is asked after only where it rang, and everywhere is asked again all the same", async () => {
  const { runner, orchestrator } = withRunner();
  orchestrator.queue.push(offered);
  orchestrator.leaseAfter = 5;
  const first = orchestrator.lease.bind(orchestrator);
  orchestrator.lease = (...asked) => {
    // After the first question, and after the one that it makes.
    if (orchestrator.leaseAsked.length < 2) jobBell.ring("main/r7");
    return first(...asked);
  };
  await runner("/lease", { ...lease, waitMs: 20_000 });
  expect(orchestrator.askedAmong).toEqual([null, ["main/r7"], ["main/r7"], null, null]);
});

test("rings that follow one another do not keep a runner from asking everywhere", async () => {
  const { runner, orchestrator } = withRunner();
  orchestrator.queue.push(offered);
  orchestrator.leaseAfter = Number.POSITIVE_INFINITY;
  const first = orchestrator.lease.bind(orchestrator);
  orchestrator.lease = async (...asked) => {
    jobBell.ring("main/r7");
    const everywhere = orchestrator.askedAmong.filter((among) => among === null).length;
    if (everywhere === 2) orchestrator.leaseAfter = 0;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return first(...asked);
  };
  expect((await runner("/lease", { ...lease, waitMs: 20_000 })).status).toBe(200);
  expect(orchestrator.askedAmong).toContainEqual(["main/r7"]);
});

test("a runner that has gone is not given a job", async () => {
  const { orchestrator, request } = withRunner();
  orchestrator.queue.push(offered);
  orchestrator.leaseAfter = 2;
  const gone = new AbortController();
  const init = { method: "POST", body: JSON.stringify({ ...lease, waitMs: 20_000 }), signal: gone.signal };
  const headers = { authorization: "Bearer good-runner-token", "content-type": "application/json" };
  const first = orchestrator.lease.bind(orchestrator);
  orchestrator.lease = (...asked) => {
    gone.abort();
    return first(...asked);
  };
  expect((await request("/runner/v1/lease", { ...init, headers })).status).toBe(204);
  expect(orchestrator.queue).toHaveLength(1);
});

test("a job's heartbeat, log and result arrive under its id with / and # and ~", async () => {
  const { runner, orchestrator } = await withJob();
  const beat = await runner(`${jobPath}/heartbeat`, { fence: 5, part: "test" });
  expect(await beat.json()).toEqual({ continue: true, reason: null });
  await runner(`${jobPath}/log`, { fence: 5, offset: 0, text: "one\n" });
  const log = await runner(`${jobPath}/log`, { fence: 5, offset: 4, text: "two\n" });
  expect([await log.json(), orchestrator.logs.get(job)]).toEqual([{ next: 8 }, "one\ntwo\n"]);
  const result = { fence: 5, result: { kind: "survey", result: { outcome: "stopped", reason: "told to" } } };
  expect(await (await runner(`${jobPath}/result`, result)).json()).toEqual({
    accepted: true,
    already: false,
  });
  expect(await (await runner(`${jobPath}/result`, result)).json()).toEqual({ accepted: true, already: true });
});

test("an old fence gets 409 and changes nothing", async () => {
  const { runner, orchestrator } = await withJob();
  const old = await runner(`${jobPath}/log`, { fence: 4, offset: 0, text: "late" });
  expect([old.status, ((await old.json()) as { code: string }).code]).toEqual([409, "old-fence"]);
  expect(orchestrator.logs.size).toBe(0);
});

test("a turn is streamed as lines of JSON", async () => {
  const { runner } = await withJob();
  const answer = await runner(`${jobPath}/turn`, turnCall);
  expect(answer.headers.get("content-type")).toContain("application/x-ndjson");
  const lines = (await answer.text()).trim().split("\n");
  expect(lines.map((line) => Object.keys(JSON.parse(line))[0])).toEqual(["ping", "text", "text", "answer"]);
});

test("a blob comes back byte for byte, and one that is not what its name says is refused", async () => {
  const { runner, request } = await withJob();
  const body = new Uint8Array([0, 255, 10, 13, 128]);
  const sha256 = createHash("sha256").update(body).digest("hex");
  const headers = {
    authorization: "Bearer good-runner-token",
    "content-type": "application/octet-stream",
    "x-tamma-fence": "5",
  };
  const put = (bytes: Uint8Array<ArrayBuffer>, more = {}) =>
    request(`/runner/v1${jobPath}/blobs/${sha256}`, {
      method: "PUT",
      body: bytes,
      headers: { ...headers, ...more },
    });

  expect((await put(body.slice(1))).status).toBe(422);
  expect((await put(body, { "x-tamma-fence": "no" })).status).toBe(422);
  expect((await put(body, { "x-tamma-fence": "4" })).status).toBe(409);
  expect(await (await put(body)).json()).toEqual({ stored: true });
  const got = await runner(`${jobPath}/blobs/${sha256}`, undefined, {}, "GET");
  expect(new Uint8Array(await got.arrayBuffer())).toEqual(body);
  expect((await runner(`${jobPath}/blobs/${"0".repeat(64)}`, undefined, {}, "GET")).status).toBe(404);
  expect((await runner(`${jobPath}/blobs/short`, undefined, {}, "GET")).status).toBe(400);
});

test("a blob above 25 MB is refused before it is kept", async () => {
  const { request, orchestrator } = await withJob();
  const init = { method: "PUT", body: new Uint8Array(25_000_001) };
  const headers = { authorization: "Bearer good-runner-token", "x-tamma-fence": "5" };
  const answer = await request(`/runner/v1${jobPath}/blobs/${"a".repeat(64)}`, { ...init, headers });
  expect([answer.status, orchestrator.blobs.size]).toEqual([413, 0]);
});

test("refs are watched and reported", async () => {
  const { runner, orchestrator } = withRunner();
  expect(await (await runner("/refs/watch", {})).json()).toEqual({ repositories: [], everyMs: 2_000 });
  const report = {
    connection: "local",
    repository: "r1",
    at: 1,
    heads: { main: "a".repeat(40), gone: null },
    config: null,
    configError: null,
    dirty: [],
  };
  expect(await (await runner("/refs", report)).json()).toEqual({ accepted: true });
  expect(orchestrator.refs).toEqual([report]);
  expect((await runner("/refs", { ...report, heads: { main: "short" } })).status).toBe(422);
});
