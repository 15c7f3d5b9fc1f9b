import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { SealedRow } from "./event-row.ts";

/** Which streams an object owns: `from <= stream < below`. */
export interface StreamRange {
  from: string;
  below: string;
}

/** Only the stream of this name. */
export function exactly(stream: string): StreamRange {
  return { from: stream, below: `${stream}\u0000` };
}

/** All runs of a work item: `<name>#1`, `<name>#2`, and so on ("$" is the character after "#"). */
export function runsOf(name: string): StreamRange {
  return { from: `${name}#`, below: `${name}$` };
}

/** Where the copy stands with a stream. */
export interface CopyHead {
  stream: StreamRef;
  seq: number;
  hash: string;
}

/** The copy has another event of that number, or lacks the one before it. Nothing was written. */
export class CopyConflict extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "CopyConflict";
  }
}

/**
 * The copy of all logs, which is in D1. It only grows: an event is never changed, skipped or put beside
 * another one of its number. Every call throws when the copy does not answer; nothing was changed then.
 */
export interface LogCopy {
  /** Adds rows, all or none; those that are there already stay. Throws `CopyConflict`. */
  append(rows: readonly SealedRow[]): Promise<void>;
  /** The newest event of every stream in the range; a stream without events is not there. */
  heads(range: StreamRange): Promise<CopyHead[]>;
  /** The hash of one event, or null when there is none of that number. */
  hashAt(stream: string, seq: number): Promise<string | null>;
  /** A whole stream, payloads sealed, in order. */
  rows(stream: string): Promise<SealedRow[]>;
  /** The names of all streams, in order. Meant for a command of a person, not for a loop. */
  streams(): Promise<StreamRef[]>;
}
