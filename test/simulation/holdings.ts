import type { Loop } from "@tamma/core/domain/loop/state.ts";
import type { KnownRepository } from "@tamma/core/domain/repository/state.ts";
import { hold } from "./broken.ts";

/** Keys of what is pending in an object, for one stream. */
export type Pending = (stream: string) => readonly string[];

/**
 * Whoever holds a slot or the merge turn knows of it, or is being told, or is giving it back: what is held by
 * somebody who does not know keeps all others waiting.
 *
 * @param told what is pending in the coordinator
 */
export function checkHoldings(
  { holders, mergeTurn }: KnownRepository,
  told: readonly string[],
  stateOf: (loop: string) => Loop | null,
  pending: Pending,
): void {
  for (const { loop, claim } of holders) {
    const state = stateOf(loop);
    const knows =
      state !== null && state.state !== "not-started" && state.state !== "ended" && state.facts.slotHeld;
    const way =
      told.some((key) => key.endsWith(claim)) ||
      gives(pending(loop), ["release-slot:", "call:request-slot:"]);
    hold(knows || way, "6 who holds a slot knows of it", () => claim);
  }
  if (!mergeTurn) return;
  const { loop, turn } = mergeTurn;
  const state = stateOf(loop);
  const knows = state?.state === "active" && state.facts.mergeTurnHeld;
  const giving = ["release-merge-turn:", "release-slot:end", "call:request-merge-turn:"];
  const way = told.includes(`merge:${turn}`) || gives(pending(loop), giving);
  hold(knows || way, "6 who holds the merge turn knows of it", () => turn);
}

const gives = (keys: readonly string[], beginnings: readonly string[]): boolean =>
  keys.some((key) => beginnings.some((beginning) => key.startsWith(beginning)));
