import type { Instant } from "../domain/ids.ts";

/** The time of the host. It may jump; whoever needs order uses sequence numbers. */
export interface Clock {
  now(): Instant;
}

/** Chance of the host. Ids and secrets come from `bytes`, jitter from `fraction` (0 to below 1). */
export interface Chance {
  bytes(count: number): Uint8Array;
  fraction(): number;
}

/** Work for later. None of it outlives the process: what must not be lost has an alarm. */
export interface Timers {
  /** Runs `work` once after `ms`, unless the answer is called before. */
  after(ms: number, work: () => void): () => void;
}
