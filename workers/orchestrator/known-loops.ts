import { concernedLoopsOf, type KnownRepository } from "@tamma/core/domain/repository/state.ts";
import type { KnownLoops, LoopRow } from "./objects.ts";

/** Loops of which the end may not have been told to everybody yet. */
const endedWokenMax = 20;

/** @param rows how the loops stood when they last said so, the newest first */
export function knownLoopsOf(known: KnownRepository | null, rows: readonly LoopRow[]): KnownLoops {
  const inFlight = rows.filter((row) => row.active);
  // What is left to do after the end (a comment, giving the slot back) may have been cut.
  const lastEnded = rows.filter((row) => !row.active).slice(0, endedWokenMax);
  const busy = new Set([...namesOf([...lastEnded, ...inFlight]), ...(known ? concernedLoopsOf(known) : [])]);
  const all = new Set([...(known?.loops ?? []).map(({ loop }) => loop), ...busy]);
  const waiting = namesOf(inFlight.filter((row) => row.inbox !== null));
  return { all: [...all], busy: [...busy], waiting };
}

const namesOf = (rows: readonly LoopRow[]): string[] => rows.map((row) => row.summary.id);
