import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Store, WantedReaction } from "@tamma/core/ports/store.ts";
import type { CopyRows } from "./copy-rows.ts";
import type { SealedRow } from "./event-row.ts";
import type { HeldRows } from "./held-rows.ts";

/** The store of one object: its log, how far that was copied, and which streams may not grow. */
export interface ObjectStore extends Store, CopyRows, Omit<HeldRows, "refuseHeld"> {
  /** Opens a row, also one that came back from D1. Throws when key, place or text are not the sealed ones. */
  open(row: SealedRow): Envelope;
  /** Performs effects once more that were done, at `at`. */
  again(stream: StreamRef, keys: readonly string[], at: number): void;
  /** Makes effects and timers those that the state wants, as `append` does. */
  want(stream: StreamRef, reaction: WantedReaction, at: number): void;
}
