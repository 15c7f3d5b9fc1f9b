import { genesisHash } from "@tamma/core/domain/audit/chain.ts";
import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import { type Store, VersionConflict } from "@tamma/core/ports/store.ts";
import { expect, test } from "vitest";
import { batchOf, type Case, freshStream, type Sha256, sealedEvents } from "./store-batch.ts";
import { effectsContract } from "./store-effects-contract.ts";
import { timersContract } from "./store-timers-contract.ts";
import { togetherContract } from "./store-together-contract.ts";

/**
 * A store under test. What outlives an instance is store-survival-contract.ts, writes that fail are
 * store-faults-contract.ts, and the way back from an older copy is store-restore-contract.ts.
 */
export interface StoreSubject {
  name: string;
  sha256: Sha256;
  /** Hands out a store for one test; it may have been used by another one before. */
  withStore(work: (store: Store) => void): Promise<void> | void;
}

/** What every store promises: order, answers, effects, timers, and all of it together or nothing. */
export function storeContract({ name, sha256, withStore }: StoreSubject): void {
  const on: Case = (title, work) =>
    test(`${name}: ${title}`, () =>
      withStore((store) => {
        const stream = freshStream();
        work(store, stream, (count, more, to = stream) => batchOf(sha256, store, to, count, more));
      }));
  logContract(on);
  refusalContract(on, sha256);
  commandsContract(on);
  effectsContract(on);
  timersContract(on);
  togetherContract(on);
}

function logContract(on: Case): void {
  on("an unknown stream stands at 0 with the genesis hash", (store, to) => {
    expect(store.head(to)).toEqual({ seq: 0, hash: genesisHash, at: 0 });
    expect(store.read(to, 0, 10)).toEqual([]);
    expect(store.commands(to)).toEqual([]);
  });

  on("what was appended is read back as it was, in order and in pages", (store, to, batch) => {
    const first = batch(3);
    store.append(first);
    const second = batch(2);
    store.append(second);
    expect(store.read(to, 0, 10)).toEqual([...first.envelopes, ...second.envelopes]);
    expect(store.read(to, 1, 2)).toEqual(first.envelopes.slice(1));
    expect(store.read(to, 5, 10)).toEqual([]);
    expect(store.head(to)).toEqual({ seq: 5, hash: second.envelopes[1]?.hash, at: 1_005 });
  });

  on("numbers are ordered as numbers, also beyond nine", (store, to, batch) => {
    for (let n = 0; n < 4; n += 1) store.append(batch(3, { commandId: `c${n}` }));
    expect(store.read(to, 0, 100).map((one) => one.seq)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    expect(store.read(to, 9, 2).map((one) => one.seq)).toEqual([10, 11]);
  });

  on("streams do not see each other, though one's name begins with the other's", (store, to, batch) => {
    const other: StreamRef = { kind: "loop", id: `${to.id}0` };
    store.append(batch(2));
    store.append(batch(1, { commandId: "theirs" }, other));
    expect([store.head(to).seq, store.head(other).seq]).toEqual([2, 1]);
    expect(store.read(other, 0, 10).map((one) => one.stream.id)).toEqual([other.id]);
    expect(store.answerOf(to, "theirs")).toBeNull();
    expect(store.commands(to)).toHaveLength(1);
  });
}

function refusalContract(on: Case, sha256: Sha256): void {
  on("an append that does not follow the head is refused and writes nothing", (store, to, batch) => {
    const stale = batch(1, { commandId: "stale" });
    store.append(batch(2));
    expect(() => store.append(stale)).toThrow(VersionConflict);
    expect(store.head(to).seq).toBe(2);
    expect(store.answerOf(to, "stale")).toBeNull();
    expect(store.commands(to)).toHaveLength(1);
  });

  on("an append that leaves a gap is refused, whether others are there or not", (store, to, batch) => {
    const later = { from: 2, count: 1, prevHash: genesisHash };
    expect(() => store.append(batch(1, { envelopes: sealedEvents(to, later, sha256) }))).toThrow(
      VersionConflict,
    );
    store.append(batch(1));
    const gap = { from: 3, count: 1, prevHash: store.head(to).hash };
    expect(() => store.append(batch(1, { envelopes: sealedEvents(to, gap, sha256) }))).toThrow(
      VersionConflict,
    );
    expect(store.head(to).seq).toBe(1);
  });

  on("an append that follows another event than the head is refused", (store, to, batch) => {
    const other = batch(2);
    store.append(batch(1));
    expect(() => store.append({ ...other, envelopes: other.envelopes.slice(1) })).toThrow(VersionConflict);
    expect(store.read(to, 0, 10)).toHaveLength(1);
  });

  on("a batch with a hole, a fork or a stranger in its middle is refused whole", (store, to, batch) => {
    const [one, two, three] = batch(3).envelopes;
    const [, fork] = batch(2).envelopes;
    const stranger = batch(2, {}, { kind: "loop", id: `${to.id}9` }).envelopes[1];
    if (!one || !two || !three || !fork || !stranger) throw new Error("the batches have these events");
    for (const envelopes of [
      [one, three],
      [one, fork],
      [one, { ...two, stream: stranger.stream }],
    ]) {
      expect(() => store.append(batch(2, { envelopes, commandId: "broken" }))).toThrow(VersionConflict);
      expect(store.head(to).seq).toBe(0);
      expect(store.answerOf(to, "broken")).toBeNull();
    }
  });
}

function commandsContract(on: Case): void {
  on("the answer of a command is kept under its id, also when nothing happened", (store, to, batch) => {
    store.append(batch(1, { commandId: "one" }));
    store.append(batch(0, { commandId: "nothing" }));
    expect(store.answerOf(to, "one")).toEqual({ seq: 1, changed: true });
    expect(store.answerOf(to, "nothing")).toEqual({ seq: 1, changed: false });
    expect(store.answerOf(to, "never")).toBeNull();
  });

  on("a command that was accepted is not accepted again under its id", (store, to, batch) => {
    store.append(batch(1, { commandId: "once" }));
    expect(() => store.append(batch(1, { commandId: "once" }))).toThrow();
    expect(store.head(to).seq).toBe(1);
    expect(store.commands(to)).toHaveLength(1);
    expect(store.answerOf(to, "once")).toEqual({ seq: 1, changed: true });
  });

  on(
    "accepted commands are kept in order with what they said, also those without events",
    (store, to, batch) => {
      const said = (words: string) => ({
        said: { command: { type: "Do", words }, actor: { kind: "runner" as const, id: "r" } },
      });
      store.append(batch(2, { commandId: "one", at: 7, ...said("first") }));
      store.append(batch(0, { commandId: "nothing", at: 8, ...said("second") }));
      store.append(batch(1, { commandId: "a", at: 9, ...said("third") }));
      expect(store.commands(to)).toEqual([
        { id: "one", at: 7, seq: 2, ...said("first") },
        { id: "nothing", at: 8, seq: 2, ...said("second") },
        { id: "a", at: 9, seq: 3, ...said("third") },
      ]);
    },
  );
}
