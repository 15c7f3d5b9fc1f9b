import { createHash } from "node:crypto";
import { type FaultKind, faultKinds, type Passing, type Schedule } from "./fault-proxy.ts";

/** The way is clear. */
export const noFault: Schedule = () => null;

/** Kinds that make the server believe that it gave a job to somebody. */
const losesAnswers: ReadonlySet<FaultKind> = new Set([
  ...(["answer-lost", "answer-cut", "answer-swallowed", "twice", "again-later", "page-504"] as const),
]);
/** Kinds that a client notices only by losing patience. */
const silences: ReadonlySet<FaultKind> = new Set(["black-hole", "answer-swallowed"] as const);

export interface RandomFaults {
  kinds?: readonly FaultKind[];
  /** One request of so many, on average. */
  every?: number;
  /**
   * Grants of a lease that may be lost: each is missed only when the lease ends, half a minute later, and the
   * third one of one job is a failed attempt by rule.
   */
  leasesLostMax?: number;
  /** Silences that cost the whole patience of a client; a heartbeat has little, and is not counted. */
  silencesMax?: number;
}

/** Faults that `seed` chooses: the same seed does the same to the nth request. */
export function randomFaults(
  seed: number,
  { kinds = faultKinds, every = 4, leasesLostMax = 0, silencesMax = 0 }: RandomFaults = {},
): Schedule {
  let leasesLost = 0;
  let silent = 0;
  return ({ n, path }: Passing) => {
    const kind = kinds[Math.floor(drawn(seed, n, "kind") * kinds.length)];
    if (kind === undefined || drawn(seed, n, "whether") >= 1 / every) return null;
    if (path.endsWith("/lease") && losesAnswers.has(kind) && ++leasesLost > leasesLostMax) return null;
    if (silences.has(kind) && !path.endsWith("/heartbeat") && ++silent > silencesMax) return null;
    return kind;
  };
}

/** A number from 0 to below 1 that the seed and the place determine. */
function drawn(seed: number, ...place: (string | number)[]): number {
  const hash = createHash("sha256").update(JSON.stringify([seed, ...place]));
  return hash.digest().readUInt32BE(0) / 2 ** 32;
}
