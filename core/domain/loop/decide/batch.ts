import { CommandRefused } from "../../errors.ts";
import type { Sha } from "../../ids.ts";
import type { Context } from "../commands.ts";
import type { LoopEvent } from "../events.ts";
import { evolve } from "../evolve.ts";
import type { StepName } from "../pipeline.ts";
import type { Active, EscalatedLoop, Facts, Loop } from "../state.ts";

/**
 * The events of one command as they are decided. Each is folded at once, so that the next choice sees what
 * the one before it made true; effects are still wanted only from the state after the whole batch.
 */
export class Batch {
  readonly events: LoopEvent[] = [];
  readonly context: Context;
  loop: Loop;

  constructor(loop: Loop, context: Context) {
    this.loop = loop;
    this.context = context;
  }

  add(event: LoopEvent): void {
    this.events.push(event);
    this.loop = evolve(this.loop, event, this.context.at);
  }

  /** Enters a step, or stays in it. */
  enter(step: StepName): void {
    if (this.active().step !== step) this.add({ type: "StepEntered", step });
  }

  /** The facts of a loop that has started. */
  get facts(): Facts {
    if (this.loop.state === "not-started") throw notStarted();
    return this.loop.facts;
  }

  /** The head of the branch, which every loop has from `open` on. */
  get head(): Sha {
    return known(this.facts.head, "head");
  }

  /** The commit that the work stands on, which every loop has from its survey on. */
  get base(): Sha {
    return known(this.facts.base, "base");
  }

  /** The loop when it is active; refused otherwise. */
  active(): Active {
    if (this.loop.state === "active") return this.loop;
    throw this.loop.state === "not-started" ? notStarted() : notActive(this.loop);
  }

  /** The loop when it is active or escalated; refused when it ended. */
  live(): Active | EscalatedLoop {
    if (this.loop.state === "active" || this.loop.state === "escalated") return this.loop;
    throw this.loop.state === "not-started" ? notStarted() : notActive(this.loop);
  }
}

/** An event without a real commit could never be read again: better a fault now than a torn log. */
function known(sha: Sha | null, what: string): Sha {
  if (sha === null) throw new Error(`the loop has no ${what} yet`);
  return sha;
}

function notStarted(): CommandRefused {
  return new CommandRefused({
    kind: "not-found",
    code: "loop-not-started",
    message: "this loop has not started",
    todo: "start it with `tamma run`",
  });
}

function notActive(loop: Loop): CommandRefused {
  const what = loop.state === "ended" ? `ended (${loop.outcome})` : "is escalated to a person";
  return new CommandRefused({
    kind: "conflict",
    code: loop.state === "ended" ? "loop-ended" : "loop-escalated",
    message: `the loop ${what}`,
    todo:
      loop.state === "ended"
        ? "start a new loop for the issue"
        : "resolve the escalation first: `tamma inbox`",
  });
}

/** A refusal because the loop does something else now, or the subject moved on. */
export function stale(code: string, message: string, todo: string): CommandRefused {
  return new CommandRefused({ kind: "stale", code, message, todo });
}
