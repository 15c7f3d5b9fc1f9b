import { applyD1Migrations, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { verifyChain } from "@tamma/core/domain/audit/chain.ts";
import type { LeaseRequest, TurnLine } from "@tamma/core/protocol/runner.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ScriptedProvider, scriptedProvider } from "./scripted-provider.ts";
import {
  accepted,
  asked,
  caller,
  enrolled,
  eventually,
  goodAnswers,
  goodResult,
  nextJob,
  orchestrator,
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
  provider.calls.length = 0;
});
afterAll(() => provider.restore());

const objectOf = (loop: string) =>
  env.ISSUE_LOOP.get(env.ISSUE_LOOP.idFromName(loop.slice(0, loop.indexOf("#"))));
const eventTypes = async (loop: string) =>
  (await accepted(orchestrator.loopEvents(loop, 0, 1_000))).events.map((event) => event.type);

/** Does the jobs up to the next checkpoint and approves it. */
async function approve(runner: string, loop: string, kind: string): Promise<void> {
  await work(runner, loop, (now) => now.ask?.kind === "checkpoint");
  const { checkpoint } = await asked(loop, "checkpoint");
  expect(checkpoint.kind).toBe(kind);
  const { id, subject } = checkpoint;
  const decision = {
    subject,
    decision: "approve",
    option: kind === "design" ? "1" : null,
    text: "",
  } as const;
  await accepted(orchestrator.decideCheckpoint(caller(), loop, id, decision));
}

/** A loop in whose develop job a runner can take model turns. */
async function developing() {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  await approve(runner, loop, "design");
  await work(runner, loop, (now) => now.step === "implement");
  const job = await nextJob(runner, loop);
  expect(job.spec.kind).toBe("develop");
  return { runner, loop, job };
}

test("a loop goes from the issue through every gate to the merge", async () => {
  const { runner } = await enrolled();
  const id = await repository();
  const loop = await start(id);
  await approve(runner, loop, "design");
  await approve(runner, loop, "complete");
  const ended = await work(runner, loop, (now) => now.word === "merged");
  expect(ended.steps.every((step) => step.state === "done")).toBe(true);
  expect(ended.mergeSha).toMatch(/^[0-9a-f]{40}$/);
  const { events } = await accepted(orchestrator.loopEvents(loop, 0, 1_000));
  expect(await accepted(orchestrator.verifyChain(loop))).toMatchObject({ ok: true, events: events.length });
  const record = await accepted(orchestrator.loopRecord(loop, 0, 1_000));
  const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");
  expect(verifyChain(record.envelopes, sha256)).toMatchObject({ ok: true, events: events.length });
  const again = await accepted(orchestrator.rerunLoop(loop, 1));
  expect(again).toMatchObject({ same: true, events: events.length, taken: 0, difference: null });
  const half = await accepted(orchestrator.rerunLoop(loop, 40));
  expect(half.same && half.events < again.events).toBe(true);
  expect((await accepted(orchestrator.loopStateAt(loop, 1))).state).toMatchObject({
    state: "active",
    step: "assign",
  });
  expect(await accepted(orchestrator.loopDiff(loop))).toContain("diff --git");
  const issue = await eventually(async () => {
    const found = await accepted(orchestrator.getIssue(id, 1));
    expect(found.state).toBe("closed");
    return found;
  });
  expect(issue.comments.map((comment) => comment.body).join("\n")).toContain("**Tamma** · merged");
});

test("what the object forgot of its commands is counted in the re-run, not guessed", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  await approve(runner, loop, "design");
  await runInDurableObject(objectOf(loop), (_object, { storage }) => {
    // As in rows of an older version.
    storage.sql.exec("UPDATE commands SET key_id = NULL, said = NULL WHERE rowid % 2 = 0");
  });
  const report = await accepted(orchestrator.rerunLoop(loop, 1));
  expect(report.same).toBe(true);
  expect(report.taken).toBeGreaterThan(0);
  expect(report.commands).toBeGreaterThan(0);
});

test("ended loops are listed from D1; without it the list says that it is not everything", async () => {
  const { runner } = await enrolled();
  const id = await repository({}, 2);
  const loop = await start(id);
  await accepted(orchestrator.cancelLoop(caller(), loop, "no"));
  const second = await start(id, 2);
  await work(runner, second, (now) => now.ask?.kind === "checkpoint");
  const all = { state: "all", repository: id } as const;
  await eventually(async () => {
    const row = await env.DB.prepare("SELECT word FROM loops WHERE id = ?")
      .bind(loop)
      .first<{ word: string }>();
    expect(row?.word).toBe("cancelled");
  });
  const { loops, degraded } = await orchestrator.listLoops(all);
  expect([loops.map((each) => each.id), degraded]).toEqual([[second, loop], false]);
  await eventually(async () => {
    const waiting = (await orchestrator.inbox()).items.find((item) => item.loop === second);
    expect(waiting).toMatchObject({ kind: "checkpoint", issue: 2, title: "Issue 2" });
  });
  await env.DB.exec("ALTER TABLE loops RENAME TO loops_away");
  const without = await orchestrator.listLoops(all);
  await env.DB.exec("ALTER TABLE loops_away RENAME TO loops");
  expect(without.degraded).toBe(true);
  expect(without.loops.map((each) => each.id)).toContain(second);
});

test("neither D1 nor the objects' rows show what people and models wrote", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  await work(runner, loop, (now) => now.ask?.kind === "checkpoint");
  const dump = await runInDurableObject(objectOf(loop), (_object, { storage }) =>
    ["events", "effects", "job_logs", "turns"]
      .flatMap((table) =>
        storage.sql
          .exec(`SELECT * FROM ${table}`)
          .toArray()
          .flatMap((row) => Object.values(row)),
      )
      .map((value) => (value instanceof ArrayBuffer ? Buffer.from(value).toString("latin1") : String(value)))
      .join("\n"),
  );
  for (const canary of ["canary-issue-text", "canary-plan-text", "Issue 1"])
    expect(dump).not.toContain(canary);
  const rows = await env.DB.prepare("SELECT * FROM events WHERE stream = ?").bind(loop).all();
  expect(JSON.stringify(rows.results)).not.toContain("canary");
});

test("an answer that does not fit is shown back once, and the second one counts", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const [bad, good] = ['{"kind":"feature"}', goodAnswers.plan()];
  provider.answers.plan = () =>
    provider.calls.filter((call) => call.step === "plan").length === 1 ? bad : good;
  await work(runner, loop, (now) => now.ask?.kind === "checkpoint");
  const plans = provider.calls.filter((call) => call.step === "plan");
  expect(plans).toHaveLength(2);
  expect(plans[1]?.body).toContain("cannot be used");
  expect((await view(loop)).attempts.plan).toBe(0);
});

test("answers that never fit use up attempts and end with a person", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  provider.answers.plan = () => "I would rather not.";
  await work(runner, loop, (now) => now.word === "escalated");
  const { card } = await asked(loop, "escalation");
  expect(card.gate).toBe("plan");
});

test("a provider that is down postpones the loop, and a wrong key is a person's matter", async () => {
  const { runner } = await enrolled();
  const down = await start(await repository());
  provider.answers.plan = () => 529;
  await work(runner, down, (now) => now.word === "waiting for time");
  const wrong = await start(await repository());
  provider.answers.plan = () => 401;
  await work(runner, wrong, (now) => now.ask?.kind === "obstacle");
  provider.answers.plan = goodAnswers.plan;
  await accepted(orchestrator.clearObstacle(caller(), wrong));
  await work(runner, wrong, (now) => now.ask?.kind === "checkpoint");
});

test("a patch that lists other files than its diff changes is a failed attempt, not a change", async () => {
  const { runner, loop, job } = await developing();
  const honest = await goodResult(runner, job);
  if (honest.kind !== "develop" || honest.result.outcome !== "done")
    throw new Error("a develop job was expected");
  const files = honest.result.patch.files.map((file) => ({ ...file, path: "harmless.txt" }));
  const result = { ...honest, result: { ...honest.result, patch: { ...honest.result.patch, files } } };
  await accepted(orchestrator.result(runner, job.job, { fence: job.fence, result }));
  const { attempts } = await view(loop);
  expect(attempts.implement).toBe(1);
  const { events } = await accepted(orchestrator.loopEvents(loop, 0, 1_000));
  expect(events.find((event) => event.type === "GateFailed")?.line).toContain("harmless.txt");
});

const request = {
  system: "s",
  messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "go" }] }],
  tools: [],
  outputSchema: null,
  maxOutputTokens: 100,
  labels: { loop: "l", issue: "1", step: "implement", attempt: "1", turn: "t" },
};

async function lines(stream: ReadableStream<Uint8Array>): Promise<TurnLine[]> {
  const text = await new Response(stream).text();
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as TurnLine);
}

test("a runner's turn is streamed line by line, and the same number is not paid twice", async () => {
  const { runner, loop, job } = await developing();
  provider.answers.implement = () => "hello there";
  const call = { fence: job.fence, turn: 1, request };
  const first = await lines(await accepted(orchestrator.turn(runner, job.job, call)));
  expect(first.flatMap((line) => ("text" in line ? [line.text] : [])).join("")).toBe("hello there");
  expect(first.at(-1)).toMatchObject({ answer: { finish: "stop", usage: { inputTokens: 100 } } });
  const again = await lines(await accepted(orchestrator.turn(runner, job.job, call)));
  expect(again.at(-1)).toEqual(first.at(-1));
  expect(provider.calls.filter((each) => each.step === "implement")).toHaveLength(1);
  expect((await eventTypes(loop)).filter((type) => type === "TurnSettled").length).toBeGreaterThan(0);
  expect(Object.keys((await view(loop)).budget.reserved)).toEqual([]);
});

test("only the holder of the lease gets a turn", async () => {
  const { runner, job } = await developing();
  const call = { fence: job.fence, turn: 1, request };
  expect(await refusal(orchestrator.turn("another", job.job, call))).toMatchObject({ status: 409 });
  expect(await refusal(orchestrator.turn(runner, job.job, { ...call, fence: 99 }))).toMatchObject({
    status: 409,
  });
});

test("a provider's error ends the stream as an error line and is settled", async () => {
  const { runner, loop, job } = await developing();
  provider.answers.implement = () => 400;
  const ended = await lines(
    await accepted(orchestrator.turn(runner, job.job, { fence: job.fence, turn: 1, request })),
  );
  expect(ended.at(-1)).toMatchObject({ error: { kind: "invalid", status: 400 } });
  expect(Object.keys((await view(loop)).budget.reserved)).toEqual([]);
});

/** A turn that the provider begins to answer and never ends. */
async function hanging(runner: string, loop: string, job: { job: string; fence: number }) {
  provider.answers.implement = () => new Promise<string>(() => {});
  const stream = await accepted(orchestrator.turn(runner, job.job, { fence: job.fence, turn: 1, request }));
  await eventually(async () => expect(Object.keys((await view(loop)).budget.reserved)).toHaveLength(1));
  return stream;
}

test("a turn is never asked twice, and one whose Worker has gone is settled in full", async () => {
  const { runner, loop, job } = await developing();
  const stream = await hanging(runner, loop, job);
  const call = { fence: job.fence, turn: 1, request };
  expect(await lines(await accepted(orchestrator.turn(runner, job.job, call)))).toMatchObject([
    { error: { kind: "turn-lost" } },
  ]);
  expect(Object.keys((await view(loop)).budget.reserved)).toHaveLength(1);
  await runInDurableObject(objectOf(loop), (_object, { storage }) => {
    storage.sql.exec("UPDATE turns SET touched_at = 1");
  });
  expect(await lines(await accepted(orchestrator.turn(runner, job.job, call)))).toMatchObject([
    { error: { kind: "turn-lost" } },
  ]);
  const { events } = await accepted(orchestrator.loopEvents(loop, 0, 1_000));
  expect(events.findLast((event) => event.type === "TurnSettled")?.payload).toMatchObject({ outcome: "cut" });
  provider.answers.implement = () => "at last";
  const next = await lines(await accepted(orchestrator.turn(runner, job.job, { ...call, turn: 2 })));
  expect(next.at(-1)).toMatchObject({ answer: { finish: "stop" } });
  await stream.cancel();
});

test("when the reader leaves, the turn is stopped and settled", async () => {
  const { runner, loop, job } = await developing();
  const stream = await hanging(runner, loop, job);
  await stream.cancel();
  await eventually(async () => expect(Object.keys((await view(loop)).budget.reserved)).toEqual([]));
});

test("a revoked runner loses its key, its token and its lease, and its job is given to another", async () => {
  const { runner, signed } = await enrolled();
  const { token } = await accepted(orchestrator.runnerToken(signed()));
  expect(await orchestrator.runnerOf(token)).toEqual({ runner, scope: null });
  const loop = await start(await repository());
  const held = await nextJob(runner, loop);
  const seen = (await orchestrator.listRunners()).find(({ id }) => id === runner);
  expect(seen).toMatchObject({ name: "test", revokedAt: null, seenAt: expect.any(Number) });

  expect(await accepted(orchestrator.revokeRunner(caller(), runner))).toEqual({ revoked: runner });
  expect(await accepted(orchestrator.revokeRunner(caller(), runner))).toEqual({ revoked: runner });
  expect(await orchestrator.runnerOf(token)).toBeNull();
  expect(await refusal(orchestrator.runnerToken(signed()))).toEqual({ status: 401, code: "runner-revoked" });
  const late = { fence: held.fence, result: await goodResult(runner, held).catch(() => null) };
  expect(late.result).toBeNull();
  const beat = await accepted(orchestrator.heartbeat(runner, held.job, { fence: held.fence, part: null }));
  expect(beat.continue).toBe(false);
  const other = await enrolled();
  const given = await nextJob(other.runner, loop);
  expect([given.job, given.fence]).toEqual([held.job, held.fence + 1]);
  const asking = { protocol: 1, labels: [], tools: {}, waitMs: 0, loop: null };
  const wish = { ...asking, instance: null, received: [], gone: [] };
  await start(await repository());
  expect((await refusal(orchestrator.lease({ runner, scope: null }, wish, null))).code).toBe(
    "runner-revoked",
  );
  expect((await refusal(orchestrator.revokeRunner(caller(), "r-0"))).status).toBe(404);
});

test("the settings of a repository say what holds and who gave it", async () => {
  const id = await repository({ slots: 3 });
  const read = async () => {
    const { settings, source } = await accepted(orchestrator.repositorySettings(id));
    return { source, ...Object.fromEntries(settings.map(({ key, value, from }) => [key, [value, from]])) };
  };
  expect(await read()).toMatchObject({
    source: { by: "person" },
    slots: [3, "set"],
    level: ["dev/consultant", "default"],
    test: [null, "detected"],
  });
  const report = { connection: "plain-git", repository: id, heads: {}, dirty: [], configError: null };
  await accepted(
    orchestrator.reportRefs(
      { runner: "r", scope: null },
      { ...report, at: 1, config: { test: "make test" } },
    ),
  );
  expect(await read()).toMatchObject({
    source: { by: "branch" },
    slots: [1, "default"],
    test: ["make test", "set"],
  });
});

test("a runner is given jobs of its kinds, and a run of CI jobs of its own loop and repository", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  await eventually(async () => expect((await view(loop)).job?.kind).toBe("survey"));
  const asked = { protocol: 1, labels: [], tools: {}, waitMs: 0, instance: null, received: [], gone: [] };
  const of = (kinds: LeaseRequest["kinds"]) => ({ ...asked, loop, ...(kinds ? { kinds } : {}) });
  const pass = { runner, scope: null };
  expect(await accepted(orchestrator.lease(pass, of(["publish", "open"]), null))).toBeNull();
  const [connection = "", id = ""] = loop.split("/");
  const elsewhere = { runner, scope: { connection, repository: "another", loop: null } };
  expect(await refusal(orchestrator.lease(elsewhere, of(undefined), null))).toEqual({
    status: 403,
    code: "outside-of-run",
  });
  expect(await accepted(orchestrator.lease(elsewhere, { ...asked, loop: null }, null))).toBeNull();
  expect((await refusal(orchestrator.loopStanding(elsewhere, loop))).code).toBe("outside-of-run");
  const own = { runner, scope: { connection, repository: id, loop } };
  expect(await accepted(orchestrator.loopStanding(own, loop))).toMatchObject({
    job: { kind: "survey", runner: null },
  });
  expect(await accepted(orchestrator.lease(own, of(["survey"]), null))).toMatchObject({
    loop,
    spec: { kind: "survey" },
  });
});

test("a runner gets jobs of each repository in turn, and only of those that are asked", async () => {
  const { runner } = await enrolled();
  const [busy, quiet] = [await repository({ slots: 2 }, 2), await repository()];
  const loops = [await start(busy), await start(busy, 2), await start(quiet)];
  for (const loop of loops) await eventually(async () => expect((await view(loop)).job?.kind).toBe("survey"));
  const nothing = { instance: null, received: [], gone: [], loop: null };
  const wish = { protocol: 1, labels: [], tools: {}, waitMs: 0, ...nothing };
  const given = async (...among: string[]) => {
    const asked = among.map((id) => `plain-git/${id}`);
    return (await accepted(orchestrator.lease({ runner, scope: null }, wish, asked)))?.repository.id;
  };
  expect(await given(busy)).toBe(busy);
  expect(await given(busy, quiet)).toBe(quiet);
  expect(await given(quiet)).toBeUndefined();
  expect(await given(busy, quiet)).toBe(busy);
});
