import type { Timers } from "@tamma/core/ports/clock.ts";
import { logError } from "./log.ts";
import type { LoopRow, RepoCoordinatorRpc } from "./objects.ts";
import type { AfterFlush } from "./outbox.ts";

/** A neighbour that does not answer is told again after this. */
const retryMs = 5_000;
/** Between two notes: what a loop does meanwhile goes in one. The first after a rest goes at once. */
const pauseMs = 100;
/** A note of progress alone waits so long for more: nobody acts on it, and most notes are of this kind. */
const progressMs = 1_000;
/** A note that is under way may fail when nobody looks any more: somebody has to look again. */
const lookAgainMs = 30_000;

/**
 * Tells the lists how a loop stands: the repository's coordinator (loops in flight, the inbox) and D1. Both
 * may lag; what was told last wins, by sequence number.
 *
 * D1 is not told of progress alone: of a loop that goes on, lists show what the coordinator says.
 */
export interface LoopNotes {
  changed(loop: string): void;
  /** The same for lists that may have forgotten what they were told. */
  again(loop: string): void;
  /** Goes along with the outbox. */
  toD1: AfterFlush;
  /** What is being told again is not due: to look again and again would tell nobody sooner. */
  nextAt(): number | null;
  retryDue(now: number): void;
  /** When no note to the coordinator is under way. */
  idle(): Promise<void>;
}

interface NoteParts {
  rowOf(loop: string): LoopRow | null;
  coordinatorOf(loop: string): Pick<RepoCoordinatorRpc, "noteLoop">;
  /** Puts the row into the lists of D1. Throws when D1 does not answer. */
  list(row: LoopRow): Promise<void>;
  now(): number;
  after: Timers["after"];
  keepAlive(promise: Promise<unknown>): void;
}

export function loopNotes(parts: NoteParts): LoopNotes {
  const coordinator = coordinatorNotes(parts);
  const d1 = d1Notes(parts);
  function changed(loop: string): void {
    d1.changed(loop);
    coordinator.changed(loop);
  }
  return {
    changed,
    again: (loop) => {
      d1.forget(loop);
      coordinator.forget(loop);
      changed(loop);
    },
    toD1: d1.tell,
    nextAt: coordinator.nextAt,
    retryDue: coordinator.retryDue,
    idle: coordinator.idle,
  };
}

function coordinatorNotes(parts: NoteParts) {
  const changed = new Set<string>();
  /** What was told last, of what others act on. */
  const told = new Map<string, string>();
  let telling: Promise<void> | null = null;
  let next: number | null = null;
  const pause = pauseBetween(parts);

  async function tellOne(loop: string): Promise<void> {
    changed.delete(loop);
    const row = parts.rowOf(loop);
    try {
      if (!row) return;
      await parts.coordinatorOf(loop).noteLoop(row);
      told.set(loop, actedOn(row));
    } catch (thrown) {
      changed.add(loop);
      throw thrown;
    }
  }

  function isProgressAlone(loop: string): boolean {
    const row = parts.rowOf(loop);
    return row === null || told.get(loop) === actedOn(row);
  }

  function tell(): Promise<void> {
    telling ??= tellAll();
    return telling;
  }

  async function tellAll(): Promise<void> {
    try {
      // A fault before the first wait would end this before `telling` is set.
      await Promise.resolve();
      while (changed.size > 0) {
        await pause.over(() => ([...changed].every(isProgressAlone) ? progressMs : pauseMs));
        for (const loop of [...changed]) await tellOne(loop);
        pause.begins();
      }
      next = null;
    } catch (thrown) {
      next = parts.now() + retryMs;
      logError("note", thrown);
    } finally {
      telling = null;
    }
  }

  return {
    changed: (loop: string) => {
      changed.add(loop);
      // After the caller's turn, so that ten events of one drain become one note.
      parts.keepAlive(Promise.resolve().then(() => (telling ? pause.lookAgain() : tell())));
    },
    forget: (loop: string) => told.delete(loop),
    nextAt: () => (telling ? parts.now() + lookAgainMs : next),
    retryDue: (now: number) => {
      if (next !== null && next <= now && !telling) parts.keepAlive(tell());
    },
    idle: async () => {
      while (telling) await telling;
    },
  };
}

/** The pause between two notes, whose length may change while it lasts. */
function pauseBetween({ now, after }: Pick<NoteParts, "now" | "after">) {
  let begunAt = Number.NEGATIVE_INFINITY;
  let lookAgain: () => void = () => {};
  return {
    begins: () => {
      begunAt = now();
    },
    /** Something changed: perhaps the pause is shorter now. */
    lookAgain: () => lookAgain(),
    async over(lengthMs: () => number): Promise<void> {
      for (let over = false; !over; ) {
        const leftMs = begunAt + lengthMs() - now();
        if (leftMs <= 0) return;
        over = await new Promise<boolean>((resolve) => {
          const cancel = after(leftMs, () => resolve(true));
          lookAgain = () => {
            cancel();
            resolve(false);
          };
        });
      }
    },
  };
}

function d1Notes({ rowOf, list }: Pick<NoteParts, "rowOf" | "list">) {
  const changed = new Set<string>();
  const told = new Map<string, string>();

  async function tell(): Promise<void> {
    for (const loop of [...changed]) {
      const row = rowOf(loop);
      changed.delete(loop);
      if (!row || (row.active && told.get(loop) === actedOn(row))) continue;
      try {
        await list(row);
        told.set(loop, actedOn(row));
      } catch (thrown) {
        changed.add(loop);
        throw thrown;
      }
    }
  }

  return {
    changed: (loop: string) => void changed.add(loop),
    forget: (loop: string) => told.delete(loop),
    tell,
  };
}

/** Whether it goes on, whom it asks, what deliveries and pushes are matched with; the rest is progress. */
function actedOn({ active, inbox, branch, head, pullRequest }: LoopRow): string {
  return JSON.stringify([active, inbox?.kind, inbox?.id, branch, head, pullRequest]);
}
