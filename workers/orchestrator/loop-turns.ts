import { CommandRefused } from "@tamma/core/domain/errors.ts";
import type { Actor } from "@tamma/core/domain/loop/work.ts";
import { reservationGraceMs, turnTimeoutMs } from "@tamma/core/domain/policy/limits.ts";
import type { LeaseRows } from "./lease-rows.ts";
import { logError } from "./log.ts";
import type { LoopCore } from "./loop-core.ts";
import type { TurnPermit, TurnSettlement, TurnWish } from "./objects.ts";
import type { TurnRow, TurnRows } from "./turn-rows.ts";

/** The loop's side of a model turn: permission, signs of life, settlement. Each turn id is answered once. */
export interface LoopTurns {
  reserve(wish: TurnWish): TurnPermit;
  touch(loop: string, turn: string): boolean;
  settle(settlement: TurnSettlement): void;
  /** Gives up the turns that were being streamed when this process's predecessor ended. Never throws. */
  loseLeftOpen(): void;
}

export function loopTurns(core: LoopCore, rows: TurnRows, leases: LeaseRows, now: () => number): LoopTurns {
  function reserve(wish: TurnWish): TurnPermit {
    const { turn } = wish;
    const known = rows.find(turn, now());
    if (known?.state === "answered" && known.answer) return { state: "answered", answer: known.answer };
    if (known?.state === "open" && !known.deserted) return { state: "in-flight" };
    if (known?.state === "open") loseTurn(core, rows, known);
    if (known) return { state: "lost" };
    return grant(wish);
  }

  function grant(wish: TurnWish): TurnPermit {
    const { loop, turn, provider, model, amountMicroUsd: amount, lease } = wish;
    if (lease) {
      const held = leases.find(lease.job);
      if (held?.fence !== lease.fence || held.runner !== lease.runner)
        return {
          state: "refused",
          kind: "stopped",
          message: `job ${lease.job} is not held with fence ${lease.fence}`,
        };
    }
    const deadline = now() + turnTimeoutMs + reservationGraceMs;
    try {
      return core.together((): TurnPermit => {
        const command = { type: "ReserveTurn", turn, provider, model, amount, deadline } as const;
        const handled = core.handle(loop, command, `reserve:${turn}`, modelActor(provider, model));
        if (!handled.events.some((event) => event.type === "TurnReserved"))
          return { state: "refused", kind: "budget", message: "the loop's budget does not allow this turn" };
        rows.open({ turn, loop, amount, job: lease?.job ?? null }, now());
        return { state: "granted" };
      });
    } catch (thrown) {
      if (!(thrown instanceof CommandRefused)) throw thrown;
      return { state: "refused", kind: "stopped", message: thrown.message };
    }
  }

  return {
    reserve,
    touch: (loop, turn) => {
      const known = rows.find(turn, now());
      if (known?.state !== "open") return false;
      rows.touch(turn, now());
      if (core.state(loop).state.state !== "active") return false;
      return known.job === null || leases.find(known.job) !== null;
    },
    settle: ({ loop, turn, outcome, costMicroUsd: cost, ...rest }) =>
      core.together(() => {
        rows.end(
          turn,
          outcome === "answered" ? "answered" : outcome === "failed" ? "failed" : "lost",
          rest.answer,
        );
        const command = { type: "SettleTurn", turn, outcome, cost, ...rest } as const;
        core.handle(loop, command, `settle:${turn}`, { kind: "system", id: "tamma" });
      }),
    loseLeftOpen: () => {
      for (const left of rows.leftOpen())
        try {
          loseTurn(core, rows, left);
        } catch (thrown) {
          logError("turn", thrown, { turn: left.turn });
        }
    },
  };
}

/** Whoever streamed it is gone. What it cost nobody knows, so it counts in full. */
function loseTurn(
  core: LoopCore,
  rows: TurnRows,
  { loop, turn, amount }: Pick<TurnRow, "loop" | "turn" | "amount">,
): void {
  core.together(() => {
    rows.end(turn, "lost", null);
    const nothing = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, latencyMs: 0, answer: null };
    const detail = "cut off; its cost is the reservation in full";
    const outcome = { outcome: "cut", cost: amount, estimated: true, ...nothing, detail } as const;
    core.tell(loop, { type: "SettleTurn", turn, ...outcome }, `settle:${turn}`);
  });
}

function modelActor(provider: string, model: string): Actor {
  return { kind: "model", id: `${provider}/${model}` };
}
