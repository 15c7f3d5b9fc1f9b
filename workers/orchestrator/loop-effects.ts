import { type Effect, isOwed, type TimerName } from "@tamma/core/domain/loop/effects.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import { effectTriesMax, retryAt } from "@tamma/core/engine/backoff.ts";
import { failedCommand, type LoopPorts, type Performed, perform } from "@tamma/core/engine/perform.ts";
import type { PendingEffect } from "@tamma/core/ports/store.ts";
import { logError } from "./log.ts";
import type { LoopCore } from "./loop-core.ts";
import type { LoopLeases } from "./loop-leases.ts";
import type { ObjectHost } from "./object-host.ts";

/** A note is for the operator who looks into the rows, not for whole answers of a platform. */
const noteCharsMax = 200;

/** What the drain does for a loop: fires what time brings, performs effects, records how they ended. */
export interface LoopEffects {
  fireTimers(now: number): void;
  perform(pending: PendingEffect): Promise<void>;
}

export function loopEffects(
  host: ObjectHost,
  core: LoopCore,
  leases: Pick<LoopLeases, "loseExpired">,
  portsOf: (loop: Exclude<Loop, { state: "not-started" }>) => LoopPorts,
): LoopEffects {
  const backoff = (tries: number) => retryAt(host.clock.now(), tries, host.chance.fraction());

  async function performOne(pending: PendingEffect): Promise<void> {
    const { stream, key, tries } = pending;
    try {
      const { state } = core.state(stream.id);
      const done: Performed =
        state.state === "not-started"
          ? { ended: "failed", reason: "the loop has not started" }
          : await perform(pending.effect as Effect, state, portsOf(state));
      core.together(() => settle(pending, done));
    } catch (thrown) {
      // A fault of ours. The effect stays, so that the loop goes on as soon as it is mended.
      logError("effect", thrown, { stream: stream.id, key });
      const note = String(thrown).slice(0, noteCharsMax);
      host.store.postponeEffect(stream, key, tries + 1, backoff(tries + 1), note);
    }
  }

  function settle({ stream, key, tries, effect }: PendingEffect, done: Performed): void {
    if (done.ended === "done") {
      host.store.settleEffect(stream, key, "done", "");
      if (done.command) core.tell(stream.id, done.command, `${key}:${tries}`);
      return;
    }
    const reason = host.redact(done.reason);
    const note = reason.slice(0, noteCharsMax);
    if (done.ended === "waits") {
      host.store.postponeEffect(stream, key, tries, host.clock.now() + done.pauseMs, note);
      // Under an id of its own: the answer that ends the wait comes after as many tries.
      core.tell(stream.id, done.command, `${key}:${tries}:waits`);
      return;
    }
    if (done.ended === "again" && (isOwed(effect as Effect) || tries + 1 < effectTriesMax)) {
      host.store.postponeEffect(stream, key, tries + 1, done.at ?? backoff(tries + 1), note);
      return;
    }
    host.store.settleEffect(stream, key, "failed", note);
    core.tell(stream.id, failedCommand(effect as Effect, reason), `${key}:${tries}`);
  }

  /** A fault leaves everything as it was for the next alarm; the others must not wait for it. */
  function alone(at: string, loop: string, work: () => void): void {
    try {
      core.together(work);
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
        core.tell(stream.id, { type: "FireTimer", key, timer: timer as TimerName }, `${key}:${due}`);
      });
    leases.loseExpired(now);
  }

  return { fireTimers, perform: performOne };
}
