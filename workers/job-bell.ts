/**
 * Rings when a job was offered, for whoever waits for one in this instance of the Worker. Routes and objects
 * of one process share it; where they live in several places nobody hears it, and asking again finds the job.
 */
export interface JobBell {
  /** How often it rang. */
  readonly rings: number;
  /** @param repository where the job was offered: `<connection>/<id>` */
  ring(repository: string): void;
  /**
   * Resolves as soon as it rang more often than `rings`, with the repositories that it rang for since; or
   * after `ms`, with null. Null too when it rang so often that it forgot for whom.
   */
  heard(rings: number, ms: number): Promise<ReadonlySet<string> | null>;
}

/** Whoever asked before so many rings asks everywhere. */
const rememberedMax = 200;

export function createJobBell(): JobBell {
  const listeners = new Set<() => void>();
  const last: string[] = [];
  let rings = 0;

  function since(before: number): ReadonlySet<string> | null {
    const missed = rings - before;
    return missed > last.length ? null : new Set(last.slice(last.length - missed));
  }

  return {
    get rings() {
      return rings;
    },
    ring: (repository) => {
      rings += 1;
      last.push(repository);
      if (last.length > rememberedMax) last.shift();
      for (const hear of [...listeners]) hear();
    },
    heard: (before, ms) =>
      new Promise((resolve) => {
        if (rings !== before) return resolve(since(before));
        const end = (answer: ReadonlySet<string> | null) => {
          clearTimeout(timer);
          listeners.delete(hear);
          resolve(answer);
        };
        const hear = () => end(since(before));
        const timer = setTimeout(() => end(null), ms);
        listeners.add(hear);
      }),
  };
}

/** The one of this instance. */
export const jobBell: JobBell = createJobBell();
