import { genesisHash } from "@tamma/core/domain/audit/chain.ts";
import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import {
  type Batch,
  type Head,
  type KeptCommand,
  type PendingEffect,
  refuseUnlessNext,
  type Store,
  type StoredAnswer,
  type WantedTimer,
} from "@tamma/core/ports/store.ts";

type EffectRow = PendingEffect & { state: "pending" | "done" | "failed" | "void"; note: string };
type TimerRow = WantedTimer & { stream: StreamRef; fired: boolean };

interface Rows {
  events: Map<string, Envelope[]>;
  answers: Map<string, StoredAnswer>;
  commands: (KeptCommand & { stream: string })[];
  effects: Map<string, EffectRow>;
  timers: Map<string, TimerRow>;
}

/**
 * A store in memory that keeps to the same contract as the one in SQLite: for unit tests and the simulation.
 */
export function memoryStore(): Store {
  let rows: Rows = {
    events: new Map(),
    answers: new Map(),
    commands: [],
    effects: new Map(),
    timers: new Map(),
  };
  const key = (stream: StreamRef, name: string) => `${stream.id} ${name}`;
  const eventsOf = (stream: StreamRef) => rows.events.get(stream.id) ?? [];

  function transaction<T>(work: () => T): T {
    const before = structuredClone(rows);
    try {
      return work();
    } catch (thrown) {
      rows = before;
      throw thrown;
    }
  }

  function head(stream: StreamRef): Head {
    const last = eventsOf(stream).at(-1);
    return last ? { seq: last.seq, hash: last.hash, at: last.at } : { seq: 0, hash: genesisHash, at: 0 };
  }

  function append(batch: Batch): void {
    const { stream, envelopes, reaction } = batch;
    refuseUnlessNext(batch, head(stream));
    if (rows.answers.has(key(stream, batch.commandId)))
      throw new Error(`command ${batch.commandId} was accepted before`);
    rows.events.set(stream.id, [...eventsOf(stream), ...envelopes]);
    rows.answers.set(key(stream, batch.commandId), batch.answer);
    const { commandId: id, at, said } = batch;
    rows.commands.push({ stream: stream.id, id, at, seq: batch.answer.seq, said: structuredClone(said) });
    for (const effect of reaction.effects) {
      const at = key(stream, effect.key);
      const known = rows.effects.get(at);
      const due = effect.notBefore ?? batch.at;
      if (!known)
        rows.effects.set(at, { stream, key: effect.key, effect, tries: 0, due, state: "pending", note: "" });
      else if (known.state === "void") rows.effects.set(at, { ...known, state: "pending", due });
    }
    const wanted = new Set(reaction.effects.map((effect) => effect.key));
    for (const row of rows.effects.values())
      if (row.stream.id === stream.id && row.state === "pending" && !wanted.has(row.key)) row.state = "void";
    const before = [...rows.timers.values()].filter((row) => row.stream.id === stream.id);
    for (const row of before) rows.timers.delete(key(stream, row.key));
    for (const timer of reaction.timers) {
      const same = before.find((row) => row.key === timer.key && row.due === timer.due);
      rows.timers.set(key(stream, timer.key), { ...timer, stream, fired: same?.fired ?? false });
    }
  }

  const pending = () => [...rows.effects.values()].filter((row) => row.state === "pending");
  const waiting = () => [...rows.timers.values()].filter((row) => !row.fired);
  return {
    transaction,
    append: (batch) => transaction(() => append(batch)),
    head,
    read: (stream, after, limit) =>
      structuredClone(
        eventsOf(stream)
          .filter((each) => each.seq > after)
          .slice(0, limit),
      ),
    answerOf: (stream, commandId) => rows.answers.get(key(stream, commandId)) ?? null,
    commands: (stream) =>
      rows.commands
        .filter((each) => each.stream === stream.id)
        .map(({ stream: _, ...command }) => structuredClone(command)),
    dueEffects: (now) =>
      pending()
        .filter((row) => row.due <= now)
        .sort((a, b) => a.due - b.due)
        .map(({ stream, key: name, effect, tries, due }) => ({ stream, key: name, effect, tries, due })),
    settleEffect: (stream, name, state, note) => {
      const row = rows.effects.get(key(stream, name));
      if (row?.state === "pending") Object.assign(row, { state, note });
    },
    postponeEffect: (stream, name, tries, due, note) => {
      const row = rows.effects.get(key(stream, name));
      if (row?.state === "pending") Object.assign(row, { tries, due, note });
    },
    dueTimers: (now) =>
      waiting()
        .filter((row) => row.due <= now)
        .sort((a, b) => a.due - b.due)
        .map(({ stream, key: name, timer, due }) => ({ stream, key: name, timer, due })),
    markFired: (stream, name) => {
      const row = rows.timers.get(key(stream, name));
      if (row) row.fired = true;
    },
    nextDue: (busy) => {
      const effects = pending().filter((row) => !busy.has(row.key));
      const times = [...effects, ...waiting()].map((row) => row.due);
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}
