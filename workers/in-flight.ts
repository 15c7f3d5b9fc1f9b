/**
 * What this instance of the Worker is doing, so that a host can end between two things instead of in the
 * middle of one. Everything here survives being cut, but a cut turn is paid for twice and a cut request is
 * asked again. On Cloudflare nobody ends an instance this way; there `ending` stays false.
 */
export interface InFlight {
  /** Nothing new is begun from now on; what is under way goes on to its end. */
  end(): void;
  readonly ending: boolean;
  /** Requests and background work that have not ended. */
  readonly count: number;
  /** Counts the work until it is done, and hands it on as it is. */
  during<T>(work: Promise<T>): Promise<T>;
}

export function createInFlight(): InFlight {
  let ending = false;
  let count = 0;
  const done = () => {
    count -= 1;
  };
  return {
    end: () => {
      ending = true;
    },
    get ending() {
      return ending;
    },
    get count() {
      return count;
    },
    during: (work) => {
      count += 1;
      work.then(done, done);
      return work;
    },
  };
}

/** The one of this instance: routes and objects of one Worker share it. */
export const inFlight: InFlight = createInFlight();
