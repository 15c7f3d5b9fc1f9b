import { genesisHash, seal } from "@tamma/core/domain/audit/chain.ts";
import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import { type Batch, type Store, VersionConflict } from "@tamma/core/ports/store.ts";
import { expect, test } from "vitest";

/**
 * What every store promises. `withStore` hands out a store for one test; a fresh stream keeps the tests
 * apart.
 */
export interface StoreSubject {
  name: string;
  /** SHA-256 in hex of a UTF-8 text. */
  sha256(text: string): string;
  withStore(work: (store: Store) => void): Promise<void> | void;
}

let streams = 0;

export function storeContract({ name, sha256, withStore }: StoreSubject): void {
  const stream = (): StreamRef => {
    streams += 1;
    return { kind: "loop", id: `plain-git/contract/${streams}#1` };
  };

  /** A batch of `count` events right behind the head, with whatever else is given. */
  function batch(store: Store, to: StreamRef, count: number, more: Partial<Batch> = {}): Batch {
    const head = store.head(to);
    const envelopes: Envelope[] = [];
    for (let n = 1; n <= count; n += 1) {
      const last = envelopes.at(-1);
      const rest = {
        id: crypto.randomUUID(),
        stream: to,
        seq: head.seq + n,
        at: 1_000 + head.seq + n,
        type: "Happened",
        version: 1,
        actor: { kind: "system", id: "test" } as const,
        correlationId: null,
        causationId: "c",
        payload: { n: head.seq + n, text: "words of a person" },
      };
      envelopes.push(seal(last?.hash ?? head.hash, rest, sha256));
    }
    return {
      stream: to,
      envelopes,
      commandId: `c${head.seq}`,
      said: { command: { type: "Do", words: "of a person" }, actor: { kind: "system", id: "test" } },
      answer: { seq: head.seq + count, changed: count > 0 },
      step: null,
      reaction: { effects: [], timers: [] },
      at: 5,
      ...more,
    };
  }

  const subject = (title: string, work: (store: Store, to: StreamRef) => void) =>
    test(`${name}: ${title}`, () => withStore((store) => work(store, stream())));

  subject("an unknown stream stands at 0 with the genesis hash", (store, to) => {
    expect(store.head(to)).toEqual({ seq: 0, hash: genesisHash, at: 0 });
    expect(store.read(to, 0, 10)).toEqual([]);
  });

  subject("what was appended is read back as it was, in order and in pages", (store, to) => {
    const first = batch(store, to, 3);
    store.append(first);
    const second = batch(store, to, 2);
    store.append(second);
    expect(store.read(to, 0, 10)).toEqual([...first.envelopes, ...second.envelopes]);
    expect(store.read(to, 1, 2)).toEqual(first.envelopes.slice(1));
    expect(store.head(to)).toEqual({ seq: 5, hash: second.envelopes[1]?.hash, at: 1_005 });
  });

  subject("an append that does not follow the head is refused and writes nothing", (store, to) => {
    const stale = batch(store, to, 1, { commandId: "stale" });
    store.append(batch(store, to, 2));
    expect(() => store.append(stale)).toThrow(VersionConflict);
    expect(store.head(to).seq).toBe(2);
    expect(store.answerOf(to, "stale")).toBeNull();
  });

  subject("an append that follows another event than the head is refused", (store, to) => {
    const other = batch(store, to, 2);
    store.append(batch(store, to, 1));
    const [, second] = other.envelopes;
    if (!second) throw new Error("the batch has two events");
    expect(() => store.append({ ...other, envelopes: [second] })).toThrow(VersionConflict);
  });

  subject("the answer of a command is kept under its id, also when nothing happened", (store, to) => {
    store.append(batch(store, to, 1, { commandId: "one" }));
    store.append(batch(store, to, 0, { commandId: "nothing" }));
    expect(store.answerOf(to, "one")).toEqual({ seq: 1, changed: true });
    expect(store.answerOf(to, "nothing")).toEqual({ seq: 1, changed: false });
    expect(store.answerOf(to, "never")).toBeNull();
  });

  subject(
    "accepted commands are kept in order with what they said, also those without events",
    (store, to) => {
      const said = (words: string) => ({
        said: { command: { type: "Do", words }, actor: { kind: "runner" as const, id: "r" } },
      });
      store.append(batch(store, to, 2, { commandId: "one", at: 7, ...said("first") }));
      store.append(batch(store, to, 0, { commandId: "nothing", at: 8, ...said("second") }));
      store.append(batch(store, to, 1, { commandId: "a", at: 9, ...said("third") }));
      expect(store.commands(to)).toEqual([
        { id: "one", at: 7, seq: 2, ...said("first") },
        { id: "nothing", at: 8, seq: 2, ...said("second") },
        { id: "a", at: 9, seq: 3, ...said("third") },
      ]);
    },
  );

  effects(subject, batch);
  timers(subject, batch);

  subject("a failed transaction leaves nothing behind", (store, to) => {
    const failing = () =>
      store.transaction(() => {
        store.append(batch(store, to, 1, { reaction: { effects: [{ key: "e", kind: "k" }], timers: [] } }));
        throw new Error("the power went out");
      });
    expect(failing).toThrow("the power went out");
    expect(store.head(to).seq).toBe(0);
    expect(store.commands(to)).toEqual([]);
    expect(store.dueEffects(100).filter((each) => each.stream.id === to.id)).toEqual([]);
  });
}

type Subject = (title: string, work: (store: Store, to: StreamRef) => void) => void;
type BatchOf = (store: Store, to: StreamRef, count: number, more?: Partial<Batch>) => Batch;

function effects(subject: Subject, batch: BatchOf): void {
  const wants = (...effects: Batch["reaction"]["effects"]) => ({ reaction: { effects, timers: [] } });
  const due = (store: Store, to: StreamRef, now: number) =>
    store.dueEffects(now).filter((each) => each.stream.id === to.id);

  subject("a wanted effect is pending once, from its time on, with all that it carries", (store, to) => {
    const carrying = { key: "a", kind: "k", more: { deep: ["x"] } };
    const later = { key: "b", kind: "k", notBefore: 50 };
    store.append(batch(store, to, 1, wants(carrying, later)));
    store.append(batch(store, to, 1, wants(carrying, later)));
    expect(due(store, to, 10).map((each) => each.effect)).toEqual([carrying]);
    expect(due(store, to, 50).map((each) => each.key)).toEqual(["a", "b"]);
  });

  subject("a settled effect does not come back, however often it is wanted", (store, to) => {
    store.append(batch(store, to, 1, wants({ key: "a", kind: "k" })));
    store.settleEffect(to, "a", "done", "");
    store.append(batch(store, to, 1, wants({ key: "a", kind: "k" })));
    expect(due(store, to, 100)).toEqual([]);
  });

  subject(
    "an effect that is no longer wanted is void, and pending again when it is wanted again",
    (store, to) => {
      store.append(batch(store, to, 1, wants({ key: "a", kind: "k" })));
      store.append(batch(store, to, 1, wants()));
      expect(due(store, to, 100)).toEqual([]);
      store.append(batch(store, to, 1, wants({ key: "a", kind: "k" })));
      expect(due(store, to, 100)).toHaveLength(1);
    },
  );

  subject("a postponed effect waits for its new time and counts its tries", (store, to) => {
    store.append(batch(store, to, 1, wants({ key: "a", kind: "k" })));
    store.postponeEffect(to, "a", 2, 70, "no answer");
    expect(due(store, to, 69)).toEqual([]);
    expect(due(store, to, 70)).toMatchObject([{ key: "a", tries: 2, due: 70 }]);
  });

  subject("settling an effect that is void changes nothing", (store, to) => {
    store.append(batch(store, to, 1, wants({ key: "a", kind: "k" })));
    store.append(batch(store, to, 1, wants()));
    store.settleEffect(to, "a", "done", "");
    store.append(batch(store, to, 1, wants({ key: "a", kind: "k" })));
    expect(due(store, to, 100)).toHaveLength(1);
  });

  subject("the effects of one stream say nothing about those of another", (store, to) => {
    const other: StreamRef = { kind: "loop", id: `${to.id}0` };
    store.append(batch(store, to, 1, wants({ key: "a", kind: "k" })));
    store.append(batch(store, other, 1, wants()));
    expect(due(store, to, 100)).toHaveLength(1);
    store.settleEffect(to, "a", "done", "");
  });
}

function timers(subject: Subject, batch: BatchOf): void {
  const timer = (key: string, due: number) => ({ key, timer: "remind", due });
  const wants = (...wanted: Batch["reaction"]["timers"]) => ({ reaction: { effects: [], timers: wanted } });
  const due = (store: Store, to: StreamRef, now: number) =>
    store
      .dueTimers(now)
      .filter((each) => each.stream.id === to.id)
      .map((each) => each.key);

  subject("a timer is due at its time, and gone when it is no longer wanted", (store, to) => {
    store.append(batch(store, to, 1, wants(timer("a", 20), timer("b", 30))));
    expect(due(store, to, 19)).toEqual([]);
    expect(due(store, to, 30)).toEqual(["a", "b"]);
    store.append(batch(store, to, 1, wants(timer("b", 30))));
    expect(due(store, to, 30)).toEqual(["b"]);
  });

  subject("a fired timer is silent until it is wanted at another time", (store, to) => {
    store.append(batch(store, to, 1, wants(timer("a", 20))));
    store.markFired(to, "a");
    store.append(batch(store, to, 1, wants(timer("a", 20))));
    expect(due(store, to, 100)).toEqual([]);
    store.append(batch(store, to, 1, wants(timer("a", 40))));
    expect(due(store, to, 40)).toEqual(["a"]);
  });

  subject(
    "the next time to wake is that of the earliest effect or timer that is not under way",
    (store, to) => {
      const reaction = { effects: [{ key: `${to.id} e`, kind: "k", notBefore: 3 }], timers: [timer("a", 4)] };
      store.append(batch(store, to, 1, { reaction }));
      expect(store.nextDue(new Set())).toBe(3);
      expect(store.nextDue(new Set([`${to.id} e`]))).toBe(4);
      store.append(batch(store, to, 1));
    },
  );
}
