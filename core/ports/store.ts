import type { Instant } from "../domain/ids.ts";
import type { Envelope, StreamRef } from "../domain/loop/events.ts";
import type { Actor } from "../domain/loop/work.ts";

/** Somebody else appended first. Load again and decide again; nothing was written. */
export class VersionConflict extends Error {
  constructor(stream: StreamRef, expected: number, found: number) {
    super(`stream ${stream.id} is at ${found}, not at ${expected}; load it again and decide again`);
    this.name = "VersionConflict";
  }
}

/** Where a stream stands. A stream without events is at 0 with the genesis hash. */
export interface Head {
  seq: number;
  hash: string;
  /** Time of the newest event; 0 without events. */
  at: Instant;
}

/** Throws `VersionConflict` unless the events are the next ones of their stream: no gap, fork or stranger. */
export function refuseUnlessNext(
  { stream, envelopes }: Pick<Batch, "stream" | "envelopes">,
  head: Head,
): void {
  let { seq, hash } = head;
  for (const envelope of envelopes) {
    const follows = envelope.seq === seq + 1 && envelope.prevHash === hash;
    if (!follows || envelope.stream.id !== stream.id)
      throw new VersionConflict(stream, envelope.seq - 1, seq);
    ({ seq, hash } = envelope);
  }
}

/** What a command was answered; kept under its id, so that a repeated command changes nothing. */
export interface StoredAnswer {
  /** Sequence number of the stream after the command. */
  seq: number;
  /** False when there was nothing left to do. */
  changed: boolean;
}

/** What a command said and who sent it: with it the decision can be made again (audit/rerun.ts). */
export interface SaidCommand {
  command: unknown;
  actor: Actor;
}

/** A command that was accepted, in the order of acceptance. */
export interface KeptCommand {
  id: string;
  at: Instant;
  /** Sequence number of the stream after it. */
  seq: number;
  /** Null: not on record, because an older store did not keep it or because it was too large. */
  said: SaidCommand | null;
}

/** An effect as the store sees it: a key, a kind, and the rest as it is. */
export interface WantedEffect {
  key: string;
  kind: string;
  notBefore?: Instant;
}

export interface WantedTimer {
  key: string;
  timer: string;
  due: Instant;
}

export interface WantedReaction {
  effects: WantedEffect[];
  timers: WantedTimer[];
}

/** All that one command changes. */
export interface Batch {
  stream: StreamRef;
  /** Sealed, in order; the first one follows the head. Empty when there was nothing left to do. */
  envelopes: Envelope[];
  commandId: string;
  said: SaidCommand;
  answer: StoredAnswer;
  /** Clear column for queries: the step at which the loop stands after the batch; null on other streams. */
  step: string | null;
  reaction: WantedReaction;
  at: Instant;
}

export interface PendingEffect {
  stream: StreamRef;
  key: string;
  effect: WantedEffect;
  /** Tries that failed so far. */
  tries: number;
  due: Instant;
}

export interface DueTimer extends WantedTimer {
  stream: StreamRef;
}

/**
 * The log of one object with what hangs on it: answers of commands, effects, timers. Everything is
 * synchronous, because a command's events and effects must be on disk together or not at all.
 */
export interface Store {
  head(stream: StreamRef): Head;
  /** Envelopes with `after < seq`, in order, at most `limit`. Empty for an unknown stream. */
  read(stream: StreamRef, after: number, limit: number): Envelope[];
  /** The stored answer of a command, or null when it was never accepted. */
  answerOf(stream: StreamRef, commandId: string): StoredAnswer | null;
  /** All accepted commands of a stream, in order; also those that gave no event. */
  commands(stream: StreamRef): KeptCommand[];

  /**
   * Writes events, answer, effects and timers in one transaction. Throws `VersionConflict` when the events do
   * not follow the stream's head one after another, and any error for a command that was accepted before
   * under its id: whoever repeats one asks `answerOf` first. Effects with a known key are left as they are,
   * except that a `void` one that is wanted again is pending again; pending ones that the reaction no longer
   * wants become `void`; timers that it does not want are gone.
   */
  append(batch: Batch): void;

  /** Pending effects that are due, oldest first. */
  dueEffects(now: Instant): PendingEffect[];
  /** Ends a pending effect. Settling one that is not pending changes nothing. */
  settleEffect(stream: StreamRef, key: string, state: "done" | "failed" | "void", note: string): void;
  /** Another try at `due`. */
  postponeEffect(stream: StreamRef, key: string, tries: number, due: Instant, note: string): void;

  dueTimers(now: Instant): DueTimer[];
  /** A fired timer stays silent until the reaction wants it at another time. */
  markFired(stream: StreamRef, key: string): void;

  /**
   * When the next effect or timer is due; null when nothing is pending. Effects in `busy` (by key) do not
   * count.
   */
  nextDue(busy: ReadonlySet<string>): Instant | null;

  /** All writes of `work` together or none. May be nested. */
  transaction<T>(work: () => T): T;
  /** Transactions that were undone so far: what was read since one of them began may never have been. */
  undone(): number;
}
