import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import { type Batch, type Store, VersionConflict } from "@tamma/core/ports/store.ts";
import { expect, test } from "vitest";
import { batchOf, dueEffects, effect, freshStream, type Sha256, seen, timer, wants } from "./store-batch.ts";

/** Rows that outlive the instances of the store on them. */
export interface Place {
  /** Runs `work` on a new instance over the rows. What it throws comes out as it is. */
  open<T>(work: (store: Store) => T): Promise<T>;
  /** Ways in which the process around the rows ends, by name; the rows stay. */
  ends: Readonly<Record<string, () => Promise<void>>>;
}

export interface SurvivalSubject {
  name: string;
  sha256: Sha256;
  /** Fresh rows. */
  place(): Place;
}

/**
 * What a store promises whose rows outlive it: nothing that was accepted is lost or doubled when the
 * instance, or the whole process, is another one. A store in memory has no such rows.
 */
export function storeSurvivalContract({ name, sha256, place }: SurvivalSubject): void {
  const on = (title: string, work: (place: Place, to: StreamRef) => Promise<void>) =>
    test(`${name}: ${title}`, () => work(place(), freshStream()));
  const batch = (store: Store, to: StreamRef, count: number, more: Partial<Batch> = {}) =>
    batchOf(sha256, store, to, count, more);

  for (const end of ["a new instance", ...Object.keys(place().ends)])
    on(`${end} finds log, answers, effects and timers as they were`, async (rows, to) => {
      const before = await rows.open((store) => {
        lived(store, to, batch);
        return { all: seen(store, to, ["first", "nothing"]), next: store.nextDue(new Set()) };
      });
      expect(before.all).toMatchObject({ head: { seq: 3 }, effects: [{ key: "tried" }], timers: ["waits"] });
      await rows.ends[end]?.();
      await rows.open((store) => {
        expect(seen(store, to, ["first", "nothing"])).toEqual(before.all);
        expect(store.nextDue(new Set())).toBe(before.next);
      });
    });

  on("what was settled, void or fired before stays so, and what comes goes on behind", async (rows, to) => {
    await rows.open((store) => lived(store, to, batch));
    await rows.open((store) => {
      const again = ["done", "gone", "tried"].map((key) => effect(key));
      const more = { ...wants(again, [timer("fired", 20), timer("waits", 30)]), commandId: "later" };
      store.append(batch(store, to, 1, more));
      expect(store.head(to).seq).toBe(4);
      expect(dueEffects(store, to).map(({ key, tries }) => [key, tries])).toEqual([
        ["gone", 0],
        ["tried", 2],
      ]);
      expect(store.dueTimers(100).map((each) => each.key)).toEqual(["waits"]);
    });
  });

  on("of two instances that decided on the same head only the first one writes", async (rows, to) => {
    await rows.open((store) => store.append(batch(store, to, 1)));
    const stale = await rows.open((store) => batch(store, to, 1, { commandId: "stale" }));
    await rows.open((store) => store.append(batch(store, to, 1, { commandId: "first" })));
    await rows.open((store) => {
      expect(() => store.append(stale)).toThrow(VersionConflict);
      expect([store.head(to).seq, store.answerOf(to, "stale")]).toEqual([2, null]);
    });
  });

  on("what a failed transaction wrote is not there for the next instance either", async (rows, to) => {
    const cut = rows.open((store) =>
      store.transaction(() => {
        store.append(batch(store, to, 2, { ...wants([effect("a")]), commandId: "cut" }));
        throw new Error("the power went out");
      }),
    );
    await expect(cut).rejects.toThrow("the power went out");
    await rows.open((store) => {
      expect(seen(store, to, ["cut"])).toMatchObject({ head: { seq: 0 }, commands: [], effects: [] });
      expect(store.answerOf(to, "cut")).toBeNull();
    });
  });
}

/** A stream that has seen something of everything. */
function lived(
  store: Store,
  to: StreamRef,
  batch: (store: Store, to: StreamRef, count: number, more?: Partial<Batch>) => Batch,
): void {
  const timers = [timer("fired", 20), timer("waits", 30), timer("dropped", 10)];
  const first = ["done", "gone", "tried"].map((key) => effect(key));
  store.append(batch(store, to, 2, { ...wants(first, timers), commandId: "first" }));
  store.settleEffect(to, "done", "done", "");
  store.postponeEffect(to, "tried", 2, 40, "no answer");
  store.markFired(to, "fired");
  const kept = wants([effect("tried")], timers.slice(0, 2));
  store.append(batch(store, to, 1, { ...kept, commandId: "second" }));
  store.append(batch(store, to, 0, { ...kept, commandId: "nothing" }));
}
