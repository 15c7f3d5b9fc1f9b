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

/**
 * Whoever waits for a slot or the merge turn stands in the queue, or has it and is being told, or still asks:
 * nobody else would ever come back for it.
 *
 * @param told what is pending in the coordinator
 */
export function checkWaiting(
  { queue, holders, mergeQueue, mergeTurn }: KnownRepository,
  told: readonly string[],
  loops: Iterable<readonly [string, Loop]>,
  pending: Pending,
): void {
  for (const [loop, state] of loops) {
    if (state.state !== "active" || state.doing.kind !== "call") continue;
    const { call } = state.doing;
    if (call !== "request-slot" && call !== "request-merge-turn") continue;
    const asks = gives(pending(loop), [`call:${call}`]);
    const claim = holders.find((each) => each.loop === loop)?.claim;
    const known =
      call === "request-slot"
        ? queue.some((each) => each.loop === loop) ||
          (claim !== undefined && told.some((key) => key.endsWith(claim)))
        : mergeQueue.includes(loop) || (mergeTurn?.loop === loop && told.includes(`merge:${mergeTurn.turn}`));
    hold(asks || known, "6 who waits in a queue stands in it", () => `${loop} waits for ${call}`);
  }
}

const gives = (keys: readonly string[], beginnings: readonly string[]): boolean =>
  keys.some((key) => beginnings.some((beginning) => key.startsWith(beginning)));
