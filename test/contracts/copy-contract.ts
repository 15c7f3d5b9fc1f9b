import { genesisHash } from "@tamma/core/domain/audit/chain.ts";
import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import { expect, test } from "vitest";
import type { SealedRow } from "../../workers/orchestrator/event-row.ts";
import { CopyConflict, exactly, type LogCopy } from "../../workers/orchestrator/log-copy.ts";
import { freshStream, type Sha256, sealedEvents } from "./store-batch.ts";

export interface CopySubject {
  name: string;
  sha256: Sha256;
  /** May be the same one for all tests: each uses streams of its own. */
  copy(): LogCopy;
}

/** `count` rows from `from` on; other `words` give other rows with other hashes. */
export function sealedRows(
  stream: StreamRef,
  sha256: Sha256,
  { from = 1, count, prevHash = genesisHash }: { from?: number; count: number; prevHash?: string },
): SealedRow[] {
  return sealedEvents(stream, { from, count, prevHash }, sha256).map((envelope) => ({
    ...{ stream: stream.id, kind: stream.kind, seq: envelope.seq, id: envelope.id, at: envelope.at },
    ...{ type: envelope.type, version: envelope.version, actor: JSON.stringify(envelope.actor) },
    ...{ correlation: envelope.correlationId, causation: envelope.causationId, step: "plan", key_id: "k" },
    // Sealed bytes are no text: all of them must come back as they were.
    payload: Uint8Array.from([0, 255, 128, envelope.seq]).buffer,
    ...{ prev_hash: envelope.prevHash, hash: envelope.hash },
  }));
}

/** A row of `seq` behind `prevHash`, which may be nobody's. */
export function rowAt(stream: StreamRef, sha256: Sha256, seq: number, prevHash: string): SealedRow {
  const [row] = sealedRows(stream, sha256, { from: seq, count: 1, prevHash });
  if (!row) throw new Error("one row was asked for");
  return row;
}

type On = (title: string, work: (copy: LogCopy, to: StreamRef) => Promise<void>) => void;

/**
 * What a copy of all logs promises: rows in order, all of a batch or none, no gap and no fork, and nothing
 * that was taken ever changes. It defends itself: its writer may be an object whose own log is not what it
 * was.
 */
export function copyContract({ name, sha256, copy }: CopySubject): void {
  const on: On = (title, work) => test(`${name}: ${title}`, () => work(copy(), freshStream()));
  takingTests(on, sha256);
  refusalTests(on, sha256);
  readingTests(on, sha256);
}

const numbers = async (copy: LogCopy, to: StreamRef) => (await copy.rows(to.id)).map((row) => row.seq);

function takingTests(on: On, sha256: Sha256): void {
  on("rows are taken in order, batch after batch, and come back as they were", async (copy, to) => {
    const rows = sealedRows(to, sha256, { count: 5 });
    await copy.append(rows.slice(0, 2));
    await copy.append(rows.slice(2));
    expect(await copy.rows(to.id)).toEqual(rows);
  });

  on("rows that are there already do no harm, alone or before new ones", async (copy, to) => {
    const rows = sealedRows(to, sha256, { count: 4 });
    await copy.append(rows.slice(0, 3));
    await copy.append(rows.slice(0, 3));
    await copy.append(rows.slice(1));
    await copy.append(rows.slice(0, 1));
    expect(await copy.rows(to.id)).toEqual(rows);
  });

  on("one batch may hold rows of several streams", async (copy, to) => {
    const other = freshStream();
    const rows = [to, other].flatMap((stream) => sealedRows(stream, sha256, { count: 2 }));
    await copy.append(rows);
    expect([await numbers(copy, to), await numbers(copy, other)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  on("many rows are read back whole and in the order of their numbers", async (copy, to) => {
    const rows = sealedRows(to, sha256, { count: 230 });
    for (let from = 0; from < rows.length; from += 50) await copy.append(rows.slice(from, from + 50));
    expect(await copy.rows(to.id)).toEqual(rows);
  });
}

function refusalTests(on: On, sha256: Sha256): void {
  on("a row that leaves a number out is refused, at the start and behind others", async (copy, to) => {
    const rows = sealedRows(to, sha256, { count: 4 });
    await expect(copy.append(rows.slice(1))).rejects.toThrow(CopyConflict);
    await copy.append(rows.slice(0, 2));
    await expect(copy.append(rows.slice(3))).rejects.toThrow(CopyConflict);
    expect(await numbers(copy, to)).toEqual([1, 2]);
  });

  on("another row of a number that is taken is refused, also of an old number", async (copy, to) => {
    const rows = sealedRows(to, sha256, { count: 3 });
    await copy.append(rows);
    for (const seq of [1, 2, 3]) {
      const fork = rowAt(to, sha256, seq, rows[seq - 2]?.hash ?? genesisHash);
      await expect(copy.append([fork])).rejects.toThrow(CopyConflict);
    }
    expect(await copy.rows(to.id)).toEqual(rows);
  });

  on("a row that follows another event than the one before it is refused", async (copy, to) => {
    const rows = sealedRows(to, sha256, { count: 2 });
    await copy.append(rows);
    await expect(copy.append([rowAt(to, sha256, 3, rows[0]?.hash ?? "")])).rejects.toThrow(CopyConflict);
    await expect(copy.append([rowAt(to, sha256, 3, "f".repeat(64))])).rejects.toThrow(CopyConflict);
    expect(await copy.rows(to.id)).toEqual(rows);
  });

  on("of rows of which one is refused none is taken, of whatever stream", async (copy, to) => {
    const other = freshStream();
    const rows = sealedRows(to, sha256, { count: 4 });
    const [one, two, , four] = rows;
    if (!one || !two || !four) throw new Error("there are four rows");
    await expect(copy.append([...sealedRows(other, sha256, { count: 2 }), one, two, four])).rejects.toThrow(
      CopyConflict,
    );
    expect([await numbers(copy, to), await numbers(copy, other)]).toEqual([[], []]);
    await copy.append(rows);
    expect(await numbers(copy, to)).toEqual([1, 2, 3, 4]);
  });
}

function readingTests(on: On, sha256: Sha256): void {
  on("an unknown stream has no head, no hash and no rows", async (copy, to) => {
    expect(await copy.heads(exactly(to.id))).toEqual([]);
    expect(await copy.hashAt(to.id, 1)).toBeNull();
    expect(await copy.rows(to.id)).toEqual([]);
  });

  on("a head is the newest event, also beyond number nine, and each hash is told", async (copy, to) => {
    const rows = sealedRows(to, sha256, { count: 11 });
    await copy.append(rows);
    expect(await copy.heads(exactly(to.id))).toEqual([{ stream: to, seq: 11, hash: rows[10]?.hash }]);
    expect(await copy.hashAt(to.id, 2)).toBe(rows[1]?.hash);
    expect(await copy.hashAt(to.id, 12)).toBeNull();
  });

  on("a range holds the streams from its beginning to before its end", async (copy, to) => {
    const named = (id: string): StreamRef => ({ kind: "loop", id: `${to.id}/${id}` });
    const streams = ["7#1", "7#2", "70#1", "8#1"].map(named);
    for (const stream of streams) await copy.append(sealedRows(stream, sha256, { count: 1 }));
    const heads = await copy.heads({ from: `${to.id}/7#`, below: `${to.id}/7$` });
    expect(heads.map((head) => head.stream).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      streams.slice(0, 2),
    );
  });

  on("all streams are listed once, in order, with their kind", async (copy, to) => {
    const streams: StreamRef[] = [
      { kind: "repository", id: `${to.id}/b` },
      { kind: "account", id: `${to.id}/a` },
    ];
    for (const stream of streams) await copy.append(sealedRows(stream, sha256, { count: 2 }));
    const listed = (await copy.streams()).filter(({ id }) => id.startsWith(`${to.id}/`));
    expect(listed).toEqual(streams.toReversed());
  });
}
