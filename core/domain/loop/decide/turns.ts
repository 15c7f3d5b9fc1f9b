import { turnsPerLoopMax } from "../../policy/limits.ts";
import type { CommandOf } from "../commands.ts";
import type { Budget } from "../state.ts";
import { type Batch, stale } from "./batch.ts";
import { escalate } from "./escalate.ts";
import { budgetSpent } from "./resume.ts";

/** Money that may still be reserved, in millionths of a dollar. */
export function budgetLeft(budget: Budget): number {
  const reserved = Object.values(budget.reserved).reduce((sum, one) => sum + one.amount, 0);
  return budget.max - budget.spent - reserved;
}

/**
 * Allows a model turn and sets its worst cost aside, or escalates at once: a spent budget is a person's
 * decision. The caller sees which by whether `turn` is reserved afterwards.
 */
export function reserveTurn(b: Batch, command: CommandOf<"ReserveTurn">): void {
  const { turn, provider, model, amount, deadline } = command;
  const { doing } = b.active();
  const working = doing.kind === "model" || (doing.kind === "job" && doing.job.runner !== null);
  if (!working) throw stale("no-turn-wanted", "the loop needs no model now", "stop the job");
  if (b.facts.budget.reserved[turn]) return;
  const left = budgetLeft(b.facts.budget);
  if (amount > left) {
    b.add({ type: "BudgetExceeded", turn, wanted: amount, left });
    const rest = `${dollars(left)} of ${dollars(b.facts.budget.max)} is left`;
    const why = `the next turn may cost ${dollars(amount)}, ${rest}`;
    return escalate(b, { gate: null, what: budgetSpent, why, excerpt: "" });
  }
  if (b.facts.budget.turns >= turnsPerLoopMax) {
    const why = `${turnsPerLoopMax} model turns were used`;
    return escalate(b, { gate: null, what: "the loop needs too many model turns", why, excerpt: "" });
  }
  b.add({ type: "TurnReserved", turn, provider, model, reserved: amount, deadline });
}

/** Settles a reservation once; what the provider charged beyond it still counts (it is owed). */
export function settleTurn(b: Batch, { type: _, ...turn }: CommandOf<"SettleTurn">): void {
  if (!b.facts.budget.reserved[turn.turn]) return;
  b.add({ type: "TurnSettled", ...turn });
}

/** Nobody settled in time: the reservation counts as spent in full, and says that it is an estimate. */
export function expireTurns(b: Batch): void {
  for (const [turn, { amount, deadline }] of Object.entries(b.facts.budget.reserved)) {
    if (deadline > b.context.at) continue;
    const nothing = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, latencyMs: 0, answer: null };
    const detail = "no answer before the deadline";
    b.add({
      type: "TurnSettled",
      turn,
      outcome: "expired",
      cost: amount,
      estimated: true,
      ...nothing,
      detail,
    });
  }
}

function dollars(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(2)}`;
}
