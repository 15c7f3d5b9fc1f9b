import { genesisHash } from "@tamma/core/domain/audit/chain.ts";
import { CommandRefused } from "@tamma/core/domain/errors.ts";
import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import { type Batch, type Head, refuseUnlessNext } from "@tamma/core/ports/store.ts";
import { type Cipher, openJson, sealJson } from "./cipher.ts";
import { commandRows } from "./command-rows.ts";
import { copyRows } from "./copy-rows.ts";
import { effectRows } from "./effect-rows.ts";
import type { SealedRow } from "./event-row.ts";
import { heldRows } from "./held-rows.ts";
import type { ObjectStore } from "./object-store.ts";
import { type RowMemory, rowMemory } from "./row-memory.ts";
import { timerRows } from "./timer-rows.ts";

/**
 * SQLite refuses rows over 2 MB. Bodies belong into the blob store; an event that large holds one by mistake.
 */
const payloadBytesMax = 1_000_000;

/** The store of one Durable Object: its SQLite, payloads and effects sealed. */
export function sqliteStore(storage: DurableObjectStorage, cipher: Cipher): ObjectStore {
  const { sql } = storage;
  const { keep: keepCommand, ...commands } = commandRows(sql, cipher);
  const memory = rowMemory();
  const { want: wantEffects, ...effects } = effectRows(sql, cipher, memory);
  const { want: wantTimers, heldChanged, ...timers } = timerRows(sql, memory);
  const { refuseHeld, ...held } = heldRows(storage, memory);
  const { transaction, together, undone } = transactionsOf(storage, memory);
  /** Holding, releasing and adopting change the rows behind what is remembered. */
  const changesHeld =
    <Args extends unknown[], Result>(work: (...args: Args) => Result) =>
    (...args: Args): Result => {
      try {
        return work(...args);
      } finally {
        memory.forget();
        heldChanged();
      }
    };
  const want: ObjectStore["want"] = (stream, reaction, at) => {
    wantEffects(stream, reaction.effects, at);
    wantTimers(stream, reaction.timers);
  };
  return {
    head: (stream) => headOf(sql, memory, stream),
    read: (stream, after, limit) =>
      sql
        .exec<SealedRow>(
          "SELECT * FROM events WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?",
          stream.id,
          after,
          limit,
        )
        .toArray()
        .map((row) => envelopeOf(row, cipher)),
    ...commands,
    append: (batch) =>
      together(() => {
        refuseHeld(batch.stream.id);
        appendEvents(sql, cipher, memory, batch);
        keepCommand(batch);
        want(batch.stream, batch.reaction, batch.at);
      }),
    ...effects,
    ...timers,
    ...held,
    hold: changesHeld(held.hold),
    release: changesHeld(held.release),
    adopt: changesHeld(held.adopt),
    want,
    nextDue: (busy) => nextDue(sql, busy),
    ...copyRows(sql),
    open: (row) => envelopeOf(row, cipher),
    transaction,
    undone,
  };
}

function transactionsOf(storage: DurableObjectStorage, memory: RowMemory) {
  let open = 0;
  let undone = 0;
  const transaction: ObjectStore["transaction"] = (work) => {
    open += 1;
    try {
      return storage.transactionSync(work);
    } catch (thrown) {
      // What was undone on disk must not live on in memory.
      memory.forget();
      undone += 1;
      throw thrown;
    } finally {
      open -= 1;
    }
  };
  /** Whoever appends lets every fault out, which undoes the open transaction: one inside is for nothing. */
  const together = (work: () => void): void => (open > 0 ? work() : transaction(work));
  return { transaction, together, undone: () => undone };
}

function headOf(sql: SqlStorage, memory: RowMemory, stream: StreamRef): Head {
  const known = memory.heads.get(stream.id);
  if (known) return known;
  const rows = sql
    .exec<{ seq: number; hash: string; at: number }>(
      "SELECT seq, hash, at FROM events WHERE stream = ? ORDER BY seq DESC LIMIT 1",
      stream.id,
    )
    .toArray();
  const head = rows[0] ?? { seq: 0, hash: genesisHash, at: 0 };
  memory.heads.set(stream.id, head);
  return head;
}

function appendEvents(sql: SqlStorage, cipher: Cipher, memory: RowMemory, batch: Batch): void {
  const { stream, envelopes, step } = batch;
  const [first] = envelopes;
  const last = envelopes.at(-1);
  if (!first || !last) return;
  refuseUnlessNext(batch, headOf(sql, memory, stream));
  const rows = envelopes.map((envelope) => rowOf(stream, envelope, step, cipher));
  for (let at = 0; at < rows.length; at += rowsPerInsertMax) {
    const some = rows.slice(at, at + rowsPerInsertMax);
    sql.exec(`INSERT INTO events VALUES ${insertValues[some.length]}`, ...some.flat());
  }
  if (first.seq === 1)
    sql.exec("INSERT INTO outbox VALUES (?, ?, 0) ON CONFLICT (stream) DO NOTHING", stream.id, stream.kind);
  memory.heads.set(stream.id, { seq: last.seq, hash: last.hash, at: last.at });
}

/** Cloudflare takes 100 values in one statement; a row has 15. */
const rowsPerInsertMax = 6;
const oneRow = `(${Array.from({ length: 15 }, () => "?").join(", ")})`;
const insertValues = Array.from({ length: rowsPerInsertMax + 1 }, (_, rows) =>
  Array.from({ length: rows }, () => oneRow).join(", "),
);

/** The columns of an event in their order. */
function rowOf(
  stream: StreamRef,
  envelope: Envelope,
  step: string | null,
  cipher: Cipher,
): SqlStorageValue[] {
  const { seq, id, at, type, version, actor, correlationId, causationId, prevHash, hash } = envelope;
  const payload = sealJson(cipher, envelope.payload, payloadContext(stream.id, seq));
  if (payload.byteLength > payloadBytesMax)
    throw new CommandRefused({
      kind: "invalid",
      code: "event-too-large",
      message: `${type} holds ${payload.byteLength} bytes, ${payloadBytesMax} are allowed`,
      todo: "put the body into a blob and name it",
    });
  return [
    ...[stream.id, stream.kind, seq, id, at, type, version, JSON.stringify(actor), correlationId],
    ...[causationId, step, cipher.keyId, payload.buffer, prevHash, hash],
  ];
}

/** A payload opens only at its own place in its own stream. */
function payloadContext(stream: string, seq: number): string {
  return `event ${stream} ${seq}`;
}

function envelopeOf(row: SealedRow, cipher: Cipher): Envelope {
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

/** The earliest time at which an effect or timer is due, but for the effects that are under way. */
function nextDue(sql: SqlStorage, busy: ReadonlySet<string>): number | null {
  return sql
    .exec<{ due: number | null }>(
      `SELECT min(due_at) AS due FROM (
         SELECT stream, due_at FROM timers WHERE fired = 0
         UNION ALL
         SELECT stream, due_at FROM effects
         WHERE state = 'pending' AND key NOT IN (SELECT value FROM json_each(?)))
       WHERE stream NOT IN (SELECT stream FROM held)`,
      JSON.stringify([...busy]),
    )
    .one().due;
}
