import type { Instant } from "../../domain/ids.ts";

/** One question about many names. */
export interface Briefly<T> {
  /** As it is now. */
  now(name: string): Promise<T>;
  /** As it was within the last `ms`, if somebody asked; else as it is now. */
  lately(name: string): Promise<T>;
}

/** Remembers answers for `ms`, for what several parts of one piece of work want to know. */
export function briefly<T>(clock: () => Instant, ms: number, ask: (name: string) => Promise<T>): Briefly<T> {
  const kept = new Map<string, { answer: T; at: Instant }>();
  const now = async (name: string) => {
    const answer = await ask(name);
    for (const [other, { at }] of kept) if (clock() - at >= ms) kept.delete(other);
    kept.set(name, { answer, at: clock() });
    return answer;
  };
  return {
    now,
    lately: async (name) => {
      const known = kept.get(name);
      return known && clock() - known.at < ms ? known.answer : now(name);
    },
  };
}
