import type { Head } from "@tamma/core/ports/store.ts";

/**
 * What the rows of an object are known to say, so that a command asks them only for what it cannot know. An
 * object is the only one that writes its rows; when a transaction is undone, all of it is forgotten.
 */
export interface RowMemory {
  /** Where streams stand. */
  heads: Map<string, Head>;
  /** The keys of the effects that each stream's state wanted last; they are all in the table. */
  effects: Map<string, ReadonlySet<string>>;
  /** Those of them that may be pending still; the rest is settled. */
  pending: Map<string, Set<string>>;
  /** The timers that each stream's state wanted last, by key, with their times. */
  timers: Map<string, ReadonlyMap<string, number>>;
  /** Is any stream held? Null: look. */
  anyHeld: boolean | null;
  forget(): void;
}

export function rowMemory(): RowMemory {
  const memory: RowMemory = {
    ...{ heads: new Map(), effects: new Map(), pending: new Map(), timers: new Map(), anyHeld: null },
    forget: () => {
      const { heads, effects, pending, timers } = memory;
      for (const known of [heads, effects, pending, timers]) known.clear();
      memory.anyHeld = null;
    },
  };
  return memory;
}
