import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import { expect } from "vitest";
import { type Case, dueTimers, effect, timer, wants } from "./store-batch.ts";

/** What every store promises of timers, and of the time at which its host must wake. */
export function timersContract(on: Case): void {
  on("a timer is due at its time, and gone when it is no longer wanted", (store, to, batch) => {
    store.append(batch(1, wants([], [timer("b", 30), timer("a", 20)])));
    expect(dueTimers(store, to, 19)).toEqual([]);
    expect(dueTimers(store, to, 30)).toEqual(["a", "b"]);
    expect(store.dueTimers(20)).toContainEqual({ stream: to, key: "a", timer: "remind", due: 20 });
    store.append(batch(1, wants([], [timer("b", 30)])));
    expect(dueTimers(store, to, 30)).toEqual(["b"]);
  });

  on("a fired timer is silent until it is wanted at another time", (store, to, batch) => {
    store.append(batch(1, wants([], [timer("a", 20)])));
    store.markFired(to, "a");
    expect(dueTimers(store, to)).toEqual([]);
    store.append(batch(1, wants([], [timer("a", 20)])));
    expect(dueTimers(store, to)).toEqual([]);
    store.append(batch(1, wants([], [timer("a", 40)])));
    expect(dueTimers(store, to, 39)).toEqual([]);
    expect(dueTimers(store, to, 40)).toEqual(["a"]);
  });

  on("a timer that fired and was gone for a while counts anew", (store, to, batch) => {
    store.append(batch(1, wants([], [timer("a", 20)])));
    store.markFired(to, "a");
    store.append(batch(1, wants([])));
    store.append(batch(1, wants([], [timer("a", 20)])));
    expect(dueTimers(store, to, 20)).toEqual(["a"]);
  });

  on("a timer that waits is moved when it is wanted at another time", (store, to, batch) => {
    store.append(batch(1, wants([], [timer("a", 20)])));
    store.append(batch(1, wants([], [timer("a", 50)])));
    expect(dueTimers(store, to, 49)).toEqual([]);
    expect(dueTimers(store, to, 50)).toEqual(["a"]);
  });

  on("the timers of one stream say nothing about those of another", (store, to, batch) => {
    const other: StreamRef = { kind: "loop", id: `${to.id}0` };
    store.append(batch(1, wants([], [timer("a", 20)])));
    store.append(batch(1, wants([], [timer("a", 20)]), other));
    store.markFired(other, "a");
    expect([dueTimers(store, to), dueTimers(store, other)]).toEqual([["a"], []]);
    store.append(batch(1, { ...wants([]), commandId: "more" }, other));
    expect(dueTimers(store, to)).toEqual(["a"]);
    store.append(batch(1, wants([])));
  });

  on("with nothing pending there is no time to wake", (store, to, batch) => {
    store.append(batch(1, wants([effect(`${to.id} e`)], [timer("t", 2)])));
    store.settleEffect(to, `${to.id} e`, "done", "");
    store.markFired(to, "t");
    expect(store.nextDue(new Set())).toBeNull();
    store.append(batch(1, wants([])));
    expect(store.nextDue(new Set())).toBeNull();
  });

  on("the next time to wake is that of the earliest effect or timer not under way", (store, to, batch) => {
    const key = `${to.id} e`;
    store.append(batch(1, wants([effect(key, { notBefore: 3 })], [timer("a", 4)])));
    expect(store.nextDue(new Set())).toBe(3);
    expect(store.nextDue(new Set([key]))).toBe(4);
    store.postponeEffect(to, key, 1, 6, "");
    expect(store.nextDue(new Set())).toBe(4);
    store.markFired(to, "a");
    expect(store.nextDue(new Set())).toBe(6);
    expect(store.nextDue(new Set([key]))).toBeNull();
    store.append(batch(1, wants([])));
  });
}
