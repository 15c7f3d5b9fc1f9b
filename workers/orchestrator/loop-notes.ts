import { sql } from "drizzle-orm";
import { type Cipher, sealJson } from "./cipher.ts";
import { loops } from "./d1-schema.ts";
import { logError } from "./log.ts";
import type { LoopRow, RepoCoordinatorRpc } from "./objects.ts";
import type { AfterFlush } from "./outbox.ts";

/** A neighbour that does not answer is told again after this. */
const retryMs = 5_000;

/**
 * Tells the lists how a loop stands: the repository's coordinator (loops in flight, the inbox) and D1. Both
 * may lag; what was told last wins, by sequence number.
 */
export interface LoopNotes {
  changed(loop: string): void;
  /** Goes along with the outbox. */
  toD1: AfterFlush;
  nextAt(): number | null;
  retryDue(now: number): void;
}

export function loopNotes(parts: {
  rowOf(loop: string): LoopRow | null;
  coordinatorOf(loop: string): Pick<RepoCoordinatorRpc, "noteLoop">;
  cipher: Cipher;
  now(): number;
  keepAlive(promise: Promise<unknown>): void;
}): LoopNotes {
  const forCoordinator = new Set<string>();
  const forD1 = new Set<string>();
  let telling = false;
  let next: number | null = null;

  async function tell(): Promise<void> {
    telling = true;
    try {
      for (const loop of forCoordinator) {
        forCoordinator.delete(loop);
        const row = parts.rowOf(loop);
        try {
          if (row) await parts.coordinatorOf(loop).noteLoop(row);
        } catch (thrown) {
          forCoordinator.add(loop);
          throw thrown;
        }
      }
      next = null;
    } catch (thrown) {
      next = parts.now() + retryMs;
      logError("note", thrown);
    } finally {
      telling = false;
    }
  }

  return {
    changed: (loop) => {
      forD1.add(loop);
      forCoordinator.add(loop);
      // After the caller's turn, so that ten events of one drain become one note.
      if (!telling) parts.keepAlive(Promise.resolve().then(() => (telling ? undefined : tell())));
    },
    toD1: async (db) => {
      for (const loop of [...forD1]) {
        const row = parts.rowOf(loop);
        forD1.delete(loop);
        try {
          if (row) await upsert(db, row, parts.cipher);
        } catch (thrown) {
          forD1.add(loop);
          throw thrown;
        }
      }
    },
    nextAt: () => next,
    retryDue: (now) => {
      if (next !== null && next <= now && !telling) parts.keepAlive(tell());
    },
  };
}

async function upsert(db: Parameters<AfterFlush>[0], row: LoopRow, cipher: Cipher): Promise<void> {
  const { id, repository, issue, word, step, startedAt, updatedAt, costMicroUsd } = row.summary;
  const values = {
    ...{ id, repository, issue, word, step, startedAt, updatedAt, costMicroUsd },
    active: row.active,
    seq: row.seq,
    keyId: cipher.keyId,
    body: Buffer.from(sealJson(cipher, row.summary, loopBodyContext(id))),
  };
  await db
    .insert(loops)
    .values(values)
    .onConflictDoUpdate({ target: loops.id, set: values, setWhere: sql`excluded.seq > ${loops.seq}` });
}

export function loopBodyContext(loop: string): string {
  return `loop ${loop}`;
}
