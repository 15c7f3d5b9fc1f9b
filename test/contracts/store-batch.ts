import { seal } from "@tamma/core/domain/audit/chain.ts";
import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Batch, Store, WantedEffect, WantedTimer } from "@tamma/core/ports/store.ts";

/** SHA-256 in hex of a UTF-8 text. */
export type Sha256 = (text: string) => string;

/** One test on a store and a fresh stream; `batch` makes a batch right behind the head. */
export type Case = (title: string, work: (store: Store, to: StreamRef, batch: BatchFor) => void) => void;
export type BatchFor = (count: number, more?: Partial<Batch>, to?: StreamRef) => Batch;

let streams = 0;

/** A stream of its own for each test. */
export function freshStream(): StreamRef {
  streams += 1;
  return { kind: "loop", id: `plain-git/contract/${streams}#1` };
}

const actor = { kind: "system", id: "test" } as const;

/** Sealed events `from` to `from + count - 1` behind `prevHash`. */
export function sealedEvents(
  stream: StreamRef,
  { from, count, prevHash }: { from: number; count: number; prevHash: string },
  sha256: Sha256,
): Envelope[] {
  const envelopes: Envelope[] = [];
  for (let seq = from; seq < from + count; seq += 1) {
    const rest = {
      ...{ id: crypto.randomUUID(), stream, seq, at: 1_000 + seq, type: "Happened", version: 1, actor },
      ...{ correlationId: null, causationId: "c", payload: { n: seq, text: "words of a person" } },
    };
    envelopes.push(seal(envelopes.at(-1)?.hash ?? prevHash, rest, sha256));
  }
  return envelopes;
}

/** A batch of `count` events right behind the head, with whatever else is given. */
export function batchOf(
  sha256: Sha256,
  store: Store,
  stream: StreamRef,
  count: number,
  more: Partial<Batch> = {},
): Batch {
  const { seq, hash: prevHash } = store.head(stream);
  return {
    ...{ stream, envelopes: sealedEvents(stream, { from: seq + 1, count, prevHash }, sha256) },
    ...{ commandId: `c${seq}`, said: { command: { type: "Do", words: "of a person" }, actor } },
    ...{ answer: { seq: seq + count, changed: count > 0 }, step: null, at: 5 },
    ...{ reaction: { effects: [], timers: [] }, ...more },
  };
}

export const effect = (key: string, more: Partial<WantedEffect> = {}): WantedEffect => {
  return { key, kind: "k", ...more };
};
export const timer = (key: string, due: number): WantedTimer => ({ key, timer: "remind", due });

/** What a state wants, as a part of a batch. */
export const wants = (effects: WantedEffect[], timers: WantedTimer[] = []): Pick<Batch, "reaction"> => {
  return { reaction: { effects, timers } };
};

/** The pending effects of one stream that are due. */
export const dueEffects = (store: Store, { id }: StreamRef, now = 1_000_000) =>
  store.dueEffects(now).filter((each) => each.stream.id === id);

/** The keys of the timers of one stream that are due. */
export const dueTimers = (store: Store, { id }: StreamRef, now = 1_000_000) =>
  store
    .dueTimers(now)
    .filter((each) => each.stream.id === id)
    .map((each) => each.key);

/** Everything that a store can say of a stream, to compare before and after. */
export function seen(store: Store, stream: StreamRef, commandIds: readonly string[] = []): unknown {
  return {
    head: store.head(stream),
    events: store.read(stream, 0, 1_000),
    commands: store.commands(stream),
    answers: commandIds.map((id) => store.answerOf(stream, id)),
    effects: dueEffects(store, stream),
    timers: dueTimers(store, stream),
  };
}
