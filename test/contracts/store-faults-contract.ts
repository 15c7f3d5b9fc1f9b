import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { initialRepository } from "@tamma/core/domain/repository/evolve.ts";
import { type FoldCache, handle } from "@tamma/core/engine/handle.ts";
import type { Store } from "@tamma/core/ports/store.ts";
import { expect, test } from "vitest";
import { repositoryMachine } from "../../workers/orchestrator/repository-machine.ts";
import { batchOf, effect, freshStream, type Sha256, seen, timer, wants } from "./store-batch.ts";

/** The single writes of a store, which can be made to fail. */
export interface Writes {
  /** Lets `n` more writes through; the one after them throws, and all that follow. Null: none throws. */
  breakAfter(n: number | null): void;
  /** Writes so far. */
  made(): number;
}

export interface FaultSubject {
  name: string;
  sha256: Sha256;
  withStore(work: (store: Store, writes: Writes) => void): Promise<void> | void;
}

/** What a store promises when its disk refuses: whichever write fails, nothing of the batch is there. */
export function storeFaultsContract({ name, sha256, withStore }: FaultSubject): void {
  const on = (title: string, work: (store: Store, writes: Writes, to: StreamRef) => void) =>
    test(`${name}: ${title}`, () => withStore((store, writes) => work(store, writes, freshStream())));

  on(
    "whichever write of a batch fails, nothing of it is there, and it can be sent again",
    (store, writes, to) => {
      const old = wants([effect("old"), effect("gone")], [timer("old", 7), timer("gone", 8)]);
      store.append(batchOf(sha256, store, to, 2, { ...old, commandId: "old" }));
      const before = seen(store, to, ["new"]);
      const wanted = wants([effect("old"), effect("new")], [timer("old", 9), timer("new", 9)]);
      const batch = batchOf(sha256, store, to, 3, { ...wanted, commandId: "new" });

      let broken = 0;
      for (; broken < 100; broken += 1) {
        writes.breakAfter(broken);
        const made = writes.made();
        try {
          store.append(batch);
          break;
        } catch (thrown) {
          expect(String(thrown)).toContain("the disk refuses");
          expect(writes.made() - made).toBe(broken);
        }
        writes.breakAfter(null);
        expect(seen(store, to, ["new"])).toEqual(before);
      }
      writes.breakAfter(null);
      // Three events, the command, effects and timers: each of them was refused once.
      expect(broken).toBeGreaterThanOrEqual(6);
      expect(seen(store, to, ["new"])).toMatchObject({ head: { seq: 5 }, answers: [{ seq: 5 }] });
    },
  );

  on("a write that fails after an append in the same transaction takes it away too", (store, writes, to) => {
    store.append(batchOf(sha256, store, to, 1, wants([effect("a")])));
    const before = seen(store, to, ["more"]);
    const failing = () =>
      store.transaction(() => {
        store.append(batchOf(sha256, store, to, 2, { ...wants([effect("a")]), commandId: "more" }));
        writes.breakAfter(0);
        store.settleEffect(to, "a", "done", "");
      });
    expect(failing).toThrow("the disk refuses");
    writes.breakAfter(null);
    expect(seen(store, to, ["more"])).toEqual(before);
  });

  on("a command that could not be written is decided anew when it comes again", (store, writes, to) => {
    const stream: StreamRef = { ...to, kind: "repository" };
    const host = {
      store,
      sha256,
      clock: { now: () => 1 },
      chance: { bytes: (count: number) => new Uint8Array(count), fraction: () => 0 },
    };
    const person = { kind: "person", id: "ann", authenticated: "local-token", ip: null } as const;
    const repository = { connection: "c", id: "r", name: "r", url: "/r", defaultBranch: "main" };
    const command = { type: "AddRepository", repository, config: {}, by: person } as const;
    const cache: FoldCache<typeof initialRepository> = new Map();
    const send = () =>
      handle(repositoryMachine, host, cache, {
        ...{ stream, command, commandId: "add", actor: person, correlationId: null },
      });
    writes.breakAfter(1);
    expect(send).toThrow("the disk refuses");
    writes.breakAfter(null);
    expect(send()).toMatchObject({ repeated: false, answer: { seq: 1, changed: true } });
    expect(send()).toMatchObject({ repeated: true, answer: { seq: 1, changed: true } });
    expect(store.read(stream, 0, 10)).toHaveLength(1);
  });
}
