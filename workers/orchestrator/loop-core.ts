import type { LoopCommand } from "@tamma/core/domain/loop/commands.ts";
import type { LoopEvent, StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import type { Actor } from "@tamma/core/domain/loop/work.ts";
import type { Handled } from "@tamma/core/engine/handle.ts";
import { redactDeep } from "@tamma/core/engine/redact.ts";
import type { LeaseRows } from "./lease-rows.ts";
import { loopMachine } from "./loop-machine.ts";
import type { ObjectHost } from "./object-host.ts";
import { shellOf, unlessRefused } from "./shell.ts";

/** The system's own hand: effects, timers, leases. */
const systemActor: Actor = { kind: "system", id: "tamma" };

export const loopStream = (loop: string): StreamRef => ({ kind: "loop", id: loop });

/** The runs of one work item: commands in, states out. */
export interface LoopCore {
  state(loop: string): { seq: number; state: Loop };
  stateAt(loop: string, seq: number): { seq: number; state: Loop };
  /** Throws `CommandRefused`. */
  handle(loop: string, command: LoopCommand, commandId: string, actor: Actor): Handled<LoopEvent, Loop>;
  /** A command of our own, which the loop may not want any more. */
  tell(loop: string, command: LoopCommand, commandId: string): void;
  /** All writes of `work` together or none. */
  together<T>(work: () => T): T;
  /** The log of this loop was replaced by another one. */
  rebuilt(loop: string): void;
  /** Performs once more what the loop still wants (shell.ts). */
  repeat(loop: string): void;
}

/** @param changed called after every command, in the same turn */
export function loopCore(host: ObjectHost, leases: LeaseRows, changed: (loop: string) => void): LoopCore {
  const shell = shellOf(loopMachine, host);

  function run(
    loop: string,
    command: LoopCommand,
    commandId: string,
    actor: Actor,
  ): Handled<LoopEvent, Loop> {
    return shell.together(() => {
      // The last place before the record: no event shall hold a secret, whoever wrote it into a text.
      const clean = redactDeep(command, host.redact);
      const request = { stream: loopStream(loop), command: clean, commandId, actor, correlationId: loop };
      const handled = shell.handle(request);
      if (handled.repeated) return handled;
      leases.keepOnly(loop, heldLease(handled.state));
      changed(loop);
      return handled;
    });
  }

  function rebuilt(loop: string): void {
    const state = shell.refold(loopStream(loop));
    const held = heldLease(state);
    leases.keepOnly(loop, held);
    // Whoever held it then gets the time to say so; after that the job is offered again.
    if (held && !leases.find(held.job)) leases.grant({ ...held, loop, instance: null }, host.clock.now());
    changed(loop);
  }

  return {
    rebuilt,
    repeat: (loop) => shell.repeat(loopStream(loop)),
    state: (loop) => shell.load(loopStream(loop)),
    stateAt: (loop, seq) => shell.at(loopStream(loop), seq),
    handle: run,
    tell: (loop, command, commandId) => unlessRefused(() => void run(loop, command, commandId, systemActor)),
    together: shell.together,
  };
}

/** The lease that the loop itself knows of; every other one is void. */
function heldLease(loop: Loop): { job: string; fence: number; runner: string } | null {
  if (loop.state !== "active" || loop.doing.kind !== "job" || loop.doing.job.runner === null) return null;
  const { id: job, fence, runner } = loop.doing.job;
  return { job, fence, runner };
}
