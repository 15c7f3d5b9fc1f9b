/**
 * What a server and a repository are like, as opposed to what happens there: a version, settings, whose a
 * token is. Several objects that connect with the same access ask for it once.
 */
export interface Standing {
  /** What is known under this name, else what `ask` answers; a failure is not kept. Plain data only. */
  get<T>(what: string, ask: () => Promise<T>): Promise<T>;
  /** It was just seen, by the way. */
  note(what: string, value: unknown): void;
}

/** For whoever wants to see it as it is now. */
export const nothingStands: Standing = { get: (_what, ask) => ask(), note: () => {} };

/** People change settings and update servers. */
const keptMsMax = 10 * 60_000;
/** Some hundred repositories. What is forgotten is asked for again. */
const keptMax = 1_000;

export interface StandingMemory {
  /** What belongs to one access to one repository. `fresh`: what was known of it is forgotten first. */
  of(scope: string, fresh: boolean): Standing;
}

export function standingMemory(now: () => number): StandingMemory {
  const kept = new Map<string, { scope: string; value: unknown; at: number }>();
  return {
    of: (scope, fresh) => {
      if (fresh) for (const [key, entry] of kept) if (entry.scope === scope) kept.delete(key);
      const note = (what: string, value: unknown) => {
        const key = `${scope} ${what}`;
        kept.delete(key);
        kept.set(key, { scope, value, at: now() });
        const [oldest] = kept.keys();
        if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
      };
      return {
        note,
        get: async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
          const entry = kept.get(`${scope} ${what}`);
          if (entry && now() - entry.at < keptMsMax) return entry.value as T;
          const value = await ask();
          note(what, value);
          return value;
        },
      };
    },
  };
}
