import { attemptLaws, leaseLaws } from "./laws-of-attempts.ts";
import { mergeLaws } from "./laws-of-merge.ts";
import { peopleLaws } from "./laws-of-people.ts";
import { timerLaws } from "./laws-of-waits.ts";
import type { Told } from "./told.ts";

/**
 * The invariants of the loop (docs/proof.md) as laws over one command; `restLaws` holds those over a state.
 * Each says in words what is broken; nothing when all hold.
 */
export function brokenLaws(told: Told): string[] {
  return [
    ...attemptLaws(told),
    ...leaseLaws(told),
    ...mergeLaws(told),
    ...peopleLaws(told),
    ...timerLaws(told),
  ];
}
