import { genesisHash } from "@tamma/core/domain/audit/chain.ts";
import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import { expect, test } from "vitest";
import { Disk } from "../../test/memory/disk.ts";
import { memoryCopy } from "../../test/memory/log-copy.ts";
import { memoryObjectStore } from "../../test/memory/store.ts";
import { exactly, type LogCopy } from "./log-copy.ts";
import type { ObjectStore } from "./object-store.ts";
import { d1Outbox } from "./outbox.ts";

const stream: StreamRef = { kind: "loop", id: "plain-git/outbox/1#1" };
/** Whoever waits is waited for: the time passes at once. */
function quickClock() {
  let at = 1_000;
  const after = (ms: number, work: () => void) => {
    at += ms;
    queueMicrotask(work);
    return () => {};
  };
  const ended: string[] = [];
  return { now: () => at, fraction: () => 0.5, after, ended, end: (why: string) => void ended.push(why) };
}

function append(store: ObjectStore): void {
  const { seq, hash } = store.head(stream);
  const actor = { kind: "system", id: "test" } as const;
  const envelope = {
    ...{ id: `e${seq + 1}`, stream, seq: seq + 1, at: seq + 1, type: "Happened", version: 1, actor },
    ...{ correlationId: null, causationId: `c${seq}`, payload: {} },
    ...{ prevHash: seq === 0 ? genesisHash : hash, hash: String(seq + 1).padStart(64, "a") },
  };
  const answer = { seq: seq + 1, changed: true };
  const reaction = { effects: [], timers: [] };
  const said = { command: {}, actor };
  const batch = { stream, envelopes: [envelope], commandId: `c${seq}`, said, answer, step: null };
  store.append({ ...batch, reaction, at: seq + 1 });
}

/** Far more turns of the microtask queue than a flush of one row has. */
const turnsMax = 40;

test.each(Array.from({ length: turnsMax }, (_, turn) => turn))(
  "an event that comes %d microtasks after a flush began is copied by it or by the next one",
  async (turn) => {
    const store = memoryObjectStore(new Disk());
    const outbox = d1Outbox(memoryCopy(), store, () => exactly(stream.id), quickClock());
    append(store);
    const first = outbox.flush();
    for (let passed = 0; passed < turn; passed += 1) await null;
    append(store);
    await outbox.flush();
    await first;
    expect(store.unflushedCount()).toBe(0);
  },
);

test.each(["the disk is full", "the disk takes writes"])(
  "an older copy that cannot write down what D1 says ends its instance: %s",
  async (how) => {
    const disk = new Disk();
    const store = memoryObjectStore(disk);
    const copy = memoryCopy();
    const clock = quickClock();
    append(store);
    const older = disk.snapshot();
    append(store);
    await d1Outbox(copy, store, () => exactly(stream.id), clock).flush();
    disk.restore(older);
    disk.refuse = () => {
      if (how === "the disk is full") throw new Error("SQLITE_FULL");
    };
    await d1Outbox(copy, store, () => exactly(stream.id), clock).lookOnce();
    expect(clock.ended.length).toBe(how === "the disk is full" ? 1 : 0);
    disk.refuse = () => {};
    await d1Outbox(copy, store, () => exactly(stream.id), clock).lookOnce();
    expect(store.heldWhy(stream.id)).toContain("an older copy");
    expect(() => append(store)).toThrow("does not go on");
  },
);

test("whoever arms the alarm during a flush knows when to look again, should it be cut", async () => {
  const store = memoryObjectStore(new Disk());
  const answer = Promise.withResolvers<void>();
  const slow: LogCopy = { ...memoryCopy(), append: () => answer.promise };
  const clock = quickClock();
  const outbox = d1Outbox(slow, store, () => exactly(stream.id), clock);
  append(store);
  expect(outbox.nextAt()).toBeNull();
  const flushed = outbox.flush();
  expect(outbox.nextAt()).toBeGreaterThan(clock.now());
  answer.resolve();
  await flushed;
  expect(outbox.nextAt()).toBeNull();
});
