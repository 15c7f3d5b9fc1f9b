import type { WantedEffect, WantedTimer } from "@tamma/core/ports/store.ts";
import { expect } from "vitest";
import { type Case, dueEffects, dueTimers, effect, seen, timer, wants } from "./store-batch.ts";

/** Reading its key fails, as if the process had been cut off in the middle of a batch. */
const poisoned = {
  kind: "k",
  timer: "remind",
  due: 1,
  get key(): string {
    throw new Error("the power went out");
  },
};

/** What every store promises of writes that belong together. */
export function togetherContract(on: Case): void {
  batchesContract(on);
  nestingContract(on);
}

function batchesContract(on: Case): void {
  const effects: WantedEffect[] = [effect("new"), poisoned];
  const timers: WantedTimer[] = [timer("new", 9), poisoned];
  for (const [where, reaction] of [
    ["effects", wants(effects)],
    ["timers", wants([effect("new")], timers)],
  ] as const)
    on(`a batch that breaks off within its ${where} leaves nothing`, (store, to, batch) => {
      store.append(batch(2, wants([effect("old")], [timer("old", 7)])));
      const before = seen(store, to, ["broken"]);
      const broken = batch(2, { ...reaction, commandId: "broken" });
      expect(() => store.append(broken)).toThrow("the power went out");
      expect(seen(store, to, ["broken"])).toEqual(before);
      store.append({ ...broken, ...wants([effect("old")]) });
      expect(store.head(to).seq).toBe(4);
    });

  on("a failed transaction leaves nothing behind", (store, to, batch) => {
    store.append(batch(1, wants([effect("a"), effect("b")], [timer("t", 4)])));
    const before = seen(store, to, ["new"]);
    const failing = () =>
      store.transaction(() => {
        store.append(batch(1, { ...wants([effect("b"), effect("c")]), commandId: "new" }));
        store.settleEffect(to, "b", "done", "");
        store.postponeEffect(to, "c", 1, 1, "");
        throw new Error("the power went out");
      });
    expect(failing).toThrow("the power went out");
    expect(seen(store, to, ["new"])).toEqual(before);
    expect(() =>
      store.transaction(() => {
        store.markFired(to, "t");
        throw new Error("again");
      }),
    ).toThrow("again");
    expect(dueTimers(store, to)).toEqual(["t"]);
  });
}

function nestingContract(on: Case): void {
  on("a transaction gives what its work gives, and its writes are seen at once", (store, to, batch) => {
    const seq = store.transaction(() => {
      store.append(batch(2));
      return store.head(to).seq;
    });
    expect(seq).toBe(2);
  });

  on("a transaction within a failed one is undone with it", (store, to, batch) => {
    const failing = () =>
      store.transaction(() => {
        store.transaction(() => store.append(batch(1, { ...wants([effect("a")]), commandId: "in" })));
        throw new Error("late");
      });
    expect(failing).toThrow("late");
    expect([store.head(to).seq, store.answerOf(to, "in"), dueEffects(store, to)]).toEqual([0, null, []]);
  });

  on("a failed transaction within one that goes on takes only its own writes away", (store, to, batch) => {
    store.transaction(() => {
      store.append(batch(1, { ...wants([effect("kept")]), commandId: "before" }));
      expect(() =>
        store.transaction(() => {
          store.append(batch(1, { ...wants([effect("lost")]), commandId: "inner" }));
          throw new Error("inner");
        }),
      ).toThrow("inner");
      expect(store.head(to).seq).toBe(1);
      store.append(batch(1, { ...wants([effect("kept"), effect("more")]), commandId: "after" }));
    });
    expect(store.commands(to).map((one) => one.id)).toEqual(["before", "after"]);
    expect(dueEffects(store, to).map((one) => one.key)).toEqual(["kept", "more"]);
  });

  on("what was undone is counted, within another transaction too", (store, _to, batch) => {
    const fail = () => {
      throw new Error("the power went out");
    };
    const before = store.undone();
    store.transaction(() => store.append(batch(1)));
    expect(store.undone()).toBe(before);
    expect(() => store.transaction(fail)).toThrow("the power went out");
    const once = store.undone();
    expect(once).toBeGreaterThan(before);
    store.transaction(() => expect(() => store.transaction(fail)).toThrow("the power went out"));
    expect(store.undone()).toBeGreaterThan(once);
  });
}
