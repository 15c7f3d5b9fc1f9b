import { genesisHash, seal } from "@tamma/core/domain/audit/chain.ts";
import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import { expect, test } from "vitest";
import type { SealedRow } from "../../workers/orchestrator/event-row.ts";
import { CopyConflict, exactly, type LogCopy, runsOf } from "../../workers/orchestrator/log-copy.ts";
import type { ObjectStore } from "../../workers/orchestrator/object-store.ts";

export interface CopiedStoreSubject {
  name: string;
  sha256(text: string): string;
  /** A store of an object and the copy of all logs; streams of other tests may be in the copy too. */
  withCopy(work: (store: ObjectStore, copy: LogCopy) => Promise<void>): Promise<void>;
}

let streams = 0;

/** What the copy of the logs promises, and what a store does for it and with it. */
export function copiedStoreContract({ name, sha256, withCopy }: CopiedStoreSubject): void {
  const subject = (title: string, work: (at: At) => Promise<void>) =>
    test(`${name}: ${title}`, () =>
      withCopy(async (store, copy) => {
        streams += 1;
        const stream: StreamRef = { kind: "loop", id: `copy/contract/${streams}#1` };
        await work({
          ...{ store, copy, stream },
          grow: (count, text = "", reaction = nothingWanted) => {
            const { seq, hash } = store.head(stream);
            const id = `c-${text}-${seq}`;
            const envelopes = envelopesOf({ stream, seq, hash, count, id, text }, sha256);
            const said = { command: {}, actor: { kind: "system", id: "test" } as const };
            const answer = { seq: seq + count, changed: true };
            store.append({ stream, envelopes, commandId: id, said, answer, step: null, reaction, at: 1 });
          },
        });
      }));

  subject(
    "rows that follow are added once, and are read back as they are",
    async ({ store, copy, stream, grow }) => {
      grow(3);
      const rows = store.unflushed(10);
      await copy.append(rows.slice(0, 2));
      await copy.append(rows);
      expect((await copy.rows(stream.id)).map(({ seq, hash }) => [seq, hash])).toEqual(
        rows.map(({ seq, hash }) => [seq, hash]),
      );
      expect(store.open((await copy.rows(stream.id))[1] as SealedRow)).toEqual(store.read(stream, 1, 1)[0]);
      expect(await copy.heads(exactly(stream.id))).toEqual([{ stream, seq: 3, hash: rows[2]?.hash }]);
      expect(await copy.heads(runsOf(stream.id.slice(0, -2)))).toHaveLength(1);
      expect(await copy.heads(exactly(`${stream.id}0`))).toEqual([]);
      expect(await copy.hashAt(stream.id, 2)).toBe(rows[1]?.hash);
      expect(await copy.hashAt(stream.id, 4)).toBeNull();
      expect(await copy.streams()).toContainEqual(stream);
    },
  );

  subject(
    "a gap and a fork are refused, and nothing of their batch is added",
    async ({ store, copy, stream, grow }) => {
      grow(3);
      const rows = store.unflushed(10);
      await expect(copy.append([rows[0] as SealedRow, rows[2] as SealedRow])).rejects.toThrow(CopyConflict);
      expect(await copy.rows(stream.id)).toEqual([]);
      await copy.append(rows.slice(0, 2));
      const other = { ...(rows[1] as SealedRow), hash: "f".repeat(64) };
      await expect(copy.append([other])).rejects.toThrow(CopyConflict);
      const astray = { ...(rows[2] as SealedRow), prev_hash: "f".repeat(64) };
      await expect(copy.append([astray])).rejects.toThrow(CopyConflict);
      expect(await copy.rows(stream.id)).toHaveLength(2);
    },
  );

  subject("what is not marked as copied is handed out again", async ({ store, stream, grow }) => {
    grow(3);
    expect(store.unflushed(2).map(({ seq }) => seq)).toEqual([1, 2]);
    store.markFlushed(stream.id, 2);
    expect(store.unflushed(9).map(({ seq }) => seq)).toEqual([3]);
    expect(store.unflushedStreams()).toEqual([stream.id]);
    store.markFlushed(stream.id, 1);
    expect(store.unflushedCount()).toBe(2);
    expect(store.streams()).toEqual([{ stream, flushed: 1 }]);
    expect(store.hashAt(stream.id, 3)).toBe(store.head(stream).hash);
  });

  subject(
    "a held stream takes no event, hands nothing out and wakes nobody until it is released",
    async (at) => {
      const { store, stream, grow } = at;
      grow(2, "", { effects: [{ key: "e", kind: "k" }], timers: [{ key: "t", timer: "remind", due: 3 }] });
      store.hold(stream.id, "because", 5);
      expect(() => grow(1)).toThrow("because");
      expect(store.heldWhy(stream.id)).toBe("because");
      expect(store.held()).toEqual([{ stream: stream.id, why: "because" }]);
      expect([store.unflushed(9), store.dueEffects(99), store.dueTimers(99)]).toEqual([[], [], []]);
      expect(store.nextDue(new Set())).toBeNull();
      store.release(stream.id);
      expect(store.dueEffects(99)).toHaveLength(1);
      expect(store.nextDue(new Set())).not.toBeNull();
    },
  );

  subject("the log of the copy can take the place of the object's own, which is set aside", async (at) => {
    const { store, copy, stream, grow } = at;
    grow(3, "first");
    await copy.append(store.unflushed(9));
    const rows = await copy.rows(stream.id);
    const { added, setAside } = await readopt(at, rows);
    expect({ added, setAside }).toEqual({ added: 1, setAside: 2 });
    expect(store.read(stream, 0, 9).map(({ hash }) => hash)).toEqual(rows.map(({ hash }) => hash));
    expect(store.answerOf(stream, "c-other-2")).toBeNull();
    expect(store.answerOf(stream, rows[2]?.causation ?? "")).toEqual({ seq: 3, changed: true });
    expect(store.streams()).toEqual([{ stream, flushed: 3 }]);
    expect(store.heldWhy(stream.id)).toBeNull();
  });
}

interface At {
  store: ObjectStore;
  copy: LogCopy;
  stream: StreamRef;
  grow(count: number, text?: string, reaction?: Parameters<ObjectStore["append"]>[0]["reaction"]): void;
}

/** The object goes on from two events with two of its own, and is then given the copy's three. */
async function readopt(
  { store, stream, grow }: At,
  rows: SealedRow[],
): Promise<{ added: number; setAside: number }> {
  store.adopt(stream, rows.slice(0, 2), 1);
  grow(2, "other");
  store.hold(stream.id, "a fork", 1);
  return store.adopt(stream, rows, 9);
}

const nothingWanted = { effects: [], timers: [] };

function envelopesOf(
  to: { stream: StreamRef; seq: number; hash: string; count: number; id: string; text: string },
  sha256: (text: string) => string,
): Envelope[] {
  const { stream, id, text } = to;
  const sealed: Envelope[] = [];
  for (let seq = to.seq + 1; seq <= to.seq + to.count; seq += 1) {
    const rest = {
      ...{ id: crypto.randomUUID(), stream, seq, at: seq, type: "Happened", version: 1 },
      ...{ actor: { kind: "system", id: "test" } as const, correlationId: null, causationId: id },
      payload: { text },
    };
    const before = sealed.at(-1)?.hash ?? (to.seq === 0 ? genesisHash : to.hash);
    sealed.push(seal(before, rest, sha256));
  }
  return sealed;
}
