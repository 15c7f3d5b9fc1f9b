import type { EventOf, LoopEvent } from "./events.ts";
import type { Facts } from "./state.ts";

/**
 * Facts of jobs, turns, budget, slot and merge turn after one more event; the others leave them as they
 * are.
 */
export function evolveControl(facts: Facts, event: LoopEvent): Facts {
  switch (event.type) {
    case "JobQueued": {
      const develops = facts.develops + (event.kind === "develop" ? 1 : 0);
      // New work takes long: the merge turn is for others meanwhile.
      const mergeTurnHeld = event.kind === "develop" ? false : facts.mergeTurnHeld;
      return { ...facts, jobs: event.n, develops, mergeTurnHeld, merging: merging(facts, event) };
    }
    case "LeaseGranted":
      return { ...facts, fences: event.fence, merging: merging(facts, event) };
    case "JobFinished":
      return { ...facts, merging: merging(facts, event) };
    case "CallRequested":
      return { ...facts, calls: event.n };
    case "ModelAsked":
      return { ...facts, asks: event.n };
    case "ChecksAwaited":
      return { ...facts, calls: event.n };
    case "ModelPostponed":
      return { ...facts, postpones: facts.postpones + 1 };
    case "TurnReserved": {
      const { turn, reserved: amount, deadline } = event;
      const reserved = { ...facts.budget.reserved, [turn]: { amount, deadline } };
      return { ...facts, budget: { ...facts.budget, reserved, turns: facts.budget.turns + 1 } };
    }
    case "TurnSettled":
      return settle(facts, event);
    case "BudgetRaised":
      return { ...facts, budget: { ...facts.budget, max: event.max } };
    case "ResumePlanned":
      return { ...facts, resume: event.resume };
    case "SlotReleased":
      return { ...facts, slotHeld: false };
    case "SlotGranted":
      return { ...facts, slotHeld: true, claim: event.claim };
    case "MergeTurnGranted":
      return {
        ...facts,
        ...{ mergeTurnHeld: true, mergeTurns: facts.mergeTurns + 1, mergeTurn: event.turn ?? null },
      };
    case "LoopAbandoned":
      return { ...facts, slotHeld: false, mergeTurnHeld: false, split: event.split };
    case "Merged":
    case "LoopRejected":
    case "LoopCancelled":
      return { ...facts, slotHeld: false, mergeTurnHeld: false };
    default:
      return facts;
  }
}

/** A runner that failed may have merged before it did: every other answer comes after a look. */
function merging(
  { merging: before, head }: Facts,
  event: EventOf<"JobQueued" | "LeaseGranted" | "JobFinished">,
): Facts["merging"] {
  if (event.type === "JobQueued" && event.kind === "merge")
    return { job: event.job, head: before?.head ?? null };
  if (before?.job !== event.job) return before;
  if (event.type === "LeaseGranted") return { ...before, head };
  return event.type === "JobFinished" && event.outcome !== "failed" ? null : before;
}

function settle(facts: Facts, { turn, cost }: EventOf<"TurnSettled">): Facts {
  const { [turn]: _, ...reserved } = facts.budget.reserved;
  return { ...facts, budget: { ...facts.budget, reserved, spent: facts.budget.spent + cost } };
}
