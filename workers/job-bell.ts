/**
 * Rings when a job was offered, for whoever waits for one in this instance of the Worker. Routes and objects
 * of one process share it; where they live in several places nobody hears it, and asking again finds the job.
 */
export interface JobBell {
  /** How often it rang. */
  readonly rings: number;
  ring(): void;
  /** Resolves as soon as it rang more often than `rings`, or after `ms`. */
  heard(rings: number, ms: number): Promise<void>;
}

export function createJobBell(): JobBell {
  const listeners = new Set<() => void>();
  let rings = 0;
  return {
    get rings() {
      return rings;
    },
    ring: () => {
      rings += 1;
      for (const hear of [...listeners]) hear();
    },
    heard: (before, ms) =>
      new Promise((resolve) => {
        if (rings !== before) return resolve();
        const hear = () => {
          clearTimeout(timer);
          listeners.delete(hear);
          resolve();
        };
        const timer = setTimeout(hear, ms);
        listeners.add(hear);
      }),
  };
}

/** The one of this instance. */
export const jobBell: JobBell = createJobBell();
