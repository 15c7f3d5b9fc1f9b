import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Store } from "@tamma/core/ports/store.ts";
import type { StreamReport } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { batchOf, dueEffects, effect, freshStream, type Sha256, seen, timer, wants } from "./store-batch.ts";

/** A store that knows which of its streams may not grow, and what was not copied yet. */
export interface CopiedStore extends Store {
  heldWhy(stream: string): string | null;
  unflushedCount(): number;
}

/** One object with a single stream, and the copy of all logs that it writes to. */
export interface CopiedObject {
  /** Runs `work` on a new instance over the object's rows. */
  open<T>(work: (store: CopiedStore) => T): Promise<T>;
  /** Keeps the rows as they are now, outside of the object. */
  keep(): Promise<void>;
  /** As if the object's file had been replaced by what was kept, while it was down. */
  putBack(): Promise<void>;
  /** What the object does when it wakes: it asks the copy once. Never throws, answer or not. */
  wake(): Promise<void>;
  /** Copies until nothing is left, or the copy refuses. Never throws. */
  flush(): Promise<void>;
  /** The command of a person. Once a log was rebuilt, its state wants the effect `rebuilt`. */
  reconcile(setAside: boolean): Promise<StreamReport[]>;
  /** Whether the copy answers from now on. */
  answers(yes: boolean): void;
  /** Events that were given up for those of the copy. */
  setAside(): Promise<number>;
}

export interface RestoreSubject {
  name: string;
  sha256: Sha256;
  object(stream: StreamRef): CopiedObject;
}

/** What an object promises whose rows were put back to older ones: it does not go on beside what happened. */
export function storeRestoreContract(subject: RestoreSubject): void {
  const on = (title: string, work: (object: CopiedObject, to: StreamRef) => Promise<void>) =>
    test(`${subject.name}: ${title}`, () => {
      const stream = freshStream();
      return work(subject.object(stream), stream);
    });
  const grow = (object: CopiedObject, to: StreamRef, count: number, id: string) =>
    object.open((store) => {
      const wanted = wants([effect("e")], [timer("t", 9)]);
      store.append(batchOf(subject.sha256, store, to, count, { ...wanted, commandId: id }));
      return seen(store, to, ["before", "after"]);
    });

  /** Three events, kept; two more, copied; then the three put back. */
  async function behind(object: CopiedObject, to: StreamRef): Promise<unknown> {
    await grow(object, to, 3, "before");
    await object.flush();
    await object.keep();
    const ahead = await grow(object, to, 2, "after");
    await object.flush();
    await object.putBack();
    return ahead;
  }

  standingTests(on, grow);
  heldTests(on, behind, grow);
  rebuildTests(on, behind, grow);

  on("a command that changed nothing before the rebuild is heard anew after it", async (object, to) => {
    await behind(object, to);
    // The copy is silent when the object wakes: nobody says that it is an older one.
    await object.open((store) => store.append({ ...emptyBatch(to), commandId: "nothing to do yet" }));
    await object.wake();
    expect(await object.reconcile(false)).toMatchObject([{ outcome: "rebuilt" }]);
    expect(await object.open((store) => store.answerOf(to, "nothing to do yet"))).toBeNull();
    expect(await object.open((store) => store.answerOf(to, "before"))).not.toBeNull();
  });
}

type On = (title: string, work: (object: CopiedObject, to: StreamRef) => Promise<void>) => void;
type Grow = (object: CopiedObject, to: StreamRef, count: number, id: string) => Promise<unknown>;
type Behind = (object: CopiedObject, to: StreamRef) => Promise<unknown>;

const held = (object: CopiedObject, to: StreamRef) => object.open((store) => store.heldWhy(to.id));

function standingTests(on: On, grow: Grow): void {
  on("an object that is as far as its copy is said to be equal, and nothing is held", async (object, to) => {
    await grow(object, to, 3, "before");
    await object.flush();
    await object.wake();
    expect(await held(object, to)).toBeNull();
    expect(await object.reconcile(false)).toMatchObject([{ outcome: "equal", object: 3, d1: 3 }]);
  });

  on("a copy that lags gets what it lacks", async (object, to) => {
    await grow(object, to, 3, "before");
    await object.wake();
    expect(await object.open((store) => store.unflushedCount())).toBe(3);
    expect(await object.reconcile(false)).toMatchObject([{ outcome: "copied", object: 3, d1: 0 }]);
    expect(await object.open((store) => store.unflushedCount())).toBe(0);
  });

  on("a copy that does not answer keeps no object from going on", async (object, to) => {
    await grow(object, to, 1, "before");
    object.answers(false);
    await object.wake();
    await grow(object, to, 1, "after");
    await object.flush();
    expect(await object.open((store) => [store.head(to).seq, store.unflushedCount()])).toEqual([2, 2]);
    await expect(object.reconcile(false)).rejects.toThrow();
    object.answers(true);
    await object.flush();
    expect(await object.reconcile(false)).toMatchObject([{ outcome: "equal", object: 2, d1: 2 }]);
  });
}

function heldTests(on: On, behind: Behind, grow: Grow): void {
  on("an older copy of the object is held: it takes no command and performs nothing", async (object, to) => {
    await behind(object, to);
    await object.wake();
    expect(await held(object, to)).toContain("an older copy of the object was put back");
    await object.open((store) => {
      expect(() => store.append({ ...emptyBatch(to), commandId: "new" })).toThrow("does not go on");
      expect([store.head(to).seq, store.answerOf(to, "new")]).toEqual([3, null]);
      expect(store.read(to, 0, 10)).toHaveLength(3);
      expect(dueEffects(store, to)).toEqual([]);
      expect(store.dueTimers(1_000)).toEqual([]);
      expect(store.nextDue(new Set())).toBeNull();
    });
  });

  on("the mark outlives a restart, also while the copy does not answer", async (object, to) => {
    await behind(object, to);
    await object.wake();
    object.answers(false);
    await object.wake();
    expect(await held(object, to)).not.toBeNull();
  });

  on("an object that went on while the copy was silent is held by its next flush", async (object, to) => {
    await behind(object, to);
    object.answers(false);
    await object.wake();
    await grow(object, to, 1, "own");
    await object.flush();
    expect(await held(object, to)).toBeNull();
    object.answers(true);
    await object.flush();
    expect(await held(object, to)).toContain("they differ");
    await expect(grow(object, to, 1, "more")).rejects.toThrow("does not go on");
  });
}

function rebuildTests(on: On, behind: Behind, grow: Grow): void {
  on("a held log is rebuilt from its copy, with its answers, and goes on", async (object, to) => {
    const ahead = (await behind(object, to)) as { events: unknown; head: unknown };
    await object.wake();
    expect(await object.reconcile(false)).toMatchObject([{ outcome: "rebuilt", object: 3, d1: 5 }]);
    expect(await held(object, to)).toBeNull();
    await object.open((store) => {
      expect(seen(store, to)).toMatchObject({ events: ahead.events, head: ahead.head });
      // The command is known by its events alone, so it cannot be sent once more.
      expect(store.answerOf(to, "c")).toMatchObject({ changed: true });
      expect(dueEffects(store, to).map((each) => each.key)).toEqual(["rebuilt"]);
    });
    await grow(object, to, 1, "later");
    await object.flush();
    expect(await object.reconcile(false)).toMatchObject([{ outcome: "equal", object: 6, d1: 6 }]);
  });

  on("an object that lost everything gets all of it back", async (object, to) => {
    await object.keep();
    const full = (await grow(object, to, 4, "before")) as { events: unknown };
    await object.flush();
    await object.putBack();
    await object.wake();
    expect(await object.reconcile(false)).toMatchObject([{ outcome: "rebuilt", object: 0, d1: 4 }]);
    expect(await object.open((store) => store.read(to, 0, 10))).toEqual(full.events);
  });

  on("a fork is rebuilt only on demand, and its own events are set aside", async (object, to) => {
    const ahead = (await behind(object, to)) as { events: unknown };
    const own = (await grow(object, to, 3, "own")) as { events: unknown };
    await object.flush();
    expect(await held(object, to)).toContain("they differ");
    expect(await object.reconcile(false)).toMatchObject([{ outcome: "refused", object: 6, d1: 5 }]);
    expect(await object.open((store) => store.read(to, 0, 10))).toEqual(own.events);

    expect(await object.reconcile(true)).toMatchObject([{ outcome: "rebuilt", object: 6, d1: 5 }]);
    expect(await object.open((store) => store.read(to, 0, 10))).toEqual(ahead.events);
    expect(await object.setAside()).toBe(3);
    expect(await object.open((store) => store.answerOf(to, "own"))).toBeNull();
  });
}

/** A command that finds nothing to do. */
function emptyBatch(stream: StreamRef) {
  const actor = { kind: "system", id: "test" } as const;
  return {
    ...{ stream, envelopes: [], said: { command: {}, actor }, answer: { seq: 3, changed: false } },
    ...{ step: null, reaction: { effects: [], timers: [] }, at: 5 },
  };
}
