import type { LoopCommand } from "@tamma/core/domain/loop/commands.ts";
import { CommandRefused } from "@tamma/core/domain/errors.ts";
import type { Effect } from "@tamma/core/domain/loop/effects.ts";
import type { LoopEvent, StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import type { TimerName } from "@tamma/core/domain/loop/effects.ts";
import type { Actor } from "@tamma/core/domain/loop/work.ts";
import { effectTriesMax, retryAt } from "@tamma/core/engine/backoff.ts";
import { type FoldCache, foldUpTo, type Handled, handle, load } from "@tamma/core/engine/handle.ts";
import { failedCommand, type LoopPorts, type Performed, perform } from "@tamma/core/engine/perform.ts";
import type { PendingEffect } from "@tamma/core/ports/store.ts";
import type { LeaseRows } from "./lease-rows.ts";
import { logError } from "./log.ts";
import { loopMachine } from "./loop-machine.ts";
import type { ObjectHost } from "./object-host.ts";

/** The system's own hand: effects, timers, leases. */
const systemActor: Actor = { kind: "system", id: "tamma" };

export const loopStream = (loop: string): StreamRef => ({ kind: "loop", id: loop });

/** The runs of one work item: commands in, effects out. */
export interface LoopCore {
  state(loop: string): { seq: number; state: Loop };
  stateAt(loop: string, seq: number): { seq: number; state: Loop };
  /** Throws `CommandRefused`. */
  handle(loop: string, command: LoopCommand, commandId: string, actor: Actor): Handled<LoopEvent, Loop>;
  /** All writes of `work` together; what is cached is dropped when they fail. */
  together<T>(work: () => T): T;
  fireTimers(now: number): void;
  perform(pending: PendingEffect): Promise<void>;
}

export interface CoreParts {
  host: ObjectHost;
  leases: LeaseRows;
  portsOf(loop: Exclude<Loop, { state: "not-started" }>): LoopPorts;
  /** Called after every command, in the same turn. */
  changed(loop: string): void;
}

export function loopCore(parts: CoreParts): LoopCore {
  const { host, leases } = parts;
  const cache: FoldCache<Loop> = new Map();

  function run(loop: string, command: LoopCommand, commandId: string, actor: Actor): Handled<LoopEvent, Loop> {
    return together(() => {
      const request = { stream: loopStream(loop), command, commandId, actor, correlationId: loop };
      const handled = handle(loopMachine, host, cache, request);
      if (!handled.repeated) {
        leases.keepOnly(loop, heldLease(handled.state));
        parts.changed(loop);
      }
      return handled;
    });
  }

  function together<T>(work: () => T): T {
    try {
      return host.store.transaction(work);
    } catch (thrown) {
      if (!(thrown instanceof CommandRefused)) cache.clear();
      throw thrown;
    }
  }

  /** A command of our own: that the loop does not want it any more is no fault. */
  function tell(loop: string, command: LoopCommand, commandId: string): void {
    try {
      run(loop, command, commandId, systemActor);
    } catch (thrown) {
      if (!(thrown instanceof CommandRefused)) throw thrown;
    }
  }

  /** A fault leaves everything as it was, so that the next alarm tries again; the others must not wait for it. */
  function alone(at: string, loop: string, work: () => void): void {
    try {
      together(work);
    } catch (thrown) {
      logError(at, thrown, { loop });
    }
  }

  function fireTimers(now: number): void {
    for (const { stream, key, timer, due } of host.store.dueTimers(now))
      alone(`timer ${timer}`, stream.id, () => {
        host.store.markFired(stream, key);
        // Leases have rows of their own, which heartbeats move.
        if (timer === "lease") return;
        tell(stream.id, { type: "FireTimer", key, timer: timer as TimerName }, `${key}:${due}`);
      });
    for (const { loop, job, fence } of leases.expired(now))
      alone("lease", loop, () => {
        tell(loop, { type: "ExpireLease", job, fence }, `expire:${job}:${fence}`);
        // Whatever the loop said: this lease is over.
        leases.keepOnly(loop, null);
      });
  }

  async function performOne(pending: PendingEffect): Promise<void> {
    const { stream, key, tries } = pending;
    const effect = pending.effect as Effect;
    try {
      const { state } = load(loopMachine, host.store, cache, stream);
      const done: Performed =
        state.state === "not-started"
          ? { ended: "failed", reason: "the loop has not started" }
          : await perform(effect, state, parts.portsOf(state));
      together(() => settle(stream, effect, tries, done));
    } catch (thrown) {
      logError("effect", thrown, { stream: stream.id, key });
      host.store.postponeEffect(stream, key, tries + 1, backoff(tries + 1), String(thrown).slice(0, 200));
    }
  }

  function settle(stream: StreamRef, effect: Effect, tries: number, done: Performed): void {
    const { key } = effect;
    if (done.ended === "done") {
      host.store.settleEffect(stream, key, "done", "");
      if (done.command) tell(stream.id, done.command, `${key}:${tries}`);
      return;
    }
    const reason = host.redact(done.reason);
    if (done.ended === "again" && tries + 1 < effectTriesMax) {
      host.store.postponeEffect(stream, key, tries + 1, done.at ?? backoff(tries + 1), reason);
      return;
    }
    host.store.settleEffect(stream, key, "failed", reason);
    tell(stream.id, failedCommand(effect, reason), `${key}:${tries}`);
  }

  function backoff(tries: number): number {
    return retryAt(host.clock.now(), tries, host.chance.fraction());
  }

  return {
    state: (loop) => load(loopMachine, host.store, cache, loopStream(loop)),
    stateAt: (loop, seq) => foldUpTo(loopMachine, host.store, loopStream(loop), seq),
    handle: run,
    together,
    fireTimers,
    perform: performOne,
  };
}

/** The lease that the loop itself knows of; every other one is void. */
function heldLease(loop: Loop): { job: string; fence: number } | null {
  if (loop.state !== "active" || loop.doing.kind !== "job" || loop.doing.job.runner === null) return null;
  return { job: loop.doing.job.id, fence: loop.doing.job.fence };
}
