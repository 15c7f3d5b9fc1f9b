import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { genesisHash, seal, verifyChain } from "@tamma/core/domain/audit/chain.ts";
import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import { beforeAll, expect, test } from "vitest";
import { r2BlobStore } from "../../workers/orchestrator/blob-store.ts";
import { aesCipher, sha256Hex } from "../../workers/orchestrator/cipher.ts";
import { d1Copy } from "../../workers/orchestrator/d1-log.ts";
import { exactly } from "../../workers/orchestrator/log-copy.ts";
import type { ObjectStore } from "../../workers/orchestrator/object-store.ts";
import { d1Outbox } from "../../workers/orchestrator/outbox.ts";
import { systemTimers } from "../../workers/orchestrator/system-timers.ts";
import { copyContract, rowAt, sealedRows } from "../contracts/copy-contract.ts";
import { freshStream } from "../contracts/store-batch.ts";
import { storeContract } from "../contracts/store-contract.ts";
import { storeFaultsContract } from "../contracts/store-faults-contract.ts";
import { storeRestoreContract } from "../contracts/store-restore-contract.ts";
import { storeSurvivalContract } from "../contracts/store-survival-contract.ts";
import { cipher, d1Subject, freshObject, insertIntoD1, openStore, sqliteSubject } from "./stores.ts";
import { testMigrations } from "./world.ts";

beforeAll(async () => {
  await applyD1Migrations(env.DB, testMigrations());
});

storeContract(sqliteSubject);
storeFaultsContract(sqliteSubject);
storeSurvivalContract(sqliteSubject);
storeRestoreContract(sqliteSubject);
copyContract(d1Subject);

const withStore = (work: (store: ObjectStore, storage: DurableObjectStorage) => void | Promise<void>) =>
  openStore(freshObject(), work);

function chain(stream: StreamRef, count: number, text = "canary-of-the-log"): Envelope[] {
  const sealed: Envelope[] = [];
  for (let seq = 1; seq <= count; seq += 1) {
    const rest = {
      id: crypto.randomUUID(),
      stream,
      seq,
      at: seq,
      type: "Happened",
      version: 1,
      actor: { kind: "system", id: "test" } as const,
      correlationId: null,
      causationId: "c",
      payload: { text, seq },
    };
    sealed.push(seal(sealed.at(-1)?.hash ?? genesisHash, rest, sha256Hex));
  }
  return sealed;
}

function append(store: ObjectStore, envelopes: Envelope[], commandId = "c"): void {
  const [first] = envelopes;
  if (!first) throw new Error("nothing to append");
  const answer = { seq: first.seq + envelopes.length - 1, changed: true };
  const reaction = { effects: [{ key: "e", kind: "canary-of-the-effect" }], timers: [] };
  const said = {
    command: { words: "canary-of-the-command" },
    actor: { kind: "system", id: "test" },
  } as const;
  store.append({ stream: first.stream, envelopes, commandId, said, answer, step: null, reaction, at: 1 });
}

const streamOf = (name: string): StreamRef => ({ kind: "loop", id: `plain-git/${name}/1#1` });

test("payloads and effects lie sealed in the object's own rows", () =>
  withStore((store, { sql }) => {
    append(store, chain(streamOf("sealed"), 2));
    const raw = ["events", "effects", "commands", "timers"].flatMap((table) =>
      sql
        .exec(`SELECT * FROM ${table}`)
        .toArray()
        .flatMap((row) => Object.values(row)),
    );
    const texts = raw.map((value) =>
      value instanceof ArrayBuffer ? Buffer.from(value).toString("latin1") : String(value),
    );
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.filter((text) => text.includes("canary-of-the-log"))).toEqual([]);
    expect(verifyChain(store.read(streamOf("sealed"), 0, 10), sha256Hex).ok).toBe(true);
  }));

test("a payload that was moved to another place, or sealed with another key, does not open", () =>
  withStore((store, { sql }) => {
    append(store, chain(streamOf("moved"), 2));
    sql.exec("UPDATE events SET payload = (SELECT payload FROM events WHERE seq = 1) WHERE seq = 2");
    expect(() => store.read(streamOf("moved"), 1, 1)).toThrow();
    sql.exec("UPDATE events SET key_id = 'unknown'");
    expect(() => store.read(streamOf("moved"), 0, 1)).toThrow(/TAMMA_MASTER_KEY/);
  }));

test("an older key still opens what it sealed", () => {
  const older = Buffer.alloc(32, "old").toString("base64");
  const sealed = aesCipher(older).seal(Buffer.from("kept"), "place");
  const rotated = aesCipher(`${env.TAMMA_MASTER_KEY},${older}`);
  expect(Buffer.from(rotated.open(aesCipher(older).keyId, sealed, "place")).toString()).toBe("kept");
  expect(rotated.keyId).toBe(cipher.keyId);
  expect(() => aesCipher("c2hvcnQ=")).toThrow(/32 bytes/);
});

test("bodies lie sealed under their hash, and are found by their own stream only", async () => {
  const blobs = r2BlobStore(env.BLOBS, cipher);
  const body = Buffer.from("canary-of-the-body");
  const ref = await blobs.put("plain-git/r/1#1", body, "text/plain");
  expect(ref).toEqual({ sha256: sha256Hex(body), size: body.length, mediaType: "text/plain" });
  const raw = await (await env.BLOBS.get(`plain-git/r/1#1/${ref.sha256}`))?.text();
  expect(raw).toBeDefined();
  expect(raw).not.toContain("canary");
  expect(Buffer.from((await blobs.find("plain-git/r/1#1", ref.sha256)) ?? []).toString()).toBe(
    "canary-of-the-body",
  );
  expect(await blobs.find("plain-git/r/2#1", ref.sha256)).toBeNull();
});

const atZero = { now: () => 0, fraction: () => 0, after: systemTimers.after, end: () => {} };

const inD1 = async (stream: StreamRef) =>
  (
    await env.DB.prepare("SELECT seq FROM events WHERE stream = ? ORDER BY seq")
      .bind(stream.id)
      .all<{ seq: number }>()
  ).results.map((row) => row.seq);

test("the outbox copies in order, once, and sealed", () =>
  withStore(async (store) => {
    const stream = streamOf("flushed");
    append(store, chain(stream, 120));
    const outbox = d1Outbox(d1Copy(env.DB), store, () => exactly(stream.id), atZero);
    await outbox.flush();
    store.markFlushed(stream.id, 0);
    await outbox.flush();
    expect(await inD1(stream)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    const raw = await env.DB.prepare("SELECT payload FROM events WHERE stream = ?")
      .bind(stream.id)
      .first<{ payload: number[] }>();
    expect(Buffer.from(raw?.payload ?? []).toString("latin1")).not.toContain("canary");
  }));

test("with D1 down nothing is lost: the outbox asks to come again and catches up", () =>
  withStore(async (store) => {
    const stream = streamOf("down");
    append(store, chain(stream, 3));
    let down = true;
    const flaky = new Proxy(env.DB, {
      get: (database, name: keyof D1Database) => {
        if (down) throw new Error("D1 is down");
        const member: unknown = database[name];
        return typeof member === "function" ? member.bind(database) : member;
      },
    });
    let now = 1_000;
    const outbox = d1Outbox(d1Copy(flaky), store, () => exactly(stream.id), {
      ...atZero,
      ...{ now: () => now, fraction: () => 0.5 },
    });
    await outbox.flush();
    const next = outbox.nextAt();
    expect(next).toBeGreaterThan(1_000);
    // More events meanwhile are no more tries: the pause stays as it was.
    await outbox.flush();
    expect(outbox.nextAt()).toBe(next);
    expect(store.unflushed(10)).toHaveLength(3);
    down = false;
    now = next ?? 0;
    await outbox.flush();
    expect(outbox.nextAt()).toBeNull();
    expect(await inD1(stream)).toEqual([1, 2, 3]);
  }));

test("when D1 was set back to an earlier state it gets the missing events again", () =>
  withStore(async (store) => {
    const stream = streamOf("set-back");
    append(store, chain(stream, 3));
    store.markFlushed(stream.id, 2);
    await d1Outbox(d1Copy(env.DB), store, () => exactly(stream.id), atZero).flush();
    expect(await inD1(stream)).toEqual([1, 2, 3]);
  }));

/** Rows 1 and 2 of a stream in D1, and what is wrong with a third statement. */
async function guarded() {
  const stream = freshStream();
  const rows = sealedRows(stream, sha256Hex, { count: 2 });
  for (const row of rows) await insertIntoD1(row);
  const hash = (seq: number) => rows[seq - 1]?.hash ?? genesisHash;
  const run = (sql: string) => env.DB.prepare(sql).bind(stream.id).run();
  return { stream, hash, run };
}
type Guarded = Awaited<ReturnType<typeof guarded>>;

/** What D1 must refuse, by the trigger that refuses it; without that one nothing else does. */
const refusedByD1: [trigger: string, words: RegExp, statement: (on: Guarded) => Promise<unknown>][] = [
  [
    "events_never_change",
    /never changed/,
    ({ run }) => run("UPDATE events SET type = 'Else' WHERE stream = ?"),
  ],
  ["events_never_go", /never deleted/, ({ run }) => run("DELETE FROM events WHERE stream = ? AND seq = 2")],
  [
    "events_never_fork",
    /fork, another event/,
    // As the outbox writes: without the trigger a fork would be passed over in silence.
    ({ run }) =>
      run(`INSERT INTO events SELECT stream, stream_kind, seq, id, at, type, version, actor, correlation_id,
             causation_id, step, key_id, payload, prev_hash, 'other' FROM events
           WHERE stream = ? AND seq = 2 ON CONFLICT DO NOTHING`),
  ],
  [
    "events_never_skip",
    /gap, the event before/,
    ({ stream, hash }) => insertIntoD1(rowAt(stream, sha256Hex, 4, hash(2))),
  ],
  [
    "events_follow",
    /fork, the event before/,
    ({ stream, hash }) => insertIntoD1(rowAt(stream, sha256Hex, 3, hash(1))),
  ],
];

test.each(refusedByD1)("D1 itself refuses by %s, and by nothing else", async (trigger, words, statement) => {
  const first = await guarded();
  await expect(statement(first)).rejects.toThrow(words);
  expect(await inD1(first.stream)).toEqual([1, 2]);
  const made = await env.DB.prepare("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?")
    .bind(trigger)
    .first<string>("sql");
  await env.DB.exec(`DROP TRIGGER ${trigger}`);
  try {
    await expect(statement(await guarded())).resolves.not.toThrow();
  } finally {
    await env.DB.prepare(made ?? "").run();
  }
  await expect(statement(await guarded())).rejects.toThrow(words);
});

test("D1 has no other triggers on its events than those that are proven here", async () => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events' ORDER BY name",
  ).all<{ name: string }>();
  expect(results.map(({ name }) => name)).toEqual(refusedByD1.map(([name]) => name).sort());
});
