import { applyD1Migrations, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sha } from "../load/good-work.ts";
import { type ScriptedProvider, scriptedProvider } from "./scripted-provider.ts";
import {
  accepted,
  asked,
  caller,
  enrolled,
  eventually,
  goodAnswers,
  goodResult,
  lease,
  nextJob,
  orchestrator,
  putText,
  refusal,
  repository,
  start,
  testMigrations,
  view,
  work,
} from "./world.ts";

let provider: ScriptedProvider;
beforeAll(async () => {
  await applyD1Migrations(env.DB, testMigrations());
  provider = scriptedProvider({ ...goodAnswers });
});
beforeEach(() => {
  provider.answers = { ...goodAnswers };
});
afterAll(() => provider.restore());

const startIssue = (id: string, issue: number) =>
  accepted(orchestrator.startLoop(caller(), { repository: id, issue, confirm: false, preApprove: [] }));
const loopOf = (id: string, issue: number, run = 1) => `plain-git/${id}/${issue}#${run}`;
const objectOf = (loop: string) =>
  env.ISSUE_LOOP.get(env.ISSUE_LOOP.idFromName(loop.slice(0, loop.indexOf("#"))));

test("with one slot the second issue waits in the queue until the first loop ends", async () => {
  const id = await repository({}, 2);
  const first = await startIssue(id, 1);
  expect(first).toEqual({ loop: loopOf(id, 1), already: false, position: 0 });
  expect(await startIssue(id, 2)).toEqual({ loop: null, already: false, position: 1 });
  expect(await startIssue(id, 1)).toEqual({ loop: loopOf(id, 1), already: true, position: 0 });
  const { queued } = await orchestrator.listLoops({ state: "active", repository: id });
  expect(queued).toEqual([{ repository: id, issue: 2, title: "Issue 2" }]);
  await accepted(orchestrator.cancelLoop(caller(), loopOf(id, 1), "not now"));
  await eventually(async () => expect((await view(loopOf(id, 2))).step).toBe("plan"));
});

test("the same start, sent twice with one id, starts one loop", async () => {
  const id = await repository();
  const by = caller();
  const input = { repository: id, issue: 1, confirm: false, preApprove: [] };
  const [once, twice] = await Promise.all([
    orchestrator.startLoop(by, input),
    orchestrator.startLoop(by, input),
  ]);
  expect([once, twice].every((answer) => answer.ok && answer.value.loop === loopOf(id, 1))).toBe(true);
  expect((await orchestrator.listLoops({ state: "all", repository: id })).loops.length).toBeLessThan(2);
});

test("with auto-next the oldest untried issue follows, and a cancelled one is not picked again", async () => {
  const id = await repository({ "auto-next": "on" }, 3);
  await start(id, 2);
  await accepted(orchestrator.cancelLoop(caller(), loopOf(id, 2), "no"));
  await eventually(() => view(loopOf(id, 1)));
  await accepted(orchestrator.cancelLoop(caller(), loopOf(id, 1), "no"));
  await eventually(() => view(loopOf(id, 3)));
  await accepted(orchestrator.cancelLoop(caller(), loopOf(id, 3), "no"));
  await eventually(async () => {
    const { loops, queued } = await orchestrator.listLoops({ state: "active", repository: id });
    expect([loops, queued]).toEqual([[], []]);
  });
});

test("a loop that waits in the queue can be cancelled there", async () => {
  const id = await repository({}, 2);
  await startIssue(id, 1);
  await startIssue(id, 2);
  await accepted(orchestrator.cancelLoop(caller(), loopOf(id, 2), "no"));
  expect((await orchestrator.listLoops({ state: "active", repository: id })).queued).toEqual([]);
});

test("only the runner with the lease and its fence may touch a job", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const job = await nextJob(runner, loop);
  expect(job).toMatchObject({ fence: 1, loop, spec: { kind: "survey" }, issue: { number: 1 } });
  expect(await lease("another", loop)).toBeNull();
  const beat = (who: string, fence: number) =>
    accepted(orchestrator.heartbeat(who, job.job, { fence, part: null }));
  expect((await beat(runner, 1)).continue).toBe(true);
  expect((await beat(runner, 2)).continue).toBe(false);
  expect((await beat("another", 1)).continue).toBe(false);
  const result = await goodResult(runner, job);
  expect(await refusal(orchestrator.result("another", job.job, { fence: 1, result }))).toMatchObject({
    status: 409,
  });
  expect(await refusal(orchestrator.result(runner, job.job, { fence: 9, result }))).toMatchObject({
    status: 409,
  });
  expect(
    await refusal(orchestrator.log("another", job.job, { fence: 1, offset: 0, text: "x" })),
  ).toMatchObject({
    status: 409,
  });
});

test("a result is taken once, and the same one again is answered the same", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const job = await nextJob(runner, loop);
  const report = { fence: job.fence, result: await goodResult(runner, job) };
  expect(await accepted(orchestrator.result(runner, job.job, report))).toEqual({
    accepted: true,
    already: false,
  });
  expect(await accepted(orchestrator.result(runner, job.job, report))).toEqual({
    accepted: true,
    already: true,
  });
});

test("a result that names a body nobody stored is refused", async () => {
  const { runner } = await enrolled();
  const job = await nextJob(runner, await start(await repository()));
  const context = { sha256: "0".repeat(64), size: 1, mediaType: "text/plain" };
  const done = { outcome: "done", base: sha("b"), context, summary: "", config: {}, hasTests: true } as const;
  const report = { fence: job.fence, result: { kind: "survey", result: done } as const };
  expect(await refusal(orchestrator.result(runner, job.job, report))).toEqual({
    status: 422,
    code: "blob-missing",
  });
});

test("what a runner says it is at with its heartbeat is the step that is shown", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const job = await nextJob(runner, loop);
  const beat = { fence: job.fence, part: "build" };
  await accepted(orchestrator.heartbeat(runner, job.job, beat));
  expect((await view(loop)).step).toBe("build");
  await accepted(orchestrator.heartbeat(runner, job.job, { ...beat, part: null }));
  expect((await view(loop)).step).toBe("plan");
});

test("a cancelled loop tells its runner to stop at the next heartbeat", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const job = await nextJob(runner, loop);
  await accepted(orchestrator.cancelLoop(caller(), loop, "stop"));
  expect(
    await accepted(orchestrator.heartbeat(runner, job.job, { fence: job.fence, part: null })),
  ).toMatchObject({
    continue: false,
  });
});

/** Puts the lease's end into the past, as if nobody had beaten for that long. */
async function expire(loop: string): Promise<void> {
  await runInDurableObject(objectOf(loop), (_object, { storage }) => {
    storage.sql.exec("UPDATE leases SET expires_at = 1, graced = 1");
  });
  // It wakes with rows that somebody else changed.
  await evictDurableObject(objectOf(loop));
  await runInDurableObject(objectOf(loop), (object) => object.alarm());
}

test("a runner that vanished loses its lease: the job is given out again with the next fence", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const lost = await nextJob(runner, loop);
  await expire(loop);
  const again = await nextJob("second", loop);
  expect(again).toMatchObject({ job: lost.job, fence: 2 });
  const late = { fence: lost.fence, result: await goodResultOf("second", again) };
  expect(await refusal(orchestrator.result(runner, lost.job, late))).toMatchObject({
    status: 409,
    code: "fence-old",
  });
  expect((await accepted(orchestrator.heartbeat(runner, lost.job, { fence: 1, part: null }))).continue).toBe(
    false,
  );
});

const goodResultOf = (runner: string, job: Parameters<typeof goodResult>[1]) => goodResult(runner, job);

test("an evicted object goes on where it was, and keeps a lease whose runner is alive", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const job = await nextJob(runner, loop);
  await runInDurableObject(objectOf(loop), (_object, { storage }) => {
    storage.sql.exec("UPDATE leases SET expires_at = 1");
  });
  await evictDurableObject(objectOf(loop));
  expect((await accepted(orchestrator.heartbeat(runner, job.job, { fence: 1, part: null }))).continue).toBe(
    true,
  );
  await accepted(orchestrator.result(runner, job.job, { fence: 1, result: await goodResult(runner, job) }));
  await evictDurableObject(objectOf(loop));
  expect((await asked(loop, "checkpoint")).checkpoint.kind).toBe("design");
  expect((await accepted(orchestrator.verifyChain(loop))).ok).toBe(true);
});

test("the live log takes each chunk once, and hides our secrets across their borders", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const { job, fence } = await nextJob(runner, loop);
  const send = (offset: number, text: string) =>
    accepted(orchestrator.log(runner, job, { fence, offset, text }));
  expect(await send(0, "über ")).toEqual({ next: 6 });
  expect(await send(0, "über ")).toEqual({ next: 6 });
  expect(await send(99, "gap")).toEqual({ next: 6 });
  const { ANTHROPIC_API_KEY: secret = "" } = env;
  await send(6, `key ${secret.slice(0, 9)}`);
  await send(19, `${secret.slice(9)} end`);
  expect(await accepted(orchestrator.loopLog(loop, null))).toBe("über key [redacted] end");
  const page = await accepted(orchestrator.loopLogs(loop, "", null));
  await send(19 + Buffer.byteLength(`${secret.slice(9)} end`), "; more\n");
  const next = await accepted(orchestrator.loopLogs(loop, page.next, job));
  const chunks = [...page.chunks, ...next.chunks];
  // A letter with which one of our secrets begins may wait for the next page.
  expect(chunks.map(({ text }) => text).join("")).toBe("über key [redacted] end; more\n");
  expect(new Set(chunks.map((chunk) => `${chunk.job}:${chunk.fence}`))).toEqual(new Set([`${job}:${fence}`]));
  expect(await accepted(orchestrator.loopLogs(loop, next.next, null))).toEqual({
    chunks: [],
    next: next.next,
  });
  expect((await accepted(orchestrator.loopLogs(loop, "", `${job}1`))).chunks).toEqual([]);
});

test("bodies go to and fro for the holder of the lease only", async () => {
  const { runner } = await enrolled();
  const job = await nextJob(runner, await start(await repository()));
  const { sha256 } = await putText(runner, job, "body of the job");
  const got = await accepted(orchestrator.getBlob(runner, job.job, sha256));
  expect(Buffer.from(got).toString()).toBe("body of the job");
  expect(await refusal(orchestrator.getBlob("another", job.job, sha256))).toMatchObject({ status: 409 });
  expect(await refusal(orchestrator.getBlob(runner, job.job, "0".repeat(64)))).toMatchObject({ status: 404 });
  const torn = { sha256, mediaType: "text/plain", body: new ArrayBuffer(3) };
  expect(await refusal(orchestrator.putBlob(runner, job.job, job.fence, torn))).toMatchObject({
    code: "blob-torn",
  });
});

test("a runner's signature gets one token; replayed, old, foreign or altered ones get none", async () => {
  const { runner, signed } = await enrolled();
  const request = signed();
  const { token } = await accepted(orchestrator.runnerToken(request));
  expect(await orchestrator.runnerOf(token)).toEqual({ runner, scope: null });
  expect(await orchestrator.runnerOf(`${token}x`)).toBeNull();
  const denied = { status: 401, code: "bad-signature" };
  expect(await refusal(orchestrator.runnerToken(request))).toEqual(denied);
  expect(await refusal(orchestrator.runnerToken(signed(Date.now() - 120_000)))).toEqual(denied);
  expect(await refusal(orchestrator.runnerToken({ ...signed(), runner: "r-unknown" }))).toEqual(denied);
  expect(await refusal(orchestrator.runnerToken({ ...signed(), nonce: "another" }))).toEqual(denied);
});

test("a token and a session end at their time, and only hashes of them are stored", async () => {
  const { signed } = await enrolled();
  const { token } = await accepted(orchestrator.runnerToken(signed()));
  const { secret } = await orchestrator.createLogin(caller("zoe"));
  const signedIn = await orchestrator.redeemLogin(secret);
  expect(await orchestrator.redeemLogin(secret)).toBeNull();
  expect(await orchestrator.sessionPerson(signedIn?.session ?? "")).toEqual({ id: "zoe" });
  await runInDurableObject(
    env.ACCOUNT_HUB.get(env.ACCOUNT_HUB.idFromName("account")),
    (_hub, { storage }) => {
      const raw = JSON.stringify(
        ["runner_tokens", "logins", "sessions"].map((table) =>
          storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
        ),
      );
      for (const plain of [token, secret, signedIn?.session ?? "none"]) expect(raw).not.toContain(plain);
      storage.sql.exec("UPDATE runner_tokens SET expires_at = 1");
      storage.sql.exec("UPDATE sessions SET expires_at = 1");
    },
  );
  expect(await orchestrator.runnerOf(token)).toBeNull();
  expect(await orchestrator.sessionPerson(signedIn?.session ?? "")).toBeNull();
});

test("a key that is no Ed25519 key is not enrolled", async () => {
  const input = { name: "x", publicKey: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" };
  expect(await refusal(orchestrator.enrolRunner(caller(), input))).toMatchObject({
    status: 422,
    code: "bad-key",
  });
});

test("a head that somebody else pushed is seen by the loop whose branch it is", async () => {
  const { runner } = await enrolled();
  const id = await repository({ level: "dev/autopilot" });
  const started = await accepted(
    orchestrator.startLoop(caller(), { repository: id, issue: 1, confirm: false, preApprove: ["design"] }),
  );
  const loop = started.loop ?? "";
  await work(runner, loop, (now) => now.ask?.kind === "checkpoint");
  const { branch, head } = await view(loop);
  // The coordinator hears of the branch a moment later: notes to it wait for each other.
  const watched = async () => {
    const { repositories } = await orchestrator.watchList({ runner, scope: null });
    return repositories.find((each) => each.repository.id === id)?.branches;
  };
  await expect.poll(watched).toEqual(["main", branch]);
  const report = {
    connection: "plain-git",
    repository: id,
    at: Date.now(),
    config: null,
    configError: null,
    dirty: [],
  };
  const heads = { main: sha("base"), [branch ?? ""]: head };
  await accepted(orchestrator.reportRefs({ runner, scope: null }, { ...report, heads }));
  expect((await view(loop)).head).toBe(head);
  const pushed = sha("somebody else");
  await accepted(
    orchestrator.reportRefs(
      { runner, scope: null },
      { ...report, heads: { ...heads, [branch ?? ""]: pushed } },
    ),
  );
  expect((await view(loop)).head).toBe(pushed);
});

test("the base branch's config replaces the starting one, unless it does not parse", async () => {
  const id = await repository({}, 2);
  await startIssue(id, 1);
  await startIssue(id, 2);
  const report = { connection: "plain-git", repository: id, heads: {}, dirty: [] };
  await accepted(
    orchestrator.reportRefs(
      { runner: "r", scope: null },
      {
        ...report,
        at: 1,
        config: { slots: 2 },
        configError: "line 3: unknown field",
      },
    ),
  );
  expect((await orchestrator.listLoops({ state: "active", repository: id })).queued).toHaveLength(1);
  await accepted(
    orchestrator.reportRefs(
      { runner: "r", scope: null },
      { ...report, at: 2, config: { slots: 2 }, configError: null },
    ),
  );
  await eventually(() => view(loopOf(id, 2)));
});

test("the same address is the same repository, and its issues are counted from 1", async () => {
  const url = `/tests/${randomBytes(6).toString("hex")}`;
  const add = () => accepted(orchestrator.addRepository(caller(), { url, defaultBranch: "main" }));
  const [one, two] = [await add(), await add()];
  expect(one.already).toBe(false);
  expect(two).toEqual({ ...one, already: true });
  const by = caller();
  const input = { title: "One", body: "b", labels: ["bug"] };
  const [made, again] = [
    await accepted(orchestrator.createIssue(by, one.id, input)),
    await accepted(orchestrator.createIssue(by, one.id, input)),
  ];
  expect(made).toMatchObject({
    number: 1,
    title: "One",
    body: "b",
    labels: ["bug"],
    state: "open",
    loop: null,
  });
  expect(again.number).toBe(1);
  expect(await refusal(orchestrator.getIssue(one.id, 2))).toMatchObject({ status: 404 });
});
