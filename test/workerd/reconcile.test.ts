import { applyD1Migrations, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ScriptedProvider, scriptedProvider } from "./scripted-provider.ts";
import {
  accepted,
  asked,
  caller,
  enrolled,
  eventually,
  goodAnswers,
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
afterAll(() => provider.restore());

const nameOf = (loop: string) => loop.slice(0, loop.indexOf("#"));
const objectOf = (loop: string) => env.ISSUE_LOOP.get(env.ISSUE_LOOP.idFromName(nameOf(loop)));
const inObject = <T>(loop: string, work: (sql: SqlStorage) => T) =>
  runInDurableObject(objectOf(loop), (_object, { storage }) => work(storage.sql));

/** The tables of an object that an older copy of its file would bring back. */
const tables = ["events", "commands", "effects", "timers", "outbox", "leases", "turns"];

const keepCopy = (loop: string) =>
  inObject(loop, (sql) => {
    for (const table of tables) sql.exec(`CREATE TABLE copy_of_${table} AS SELECT * FROM ${table}`);
  });

/** As if the object's file had been replaced by the copy while it was down. */
async function putCopyBack(loop: string): Promise<void> {
  await inObject(loop, (sql) => {
    for (const table of tables)
      sql.exec(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM copy_of_${table}`);
  });
  await evictDurableObject(objectOf(loop));
}

const count = (loop: string) =>
  inObject(loop, (sql) => sql.exec<{ n: number }>("SELECT count(*) AS n FROM events").one().n);
const copied = async (loop: string) =>
  (
    await env.DB.prepare("SELECT count(*) AS n FROM events WHERE stream = ?")
      .bind(loop)
      .first<{ n: number }>()
  )?.n ?? 0;
const allCopied = (loop: string) =>
  eventually(async () => {
    const events = await count(loop);
    expect(await copied(loop)).toBe(events);
    return events;
  });

const reconcile = async (loop: string, setAside = false) => {
  const { streams } = await accepted(orchestrator.reconcile({ setAside }));
  return streams.find((each) => each.stream === loop);
};

/** Changes D1 as nobody should: without the triggers that keep its rows as they are. */
async function tamper(sql: string, ...bindings: string[]): Promise<void> {
  const names = ["events_never_change", "events_never_go"];
  const triggers = await env.DB.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all<{
    name: string;
    sql: string;
  }>();
  for (const name of names) await env.DB.prepare(`DROP TRIGGER ${name}`).run();
  await env.DB.prepare(sql)
    .bind(...bindings)
    .run();
  for (const { name, sql: made } of triggers.results)
    if (names.includes(name)) await env.DB.prepare(made).run();
}

/** A loop that waits at its design checkpoint, with a copy of its object from there. */
async function atDesign() {
  const { runner } = await enrolled();
  const loop = await start(await repository());
  await work(runner, loop, (now) => now.ask?.kind === "checkpoint");
  await allCopied(loop);
  await keepCopy(loop);
  return { runner, loop, before: await count(loop) };
}

async function approveDesign(loop: string): Promise<void> {
  const { checkpoint } = await asked(loop, "checkpoint");
  const decision = { subject: checkpoint.subject, decision: "approve", option: "1", text: "" } as const;
  await accepted(orchestrator.decideCheckpoint(caller(), loop, checkpoint.id, decision));
}

/** The same, after the loop went on to the next checkpoint and the older copy was put back. */
async function objectBehind(
  beforeItIsDown: (ahead: { loop: string; events: number }) => Promise<void> = async () => {},
) {
  const { runner, loop, before } = await atDesign();
  await approveDesign(loop);
  const ahead = await work(runner, loop, (now) => now.ask?.kind === "checkpoint");
  const after = await allCopied(loop);
  await beforeItIsDown({ loop, events: after });
  await putCopyBack(loop);
  return { runner, loop, before, after, ahead };
}

test("what is equal is said to be equal, stream by stream", async () => {
  const { loop, before } = await atDesign();
  const { streams } = await accepted(orchestrator.reconcile({ setAside: false }));
  expect(streams.find((each) => each.stream === loop)).toEqual({
    ...{ stream: loop, outcome: "equal", object: before, d1: before },
    text: `both have ${before} events`,
  });
  const kinds = streams.filter((each) =>
    ["account", loop, nameOf(loop).replace(/\/\d+$/, "")].includes(each.stream),
  );
  expect(kinds).toHaveLength(3);
});

test("an older copy takes no command until its log is rebuilt from D1; then the loop merges", async () => {
  const { runner, loop, before, after, ahead } = await objectBehind();
  expect(await count(loop)).toBe(before);
  const stale = await view(loop);
  expect(stale.ask?.kind === "checkpoint" ? stale.ask.checkpoint.kind : null).toBe("design");
  const cancel = orchestrator.cancelLoop(caller(), loop, "no");
  expect(await refusal(cancel)).toEqual({ status: 409, code: "stream-held" });
  expect((await orchestrator.health()).parts.copies).toMatch(/1 stream is held.*tamma reconcile/);
  expect(await count(loop)).toBe(before);

  expect(await reconcile(loop)).toMatchObject({ outcome: "rebuilt", object: before, d1: after });
  expect(await accepted(orchestrator.verifyChain(loop))).toMatchObject({ ok: true, events: after });
  expect((await view(loop)).ask).toEqual(ahead.ask);
  const { checkpoint } = await asked(loop, "checkpoint");
  const { id, subject } = checkpoint;
  const decision = { subject, decision: "approve", option: null, text: "" } as const;
  await accepted(orchestrator.decideCheckpoint(caller(), loop, id, decision));
  expect((await work(runner, loop, (now) => now.word === "merged")).word).toBe("merged");
  expect(await reconcile(loop)).toMatchObject({ outcome: "equal" });
});

test("an older copy that cannot write down that it is one is reset until it can", async () => {
  const { loop, before, after } = await objectBehind(async (ahead) => {
    // A full disk for this very mark.
    await inObject(ahead.loop, (sql) =>
      sql.exec(
        `CREATE TRIGGER no_space BEFORE INSERT ON held WHEN NEW.why LIKE 'D1 has ${ahead.events} events%'
         BEGIN SELECT RAISE(ABORT, 'no space'); END`,
      ),
    );
  });
  for (const _ of [1, 2])
    await expect(Promise.resolve(orchestrator.cancelLoop(caller(), loop, "no"))).rejects.toThrow(
      /older copy/,
    );
  expect(await copied(loop)).toBe(after);
  // The mark is another one now, and for that one there is space.
  await tamper("DELETE FROM events WHERE stream = ? AND seq = ?", loop, String(after));
  expect(await refusal(orchestrator.cancelLoop(caller(), loop, "no"))).toMatchObject({ code: "stream-held" });
  expect(await count(loop)).toBe(before);
});

test("an object that lost everything gets all of it back", async () => {
  const { loop, before } = await atDesign();
  await inObject(loop, (sql) => {
    for (const table of tables) sql.exec(`DELETE FROM ${table}`);
  });
  await evictDurableObject(objectOf(loop));
  expect(await reconcile(loop)).toMatchObject({ outcome: "rebuilt", object: 0, d1: before });
  await approveDesign(loop);
  expect(await count(loop)).toBeGreaterThan(before);
});

test("a repeated command of the rebuilt part changes nothing", async () => {
  const { runner, loop } = await atDesign();
  const { checkpoint } = await asked(loop, "checkpoint");
  const by = caller();
  const decision = { subject: checkpoint.subject, decision: "approve", option: "1", text: "" } as const;
  await accepted(orchestrator.decideCheckpoint(by, loop, checkpoint.id, decision));
  await work(runner, loop, (now) => now.step !== "design");
  await allCopied(loop);
  await putCopyBack(loop);
  await reconcile(loop);
  const again = await accepted(orchestrator.decideCheckpoint(by, loop, checkpoint.id, decision));
  expect(again.already).toBe("this command was accepted before");
});

test("D1 that lost everything gets it all again, and lists the loops as before", async () => {
  const { loop, before } = await atDesign();
  await tamper("DELETE FROM events");
  await env.DB.exec("DELETE FROM loops");
  expect(await reconcile(loop)).toMatchObject({ outcome: "copied", object: before, d1: 0 });
  expect(await copied(loop)).toBe(before);
  await eventually(async () => {
    const row = await env.DB.prepare("SELECT id FROM loops WHERE id = ?").bind(loop).first();
    expect(row).toEqual({ id: loop });
  });
});

test("D1 without its tables degrades the server; loops go on, and copies follow", async () => {
  const { runner, loop, before } = await atDesign();
  await env.DB.exec("ALTER TABLE events RENAME TO events_away");
  try {
    const ill = await orchestrator.health();
    expect([ill.status, ill.parts.objects, ill.parts.database]).toEqual([
      "degraded",
      "ok",
      "does not answer",
    ]);
    expect(await refusal(orchestrator.reconcile({ setAside: false }))).toEqual({
      status: 503,
      code: "d1-down",
    });
    await approveDesign(loop);
    await work(runner, loop, (now) => now.ask?.kind === "checkpoint");
    expect(await count(loop)).toBeGreaterThan(before);
  } finally {
    await env.DB.exec("ALTER TABLE events_away RENAME TO events");
  }
  expect(await reconcile(loop)).toMatchObject({ outcome: "copied" });
  await eventually(async () => expect((await orchestrator.health()).parts.database).toBe("ok"));
});

test.each([
  ["an altered event", "UPDATE events SET hash = ?2 WHERE stream = ?1 AND seq = 3", /follow|altered/],
  [
    "a lost event",
    "DELETE FROM events WHERE stream = ?1 AND seq = 3 AND ?2 <> ''",
    /gives \d+ of \d+ events/,
  ],
  [
    "another key",
    "UPDATE events SET key_id = ?2 WHERE stream = ?1 AND seq = 3",
    /event 3 of D1 does not open.*TAMMA_MASTER_KEY/,
  ],
])("D1 with %s rebuilds nothing, and says so", async (_what, sql, why) => {
  const { loop, before } = await objectBehind();
  await tamper(sql, loop, "f".repeat(64));
  const report = await reconcile(loop);
  expect(report?.outcome).toBe("refused");
  expect(report?.text).toMatch(why);
  expect(report?.text).toContain("nothing was changed");
  expect(await count(loop)).toBe(before);
  expect(await refusal(orchestrator.cancelLoop(caller(), loop, "no"))).toMatchObject({ code: "stream-held" });
});

test("a copy that went on is held by the first flush; its events are set aside on demand", async () => {
  const { loop, before, after } = await objectBehind();
  // As if D1 had been down when the object woke.
  await inObject(loop, (sql) => sql.exec("DELETE FROM held"));
  await accepted(orchestrator.cancelLoop(caller(), loop, "no"));
  await eventually(async () => {
    const why = await inObject(loop, (sql) => sql.exec<{ why: string }>("SELECT why FROM held").one().why);
    expect(why).toContain("they differ");
  });
  const own = (await count(loop)) - before;
  expect(own).toBeGreaterThan(0);
  expect(await reconcile(loop)).toMatchObject({
    outcome: "refused",
    text: expect.stringContaining("--set-aside"),
  });
  expect(await count(loop)).toBe(before + own);

  const report = await reconcile(loop, true);
  expect(report).toMatchObject({
    outcome: "rebuilt",
    text: expect.stringContaining(`${own} of its own were set aside`),
  });
  expect(await count(loop)).toBe(after);
  expect(await accepted(orchestrator.verifyChain(loop))).toMatchObject({ ok: true, events: after });
  const aside = await inObject(
    loop,
    (sql) => sql.exec<{ n: number }>("SELECT count(*) AS n FROM set_aside").one().n,
  );
  expect(aside).toBe(own);
});

test("a clock set back by hours stops no loop, and no event is older than the one before", async () => {
  const { runner, loop } = await atDesign();
  // As if all of it had happened by a clock that was three hours ahead.
  await inObject(loop, (sql) =>
    sql.exec("UPDATE events SET at = at + 10800000 WHERE seq = (SELECT max(seq) FROM events)"),
  );
  await evictDurableObject(objectOf(loop));
  await approveDesign(loop);
  await work(runner, loop, (now) => now.ask?.kind === "checkpoint" && now.ask.checkpoint.kind === "complete");
  const { events } = await accepted(orchestrator.loopEvents(loop, 0, 1_000));
  const times = events.map((event) => event.at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(Math.max(...times)).toBeGreaterThan(Date.now() + 10_000_000);
});

/** The same for the loop's repository; D1 loses the newer events too, so that nobody says what is missing. */
async function setRepositoryBack(loop: string, work: () => Promise<void>): Promise<void> {
  const name = nameOf(loop).replace(/\/\d+$/, "");
  const object = env.REPO_COORDINATOR.get(env.REPO_COORDINATOR.idFromName(name));
  const inRepository = (sql: string) =>
    runInDurableObject(object, (_object, { storage }) => void storage.sql.exec(sql));
  const logTables = ["events", "commands", "effects", "outbox"];
  for (const table of logTables)
    await inRepository(`CREATE TABLE copy_of_${table} AS SELECT * FROM ${table}`);
  await work();
  for (const table of logTables)
    await inRepository(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM copy_of_${table}`);
  await evictDurableObject(object);
  await tamper("DELETE FROM events WHERE stream = ?", name);
}

test("a repository that was set back and starts an ended loop is told and keeps no slot for it", async () => {
  const id = await repository();
  const loop = `plain-git/${id}/1#1`;
  await setRepositoryBack(loop, async () => {
    expect(await start(id)).toBe(loop);
    await accepted(orchestrator.cancelLoop(caller(), loop, "no"));
    await allCopied(loop);
  });
  const again = { repository: id, issue: 1, confirm: false, preApprove: [] };
  expect(await refusal(orchestrator.startLoop(caller(), again))).toEqual({
    status: 422,
    code: "not-started",
  });
  expect((await view(loop)).word).toBe("cancelled");
  const next = await start(id);
  expect(next).toBe(loop.replace("#1", "#2"));
  expect((await view(next)).word).not.toBe("cancelled");
});

test("resume wakes every loop that is in flight", async () => {
  const { loop } = await atDesign();
  await evictDurableObject(objectOf(loop));
  const woken = await orchestrator.resume({ again: true, waiting: true });
  expect(woken.loops).toBeGreaterThan(0);
  expect(woken.failed).toBe(0);
});

test("a start lets loops sleep that wait for a person, unless it is asked to wake them too", async () => {
  const { loop } = await atDesign();
  await evictDurableObject(objectOf(loop));
  const all = await orchestrator.resume({ again: false, waiting: true });
  const atWork = await orchestrator.resume({ again: false, waiting: false });
  expect(atWork.loops).toBeLessThan(all.loops);
  expect(atWork.repositories).toBe(all.repositories);
});
