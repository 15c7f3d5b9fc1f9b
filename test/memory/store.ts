import { genesisHash } from "@tamma/core/domain/audit/chain.ts";
import { CommandRefused } from "@tamma/core/domain/errors.ts";
import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import {
  type Batch,
  type Head,
  type KeptCommand,
  refuseUnlessNext,
  type StoredAnswer,
} from "@tamma/core/ports/store.ts";
import type { SealedRow } from "../../workers/orchestrator/event-row.ts";
import type { ObjectStore } from "../../workers/orchestrator/object-store.ts";
import type { DiskAccess, Table } from "./disk.ts";
import { memoryEffects } from "./effects.ts";
import { memoryTimers } from "./timers.ts";

/** A row with the envelope that it would hold sealed. */
export type MemoryRow = SealedRow & { envelope: Envelope };

/** Nothing is sealed in memory: the envelope goes along, and this stands where the sealed payload would. */
const noPayload = new ArrayBuffer(0);

type Outbox = { stream: StreamRef; flushed: number };

interface Tables {
  events: Table<readonly MemoryRow[]>;
  answers: Table<StoredAnswer>;
  commands: Table<readonly KeptCommand[]>;
  outbox: Table<Outbox>;
  held: Table<{ stream: string; why: string }>;
  setAside: Table<readonly MemoryRow[]>;
}

/**
 * The store of one object in memory: keeps to the same contract as the one in SQLite, for unit tests and the
 * simulation.
 */
export function memoryObjectStore(disk: DiskAccess): ObjectStore {
  const tables: Tables = {
    events: disk.table("events"),
    answers: disk.table("answers"),
    commands: disk.table("commands"),
    outbox: disk.table("outbox"),
    held: disk.table("held"),
    setAside: disk.table("set-aside"),
  };
  const { events, answers, commands, held } = tables;
  const rowsOf = (stream: string) => events.get(stream) ?? [];
  const isHeld = (stream: string) => held.get(stream) !== undefined;
  const { want: wantEffects, forget, ...effects } = memoryEffects(disk, isHeld);
  const { want: wantTimers, ...timers } = memoryTimers(disk, isHeld);
  const want: ObjectStore["want"] = (stream, reaction, at) => {
    wantEffects(stream, reaction.effects, at);
    wantTimers(stream, reaction.timers);
  };
  let undone = 0;
  const transaction: ObjectStore["transaction"] = (work) => {
    try {
      return disk.transaction(work);
    } catch (thrown) {
      undone += 1;
      throw thrown;
    }
  };
  return {
    transaction,
    undone: () => undone,
    append: (batch) =>
      transaction(() => {
        const why = held.get(batch.stream.id)?.why;
        if (why !== undefined) throw heldRefusal(batch.stream.id, why);
        disk.refuse();
        appendRows(tables, batch);
        keepCommand(tables, batch);
        want(batch.stream, batch.reaction, batch.at);
      }),
    head: (stream) => headOf(rowsOf(stream.id)),
    read: (stream, after, limit) =>
      rowsOf(stream.id)
        .slice(after, after + limit)
        .map((row) => row.envelope),
    answerOf: (stream, id) => answers.get(`${stream.id} ${id}`) ?? null,
    commands: (stream) => [...(commands.get(stream.id) ?? [])],
    ...effects,
    ...timers,
    want,
    nextDue: (busy) => earliest(effects.nextDue(busy), timers.nextDue()),
    open: (row) => (row as MemoryRow).envelope,
    ...memoryCopies(tables),
    ...memoryHeld(disk, tables, forget),
  };
}

function appendRows({ events, outbox }: Tables, batch: Batch): void {
  const { stream, envelopes, step } = batch;
  if (envelopes.length === 0) return;
  const before = events.get(stream.id) ?? [];
  refuseUnlessNext(batch, headOf(before));
  events.put(stream.id, [...before, ...envelopes.map((envelope) => rowOf(envelope, step))]);
  if (!outbox.get(stream.id)) outbox.put(stream.id, { stream, flushed: 0 });
}

function keepCommand({ answers, commands }: Tables, batch: Batch): void {
  const { stream, commandId: id, at, said, answer } = batch;
  const key = `${stream.id} ${id}`;
  if (answers.get(key)) throw new Error(`command ${id} was accepted before`);
  answers.put(key, answer);
  commands.put(stream.id, [...(commands.get(stream.id) ?? []), { id, at, seq: answer.seq, said }]);
}

function headOf(rows: readonly MemoryRow[]): Head {
  const last = rows.at(-1);
  return last ? { seq: last.seq, hash: last.hash, at: last.at } : { seq: 0, hash: genesisHash, at: 0 };
}

export function rowOf(envelope: Envelope, step: string | null): MemoryRow {
  const { stream, seq, id, at, type, version, actor, prevHash, hash } = envelope;
  return {
    ...{ stream: stream.id, kind: stream.kind, seq, id, at, type, version, actor: JSON.stringify(actor) },
    ...{ correlation: envelope.correlationId, causation: envelope.causationId, step, key_id: "none" },
    ...{ payload: noPayload, prev_hash: prevHash, hash, envelope },
  };
}

function memoryCopies({ events, outbox, held }: Tables) {
  const unflushedOf = ({ stream, flushed }: Outbox) => (events.get(stream.id) ?? []).slice(flushed);
  const all = () => [...outbox.rows()].sort((a, b) => (a.stream.id < b.stream.id ? -1 : 1));
  return {
    unflushed: (limit: number): SealedRow[] => {
      const rows: SealedRow[] = [];
      for (const each of all())
        if (!held.get(each.stream.id)) rows.push(...unflushedOf(each).slice(0, limit - rows.length));
      return rows;
    },
    unflushedStreams: () => all().flatMap((each) => (unflushedOf(each).length > 0 ? [each.stream.id] : [])),
    unflushedCount: () => all().reduce((sum, each) => sum + unflushedOf(each).length, 0),
    markFlushed: (stream: string, flushed: number) => {
      const row = outbox.get(stream);
      if (row) outbox.put(stream, { ...row, flushed });
    },
    touch: (stream: string) => {
      const row = outbox.get(stream);
      if (row) outbox.put(stream, row);
    },
    streams: () => all(),
    hashAt: (stream: string, seq: number) => events.get(stream)?.[seq - 1]?.hash ?? null,
  };
}

function memoryHeld(
  disk: DiskAccess,
  { events, answers, commands, outbox, held, setAside }: Tables,
  forgetEffects: (stream: string) => void,
) {
  const adopt: ObjectStore["adopt"] = ({ id, kind }, rows, at) =>
    disk.transaction(() => {
      const own = events.get(id) ?? [];
      const common = rows.findLast(({ seq, hash }) => own[seq - 1]?.hash === hash)?.seq ?? 0;
      const apart = own.slice(common);
      if (apart.length > 0) {
        setAside.put(id, [...(setAside.get(id) ?? []), ...apart]);
        forgetEffects(id);
      }
      // What changed nothing where the logs part might change something behind what is adopted now.
      const stays = (each: KeptCommand) =>
        each.seq < common || (each.seq === common && answers.get(`${id} ${each.id}`)?.changed === true);
      const kept = (commands.get(id) ?? []).filter(stays);
      for (const each of commands.get(id) ?? []) if (!stays(each)) answers.drop(`${id} ${each.id}`);
      const added = rows.filter(({ seq }) => seq > common) as MemoryRow[];
      events.put(id, [...own.slice(0, common), ...added]);
      for (const { seq, causation } of added) answers.put(`${id} ${causation}`, { seq, changed: true });
      const accepted = new Map(added.map(({ causation, seq }) => [causation, seq]));
      const again = [...accepted].map(([command, seq]) => ({ id: command, at, seq, said: null }));
      commands.put(id, [...kept.filter((each) => !accepted.has(each.id)), ...again]);
      const last = rows.at(-1)?.seq ?? 0;
      outbox.put(id, { stream: { kind, id }, flushed: last });
      held.drop(id);
      return { added: last - common, setAside: apart.length };
    });
  return {
    heldWhy: (stream: string) => held.get(stream)?.why ?? null,
    hold: (stream: string, why: string) => held.put(stream, { stream, why }),
    release: (stream: string) => held.drop(stream),
    held: () => [...held.rows()],
    adopt,
  };
}

function heldRefusal(stream: string, why: string): CommandRefused {
  const message = `${stream} does not go on: ${why}`;
  return new CommandRefused({
    kind: "conflict",
    code: "stream-held",
    message,
    todo: "run `tamma reconcile`",
  });
}

function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
