import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import { expect } from "vitest";
import { type Case, dueEffects, effect, wants } from "./store-batch.ts";

/** What every store promises of effects: each key once, whatever the states on the way want. */
export function effectsContract(on: Case): void {
  wantingContract(on);
  endingContract(on);
}

function wantingContract(on: Case): void {
  on("a wanted effect is pending once, from its time on, with all that it carries", (store, to, batch) => {
    const carrying = { ...effect("a"), more: { deep: ["x"] } };
    const later = effect("b", { notBefore: 50 });
    store.append(batch(1, wants([carrying, later])));
    store.append(batch(1, wants([carrying, later])));
    const [due, ...more] = dueEffects(store, to, 10);
    expect(due).toMatchObject({ stream: to, key: "a", tries: 0, due: 5 });
    expect([due?.effect, more]).toEqual([carrying, []]);
    expect(dueEffects(store, to, 50).map((each) => each.key)).toEqual(["a", "b"]);
  });

  on("a command without events wants effects too", (store, to, batch) => {
    store.append(batch(0, wants([effect("a")])));
    expect(dueEffects(store, to)).toHaveLength(1);
  });

  on("due effects come oldest first, and those of one time in the order of wanting", (store, to, batch) => {
    const late = effect("late", { notBefore: 9 });
    store.append(batch(1, wants([late, effect("b"), effect("a")])));
    store.append(batch(1, wants([late, effect("b"), effect("a"), effect("early", { notBefore: 1 })])));
    expect(dueEffects(store, to).map((each) => each.key)).toEqual(["early", "b", "a", "late"]);
  });

  on("an effect that is wanted still stays as it is, with its tries and its time", (store, to, batch) => {
    store.append(batch(1, wants([effect("a")])));
    store.postponeEffect(to, "a", 3, 70, "no answer");
    store.append(batch(1, wants([effect("a", { notBefore: 9, kind: "other" })])));
    expect(dueEffects(store, to, 69)).toEqual([]);
    expect(dueEffects(store, to, 70)).toMatchObject([{ tries: 3, due: 70, effect: effect("a") }]);
  });

  on(
    "an effect that is no longer wanted is void, and pending again when it is wanted again",
    (store, to, batch) => {
      store.append(batch(1, wants([effect("a")])));
      store.append(batch(1, wants([])));
      expect(dueEffects(store, to)).toEqual([]);
      store.append(batch(1, wants([effect("a", { notBefore: 30 })])));
      expect(dueEffects(store, to, 29)).toEqual([]);
      expect(dueEffects(store, to, 30)).toMatchObject([{ key: "a", due: 30 }]);
    },
  );

  on("the effects of one stream say nothing about those of another", (store, to, batch) => {
    const other: StreamRef = { kind: "loop", id: `${to.id}0` };
    store.append(batch(1, wants([effect("a")])));
    store.append(batch(1, wants([]), other));
    expect(dueEffects(store, to)).toHaveLength(1);
    store.append(batch(1, { ...wants([effect("a")]), commandId: "more" }, other));
    store.settleEffect(to, "a", "done", "");
    expect([dueEffects(store, to), dueEffects(store, other)]).toMatchObject([[], [{ key: "a" }]]);
  });
}

function endingContract(on: Case): void {
  for (const end of ["done", "failed"] as const)
    on(`an effect that is ${end} does not come back, however often it is wanted`, (store, to, batch) => {
      store.append(batch(1, wants([effect("a")])));
      store.settleEffect(to, "a", end, "");
      store.append(batch(1, wants([effect("a")])));
      store.append(batch(1, wants([])));
      store.append(batch(1, wants([effect("a")])));
      expect(dueEffects(store, to)).toEqual([]);
    });

  on("an effect that is settled as void comes back when it is wanted again", (store, to, batch) => {
    store.append(batch(1, wants([effect("a")])));
    store.settleEffect(to, "a", "void", "nobody needs it");
    expect(dueEffects(store, to)).toEqual([]);
    store.append(batch(1, wants([effect("a")])));
    expect(dueEffects(store, to)).toHaveLength(1);
  });

  on("a postponed effect waits for its new time and counts its tries", (store, to, batch) => {
    store.append(batch(1, wants([effect("a")])));
    store.postponeEffect(to, "a", 2, 70, "no answer");
    expect(dueEffects(store, to, 69)).toEqual([]);
    expect(dueEffects(store, to, 70)).toMatchObject([{ key: "a", tries: 2, due: 70 }]);
  });

  on("settling or postponing what is not pending changes nothing", (store, to, batch) => {
    store.append(batch(1, wants([effect("gone"), effect("done")])));
    store.settleEffect(to, "done", "done", "");
    store.append(batch(1, wants([effect("done")])));
    store.settleEffect(to, "gone", "done", "");
    store.postponeEffect(to, "gone", 9, 9, "");
    store.postponeEffect(to, "done", 9, 9, "");
    store.settleEffect(to, "unknown", "done", "");
    expect(dueEffects(store, to)).toEqual([]);
    store.append(batch(1, wants([effect("gone"), effect("done"), effect("unknown")])));
    expect(dueEffects(store, to).map(({ key, tries }) => [key, tries])).toEqual([
      ["gone", 0],
      ["unknown", 0],
    ]);
  });
}
