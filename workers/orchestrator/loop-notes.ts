import type { Timers } from "@tamma/core/ports/clock.ts";
import { logError } from "./log.ts";
import type { LoopRow, RepoCoordinatorRpc } from "./objects.ts";
import type { AfterFlush } from "./outbox.ts";

/** A neighbour that does not answer is told again after this. */
const retryMs = 5_000;
/** Between two notes: what a loop does meanwhile goes in one. The first after a rest goes at once. */
const pauseMs = 100;
/** A note that is under way may fail when nobody looks any more: somebody has to look again. */
const lookAgainMs = 30_000;

/**
 * Tells the lists how a loop stands: the repository's coordinator (loops in flight, the inbox) and D1. Both
 * may lag; what was told last wins, by sequence number.
 */
export interface LoopNotes {
  changed(loop: string): void;
  /** Goes along with the outbox. */
  toD1: AfterFlush;
  /** What is being told again is not due: to look again and again would tell nobody sooner. */
  nextAt(): number | null;
  retryDue(now: number): void;
}

export function loopNotes(parts: {
  rowOf(loop: string): LoopRow | null;
  coordinatorOf(loop: string): Pick<RepoCoordinatorRpc, "noteLoop">;
  /** Puts the row into the lists of D1. Throws when D1 does not answer. */
  list(row: LoopRow): Promise<void>;
  now(): number;
  after: Timers["after"];
  keepAlive(promise: Promise<unknown>): void;
}): LoopNotes {
  const forCoordinator = new Set<string>();
  const forD1 = new Set<string>();
  let telling = false;
  let next: number | null = null;
  /** Not before this time, unless nothing was told lately. */
  let restedAt = 0;

  async function tellOne(loop: string): Promise<void> {
    forCoordinator.delete(loop);
    const row = parts.rowOf(loop);
    try {
      if (row) await parts.coordinatorOf(loop).noteLoop(row);
    } catch (thrown) {
      forCoordinator.add(loop);
      throw thrown;
    }
  }

  async function tell(): Promise<void> {
    telling = true;
    try {
      while (forCoordinator.size > 0) {
        const restMs = restedAt - parts.now();
        if (restMs > 0) await new Promise<void>((resolve) => parts.after(restMs, resolve));
        for (const loop of [...forCoordinator]) await tellOne(loop);
        restedAt = parts.now() + pauseMs;
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
    toD1: async () => {
      for (const loop of [...forD1]) {
        const row = parts.rowOf(loop);
        forD1.delete(loop);
        try {
          if (row) await parts.list(row);
        } catch (thrown) {
          forD1.add(loop);
          throw thrown;
        }
      }
    },
    nextAt: () => (telling ? parts.now() + lookAgainMs : next),
    retryDue: (now) => {
      if (next !== null && next <= now && !telling) parts.keepAlive(tell());
    },
  };
}
