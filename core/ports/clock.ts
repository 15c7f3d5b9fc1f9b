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
