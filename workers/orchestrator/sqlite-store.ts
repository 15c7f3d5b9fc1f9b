import { genesisHash } from "@tamma/core/domain/audit/chain.ts";
import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import {
  type Batch,
  type DueTimer,
  type Head,
  type PendingEffect,
  type Store,
  VersionConflict,
  type WantedEffect,
  type WantedReaction,
} from "@tamma/core/ports/store.ts";
import { type Cipher, openJson, sealJson } from "./cipher.ts";

/**
 * SQLite refuses rows over 2 MB. Bodies belong into the blob store; an event that large holds one by mistake.
 */
const payloadBytesMax = 1_000_000;

type EventRow = {
  stream: string;
  kind: StreamRef["kind"];
  seq: number;
  id: string;
  at: number;
  type: string;
  version: number;
  actor: string;
  correlation: string | null;
  causation: string;
  step: string | null;
  key_id: string;
  payload: ArrayBuffer;
  prev_hash: string;
  hash: string;
};

type EffectRow = {
  stream: string;
  stream_kind: StreamRef["kind"];
  key: string;
  key_id: string;
  body: ArrayBuffer;
  tries: number;
  due_at: number;
};

/** An event as it lies in the log, payload sealed: what the outbox copies to D1. */
export type SealedRow = EventRow;

/** The store of one Durable Object: its SQLite, payloads and effects sealed. */
export interface SqliteStore extends Store {
  /** Rows that the outbox has not copied yet, stream by stream, in order. */
  unflushed(limit: number): SealedRow[];
  /** `flushed` may be lower than before: D1 was set back and wants the rows again. */
  markFlushed(stream: string, flushed: number): void;
}

export function sqliteStore(storage: DurableObjectStorage, cipher: Cipher): SqliteStore {
  const { sql } = storage;
  const effects = effectRows(sql, cipher);
  return {
    head: (stream) => headOf(sql, stream),
    read: (stream, after, limit) =>
      sql
        .exec<EventRow>("SELECT * FROM events WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?", stream.id, after, limit)
        .toArray()
        .map((row) => envelopeOf(row, cipher)),
    answerOf: (stream, commandId) => {
      const rows = sql
        .exec<{ seq: number; changed: number }>(
          "SELECT seq, changed FROM commands WHERE stream = ? AND id = ?",
          stream.id,
          commandId,
        )
        .toArray();
      return rows[0] ? { seq: rows[0].seq, changed: rows[0].changed === 1 } : null;
    },
    append: (batch) =>
      storage.transactionSync(() => {
        appendEvents(sql, cipher, batch);
        sql.exec(
          "INSERT INTO commands VALUES (?, ?, ?, ?, ?)",
          batch.stream.id,
          batch.commandId,
          batch.answer.seq,
          batch.answer.changed ? 1 : 0,
          batch.at,
        );
        effects.want(batch.stream, batch.reaction, batch.at);
      }),
    ...effects.port,
    unflushed: (limit) =>
      sql
        .exec<EventRow>(
          `SELECT events.* FROM events JOIN outbox ON outbox.stream = events.stream
           WHERE events.seq > outbox.flushed ORDER BY events.stream, events.seq LIMIT ?`,
          limit,
        )
        .toArray(),
    markFlushed: (stream, flushed) => {
      sql.exec("UPDATE outbox SET flushed = ? WHERE stream = ?", flushed, stream);
    },
    transaction: (work) => storage.transactionSync(work),
  };
}

function headOf(sql: SqlStorage, stream: StreamRef): Head {
  const rows = sql
    .exec<{ seq: number; hash: string; at: number }>(
      "SELECT seq, hash, at FROM events WHERE stream = ? ORDER BY seq DESC LIMIT 1",
      stream.id,
    )
    .toArray();
  return rows[0] ?? { seq: 0, hash: genesisHash, at: 0 };
}

function appendEvents(sql: SqlStorage, cipher: Cipher, batch: Batch): void {
  const { stream, envelopes, step } = batch;
  const [first] = envelopes;
  if (!first) return;
  const head = headOf(sql, stream);
  if (head.seq !== first.seq - 1 || head.hash !== first.prevHash)
    throw new VersionConflict(stream, first.seq - 1, head.seq);
  for (const envelope of envelopes) {
    const payload = sealJson(cipher, envelope.payload, payloadContext(stream.id, envelope.seq));
    if (payload.byteLength > payloadBytesMax)
      throw new Error(
        `${envelope.type} holds ${payload.byteLength} bytes, ${payloadBytesMax} are allowed; put its body into a blob`,
      );
    sql.exec(
      "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      stream.id,
      stream.kind,
      envelope.seq,
      envelope.id,
      envelope.at,
      envelope.type,
      envelope.version,
      JSON.stringify(envelope.actor),
      envelope.correlationId,
      envelope.causationId,
      step,
      cipher.keyId,
      payload,
      envelope.prevHash,
      envelope.hash,
    );
  }
  sql.exec("INSERT INTO outbox VALUES (?, ?, 0) ON CONFLICT (stream) DO NOTHING", stream.id, stream.kind);
}

/** A payload opens only at its own place in its own stream. */
function payloadContext(stream: string, seq: number): string {
  return `event ${stream} ${seq}`;
}

function envelopeOf(row: EventRow, cipher: Cipher): Envelope {
  return {
    id: row.id,
    stream: { kind: row.kind, id: row.stream },
    seq: row.seq,
    at: row.at,
    type: row.type,
    version: row.version,
    actor: JSON.parse(row.actor) as Envelope["actor"],
    correlationId: row.correlation,
    causationId: row.causation,
    payload: openJson(cipher, row.key_id, row.payload, payloadContext(row.stream, row.seq)),
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}

type EffectPort = Pick<
  Store,
  "dueEffects" | "settleEffect" | "postponeEffect" | "dueTimers" | "markFired" | "nextDue"
>;

/** Effects and timers: what the present state wants from the world. */
function effectRows(sql: SqlStorage, cipher: Cipher) {
  const context = (stream: string, key: string) => `effect ${stream} ${key}`;

  function want(stream: StreamRef, reaction: WantedReaction, at: number): void {
    for (const effect of reaction.effects)
      sql.exec(
        `INSERT INTO effects VALUES (?, ?, ?, ?, ?, ?, 'pending', 0, ?, '')
         ON CONFLICT (stream, key) DO UPDATE SET state = 'pending', due_at = excluded.due_at WHERE state = 'void'`,
        stream.id,
        effect.key,
        stream.kind,
        effect.kind,
        cipher.keyId,
        sealJson(cipher, effect, context(stream.id, effect.key)),
        effect.notBefore ?? at,
      );
    const wantedEffects = JSON.stringify(reaction.effects.map((effect) => effect.key));
    sql.exec(
      `UPDATE effects SET state = 'void' WHERE stream = ? AND state = 'pending'
       AND key NOT IN (SELECT value FROM json_each(?))`,
      stream.id,
      wantedEffects,
    );
    for (const timer of reaction.timers)
      sql.exec(
        `INSERT INTO timers VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (stream, key) DO UPDATE SET
           fired = CASE WHEN due_at = excluded.due_at THEN fired ELSE 0 END, due_at = excluded.due_at`,
        stream.id,
        timer.key,
        stream.kind,
        timer.timer,
        timer.due,
      );
    const wantedTimers = JSON.stringify(reaction.timers.map((timer) => timer.key));
    sql.exec(
      "DELETE FROM timers WHERE stream = ? AND key NOT IN (SELECT value FROM json_each(?))",
      stream.id,
      wantedTimers,
    );
  }

  const port: EffectPort = {
    dueEffects: (now) =>
      sql
        .exec<EffectRow>("SELECT * FROM effects WHERE state = 'pending' AND due_at <= ? ORDER BY due_at, rowid", now)
        .toArray()
        .map((row): PendingEffect => ({
          stream: { kind: row.stream_kind, id: row.stream },
          key: row.key,
          effect: openJson<WantedEffect>(cipher, row.key_id, row.body, context(row.stream, row.key)),
          tries: row.tries,
          due: row.due_at,
        })),
    settleEffect: (stream, key, state, note) => {
      sql.exec(
        "UPDATE effects SET state = ?, note = ? WHERE stream = ? AND key = ? AND state = 'pending'",
        state,
        note,
        stream.id,
        key,
      );
    },
    postponeEffect: (stream, key, tries, due, note) => {
      sql.exec(
        "UPDATE effects SET tries = ?, due_at = ?, note = ? WHERE stream = ? AND key = ? AND state = 'pending'",
        tries,
        due,
        note,
        stream.id,
        key,
      );
    },
    dueTimers: (now) =>
      sql
        .exec<{ stream: string; stream_kind: StreamRef["kind"]; key: string; timer: string; due_at: number }>(
          "SELECT * FROM timers WHERE fired = 0 AND due_at <= ? ORDER BY due_at",
          now,
        )
        .toArray()
        .map((row): DueTimer => ({
          stream: { kind: row.stream_kind, id: row.stream },
          key: row.key,
          timer: row.timer,
          due: row.due_at,
        })),
    markFired: (stream, key) => {
      sql.exec("UPDATE timers SET fired = 1 WHERE stream = ? AND key = ?", stream.id, key);
    },
    nextDue: (busy) => {
      const next = sql
        .exec<{ due: number | null }>(
          `SELECT min(due_at) AS due FROM (
             SELECT due_at FROM timers WHERE fired = 0
             UNION ALL
             SELECT due_at FROM effects WHERE state = 'pending' AND key NOT IN (SELECT value FROM json_each(?)))`,
          JSON.stringify([...busy]),
        )
        .one();
      return next.due;
    },
  };
  return { want, port };
}
