/**
 * Remembers that nothing is due before a time, so that whoever asks again and again need not look. It may
 * name a time that is too early, which costs one look, and never one that is too late.
 */
export interface Soonest {
  /** Surely nothing is due at `now`. */
  nothingAt(now: number): boolean;
  /** Something was written that is due at this time. */
  add(due: number): void;
  /** The rows say that this is the earliest; null: that there is none. */
  is(due: number | null): void;
  /** Nobody knows. */
  forget(): void;
}

export function soonestOf(): Soonest {
  let soonest = Number.NEGATIVE_INFINITY;
  return {
    nothingAt: (now) => soonest > now,
    add: (due) => {
      soonest = Math.min(soonest, due);
    },
    is: (due) => {
      soonest = due ?? Number.POSITIVE_INFINITY;
    },
    forget: () => {
      soonest = Number.NEGATIVE_INFINITY;
    },
  };
}
