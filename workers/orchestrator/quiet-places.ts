/**
 * Repositories without a job that anybody could take. With hundreds of them most of a runner's questions
 * would be for nothing, and each would wake an object that sleeps. Only where routes and objects share a
 * process can a repository that gets a job be heard of here.
 */
export interface QuietPlaces {
  /** Is there nothing to ask this repository for? */
  isQuiet(runner: string, repository: string, now: number): boolean;
  /** How often jobs were offered there: taken before the question, given back with its answer. */
  offers(repository: string): number;
  /** It had no job for the runner. Not believed when one was offered since the question. */
  hadNone(runner: string, repository: string, offers: number, now: number): void;
  /** A job was offered there. */
  offered(repository: string): void;
  /**
   * The runner got a job there: it asks there once more, because that answer may be lost on its way, and then
   * the job waits for this runner alone.
   */
  gave(runner: string, repository: string): void;
}

/** What is not heard of (it should not happen) is found after this time; half as much again for some. */
const trustMs = 60_000;
/** Runners' processes remembered; who is forgotten waits for a lost job until it is trusted no more. */
const runnersMax = 1_000;

/** @param fraction 0 to below 1: they are not all asked again at once */
export function quietPlaces(fraction: () => number = Math.random): QuietPlaces {
  const places = new Map<string, { offers: number; quietUntil: number }>();
  const askAgain = new Map<string, Set<string>>();

  const placeOf = (repository: string) => {
    const known = places.get(repository) ?? { offers: 0, quietUntil: 0 };
    places.set(repository, known);
    return known;
  };

  return {
    isQuiet: (runner, repository, now) =>
      placeOf(repository).quietUntil > now && !askAgain.get(runner)?.has(repository),
    offers: (repository) => placeOf(repository).offers,
    hadNone: (runner, repository, offers, now) => {
      askAgain.get(runner)?.delete(repository);
      const place = placeOf(repository);
      if (place.offers === offers) place.quietUntil = now + trustMs * (1 + fraction() / 2);
    },
    offered: (repository) => {
      const place = placeOf(repository);
      place.offers += 1;
      place.quietUntil = 0;
    },
    gave: (runner, repository) => {
      if (askAgain.size >= runnersMax) askAgain.clear();
      const own = askAgain.get(runner) ?? new Set();
      askAgain.set(runner, own.add(repository));
    },
  };
}

/** Those of this process. */
export const quietHere: QuietPlaces = quietPlaces();
