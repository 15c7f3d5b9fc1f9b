import { applyD1Migrations, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ScriptedProvider, scriptedProvider } from "./scripted-provider.ts";
import {
  accepted,
  caller,
  enrolled,
  eventually,
  goodAnswers,
  goodResult,
  lease,
  nextJob,
  orchestrator,
  refusal,
  repository,
  start,
  testMigrations,
  view,
} from "./world.ts";

/** A loop in which every effect is done twice waits out a pause for each of them. */
const longMs = 60_000;

let provider: ScriptedProvider;
beforeAll(async () => {
  await applyD1Migrations(env.DB, testMigrations());
  provider = scriptedProvider({ ...goodAnswers });
});
afterAll(() => provider.restore());

const objectOf = (loop: string) =>
  env.ISSUE_LOOP.get(env.ISSUE_LOOP.idFromName(loop.slice(0, loop.indexOf("#"))));
const coordinatorOf = (id: string) =>
  env.REPO_COORDINATOR.get(env.REPO_COORDINATOR.idFromName(`plain-git/${id}`));
const eventsOf = async (loop: string) => (await accepted(orchestrator.loopEvents(loop, 0, 1_000))).events;
const typesOf = async (loop: string) => (await eventsOf(loop)).map((event) => event.type);

/** One look at the loop and one step towards its merge, by a runner that may have died at any moment. */
async function step(runner: string, loop: string): Promise<LoopView> {
  const now = await view(loop);
  if (now.ask?.kind === "checkpoint") {
    const { id, subject, kind } = now.ask.checkpoint;
    const by = { ...caller(), commandId: `decide:${id}` };
    const decision = {
      subject,
      decision: "approve",
      option: kind === "design" ? "1" : null,
      text: "",
    } as const;
    await accepted(orchestrator.decideCheckpoint(by, loop, id, decision));
  }
  const job = await lease(runner, loop, { instance: "i-1" });
  if (job) {
    const result = await goodResult(runner, job);
    await accepted(orchestrator.result(runner, job.job, { fence: job.fence, result }));
  }
  return now;
}

/** Takes the loop to its end and until nothing is left to do; whatever throws on the way is tried again. */
async function toTheEnd(runner: string, id: string, loop: string): Promise<void> {
  for (let looks = 0; ; looks += 1) {
    const now = await step(runner, loop).catch(() => null);
    if (now && now.endedAt !== null && (await pendingIn(id, loop)) === 0) return;
    if (looks > 2_000) throw new Error(`the loop is ${now?.word} at ${now?.step}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function pendingIn(id: string, loop: string): Promise<number> {
  const count = (_: unknown, { storage }: DurableObjectState) =>
    storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM effects WHERE state = 'pending'").one().n;
  return (
    (await runInDurableObject(objectOf(loop), count)) + (await runInDurableObject(coordinatorOf(id), count))
  );
}

/** What people see of the repository, without what differs between two loops by itself. */
async function worldOf(id: string, loop: string) {
  const [issue] = await accepted(orchestrator.listIssues(id));
  const seen = await runInDurableObject(coordinatorOf(id), (_, { storage: { sql } }) => ({
    pulls: sql.exec("SELECT number, branch, draft, state, merge_sha FROM pulls").toArray(),
    comments: sql.exec("SELECT target, comment FROM comments ORDER BY target, comment").toArray(),
    labels: sql.exec("SELECT target, label FROM labels ORDER BY target, label").toArray(),
    statuses: sql.exec("SELECT sha, name, state FROM statuses ORDER BY name").toArray(),
    events: sql.exec("SELECT type FROM events ORDER BY seq").toArray(),
  }));
  const text = JSON.stringify({ state: issue?.state, types: await typesOf(loop), ...seen });
  return JSON.parse(text.replaceAll(id, "<id>")) as Record<string, unknown>;
}

async function calmLoop() {
  const { runner } = await enrolled();
  const id = await repository();
  const loop = await start(id);
  await toTheEnd(runner, id, loop);
  return worldOf(id, loop);
}

test(
  "an effect that was done but not recorded is done again, and nothing doubles",
  async () => {
    const calm = await calmLoop();
    const { runner } = await enrolled();
    const id = await repository();
    const loop = `plain-git/${id}/1#1`;
    // The first record of every effect is refused, as if the power had gone between deed and record.
    const crash = (_: unknown, { storage }: DurableObjectState) =>
      void storage.sql.exec(`CREATE TRIGGER crash BEFORE UPDATE OF state ON effects
        WHEN NEW.state IN ('done', 'failed') AND OLD.tries = 0 BEGIN SELECT RAISE(ABORT, 'power cut'); END`);
    await runInDurableObject(objectOf(loop), crash);
    await runInDurableObject(coordinatorOf(id), crash);
    orchestrator
      .startLoop(caller(), { repository: id, issue: 1, confirm: false, preApprove: [] })
      .catch(() => {});
    await eventually(() => view(loop));
    await toTheEnd(runner, id, loop);
    const twice = await runInDurableObject(objectOf(loop), (_, { storage }) =>
      storage.sql
        .exec<{ kind: string; tries: number }>("SELECT kind, tries FROM effects WHERE state = 'done'")
        .toArray(),
    );
    expect(twice.every((effect) => effect.tries > 0)).toBe(true);
    expect(new Set(twice.map((effect) => effect.kind))).toContain("close-issue");
    expect(await worldOf(id, loop)).toEqual(calm);
    expect(await accepted(orchestrator.verifyChain(loop))).toMatchObject({ ok: true });
  },
  longMs,
);

test("a job whose answer never arrived is given again to the same process, with the same fence", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const ask = (instance: string | null, received: string[] = []) =>
    lease(runner, loop, { instance, received });
  const first = await eventually(async () => {
    const job = await ask("i-1");
    if (!job) throw new Error("no job yet");
    return job;
  });
  // Another process under the same key, and one that does not say who it is, must not take it away.
  expect([await ask("i-2"), await ask(null)]).toEqual([null, null]);
  // Nor when the index lost the note of who has it, because the power went right after the grant.
  const [, id = ""] = loop.split("/");
  await runInDurableObject(coordinatorOf(id), (_, { storage }) => {
    storage.sql.exec("UPDATE open_jobs SET holder = NULL, fence = NULL");
  });
  expect([await ask("i-2"), await ask(null)]).toEqual([null, null]);
  expect(await ask("i-1")).toEqual(first);
  expect(await ask("i-1", [`${first.job}:${first.fence}`])).toBeNull();
  expect((await typesOf(loop)).filter((type) => type === "LeaseGranted")).toHaveLength(1);
});

test("the leases of a process that is gone end at once; its living twin keeps its own", async () => {
  const { runner } = await enrolled();
  const [dead, alive] = [await start(await repository()), await start(await repository())];
  const take = (loop: string, instance: string) =>
    eventually(async () => {
      const job = await lease(runner, loop, { instance });
      if (!job) throw new Error("no job yet");
      return job;
    });
  const [lost, kept] = [await take(dead, "i-dead"), await take(alive, "i-alive")];
  // Somebody else's word does not count.
  await lease("r-other", alive, { instance: "i-9", gone: ["i-alive", "i-dead"] });
  expect(await accepted(orchestrator.heartbeat(runner, lost.job, { fence: 1, part: null }))).toMatchObject({
    continue: true,
  });
  await lease(runner, alive, { instance: "i-new", gone: ["i-dead"] });
  const again = await take(dead, "i-new");
  expect(again).toMatchObject({ job: lost.job, fence: lost.fence + 1 });
  expect((await eventsOf(dead)).find((event) => event.type === "LeaseLost")?.payload).toMatchObject({
    fence: lost.fence,
    returned: false,
  });
  const beat = await accepted(orchestrator.heartbeat(runner, kept.job, { fence: kept.fence, part: null }));
  expect(beat.continue).toBe(true);
  const late = { fence: lost.fence, result: await goodResult(runner, again) };
  expect(await refusal(orchestrator.result(runner, lost.job, late))).toMatchObject({ code: "fence-old" });
});

test("a zombie with an old fence is refused in everything that it can ask, and leaves no trace", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const take = (instance: string, gone: string[] = []) =>
    eventually(async () => {
      const job = await lease(runner, loop, { instance, gone });
      if (!job) throw new Error("no job yet");
      return job;
    });
  const zombie = await take("i-old");
  // Its successor under the same key has the job now: who calls is the same, only the fence tells them apart.
  const held = await take("i-new", ["i-old"]);
  expect(held).toMatchObject({ job: zombie.job, fence: zombie.fence + 1 });
  const before = await eventsOf(loop);

  const { job, fence } = zombie;
  const beat = await accepted(orchestrator.heartbeat(runner, job, { fence, part: "build" }));
  expect(beat.continue).toBe(false);
  const old = { status: 409, code: "fence-old" };
  expect(await refusal(orchestrator.log(runner, job, { fence, offset: 0, text: "from the dead" }))).toEqual(
    old,
  );
  const body = new TextEncoder().encode("from the dead").buffer as ArrayBuffer;
  const blob = { sha256: "0".repeat(64), mediaType: "text/plain", body };
  expect(await refusal(orchestrator.putBlob(runner, job, fence, blob))).toEqual(old);
  const request = {
    messages: [{ role: "user" as const, content: [] }],
    tools: [],
    system: "",
    maxTokens: 10,
  };
  const turn = { fence, turn: 1, request } as unknown as Parameters<typeof orchestrator.turn>[2];
  expect(await refusal(orchestrator.turn(runner, job, turn))).toMatchObject({ status: 409 });
  const late = { fence, result: await goodResult(runner, held) };
  expect(await refusal(orchestrator.result(runner, job, late))).toEqual(old);

  expect(await eventsOf(loop)).toEqual(before);
  expect((await view(loop)).step).toBe("plan");
  expect((await accepted(objectOf(loop).readLog(loop, job))) ?? "").not.toContain("from the dead");
  // And whoever holds it goes on as if nothing had been.
  await accepted(
    orchestrator.result(runner, job, { fence: held.fence, result: await goodResult(runner, held) }),
  );
});

test("a turn that was under way when its process ended is lost at once, and counts in full", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const { job, fence } = await nextJob(runner, loop);
  const reserve = (n: number) => {
    const facts = { provider: "p", model: "m", amountMicroUsd: 1_000, lease: { job, fence, runner } };
    return objectOf(loop).reserveTurn({ loop, turn: `${job}~f${fence}~t${n}`, ...facts });
  };
  expect([await reserve(1), await reserve(2)]).toEqual([{ state: "granted" }, { state: "granted" }]);
  expect(await reserve(1)).toEqual({ state: "in-flight" });
  const openedEarlier = (n: number) =>
    runInDurableObject(objectOf(loop), (_, { storage }) => {
      storage.sql.exec("UPDATE turns SET boot = 'before' WHERE turn LIKE ?", `%~t${n}`);
    });
  // Whoever asks for it finds it lost ...
  await openedEarlier(1);
  expect(await reserve(1)).toEqual({ state: "lost" });
  expect(Object.keys((await view(loop)).budget.reserved)).toHaveLength(1);
  // ... and one that nobody asks for again is settled when the object begins anew.
  await openedEarlier(2);
  await evictDurableObject(objectOf(loop));
  expect((await view(loop)).budget).toMatchObject({ reserved: {}, spent: 2_000 });
  const settled = (await eventsOf(loop)).filter((event) => event.type === "TurnSettled");
  expect(settled.map(({ payload }) => payload)).toMatchObject([
    { outcome: "cut", cost: 1_000, estimated: true },
    { outcome: "cut", cost: 1_000, estimated: true },
  ]);
});

test("a turn whose answer cannot be stored is paid, lost and asked again", async () => {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  const bucket = Object.getPrototypeOf(env.BLOBS) as R2Bucket;
  const put = bucket.put;
  let refused = 0;
  // Prompts and contexts are stored as text; only the answer of a turn is JSON.
  bucket.put = function (this: R2Bucket, ...args: Parameters<R2Bucket["put"]>) {
    const metadata = (args[2] as R2PutOptions | undefined)?.customMetadata;
    if (metadata?.mediaType !== "application/json" || refused > 0) return put.apply(this, args);
    refused += 1;
    return Promise.reject(new Error("R2 is down"));
  } as R2Bucket["put"];
  try {
    await eventually(async () => {
      await step(runner, loop);
      expect((await typesOf(loop)).filter((type) => type === "TurnSettled").length).toBeGreaterThan(1);
    });
  } finally {
    bucket.put = put;
  }
  expect(refused).toBe(1);
  const settled = (await eventsOf(loop)).filter((event) => event.type === "TurnSettled");
  expect(settled.slice(0, 2).map(({ payload }) => payload)).toMatchObject([
    { outcome: "cut", detail: "its answer could not be stored" },
    { outcome: "answered" },
  ]);
});
