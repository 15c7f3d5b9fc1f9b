import { CommandRefused } from "@tamma/core/domain/errors.ts";
import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Actor, IssueSnapshot } from "@tamma/core/domain/loop/work.ts";
import type { RepositoryCommand } from "@tamma/core/domain/repository/commands.ts";
import type { RepositoryEvent } from "@tamma/core/domain/repository/events.ts";
import type { RepositoryEffect } from "@tamma/core/domain/repository/react.ts";
import type { KnownRepository, Repository } from "@tamma/core/domain/repository/state.ts";
import { effectTriesMax, retryAt } from "@tamma/core/engine/backoff.ts";
import { type FoldCache, type Handled, handle, load } from "@tamma/core/engine/handle.ts";
import type { PendingEffect } from "@tamma/core/ports/store.ts";
import type { OrchestratorEnv } from "./env.ts";
import { logError } from "./log.ts";
import type { ObjectHost } from "./object-host.ts";
import { performRepositoryEffect } from "./repository-effects.ts";
import { repositoryMachine } from "./repository-machine.ts";

export const systemActor: Actor = { kind: "system", id: "tamma" };

/** The repository's stream: commands in, effects towards the loops out. */
export interface RepositoryCore {
  state(): Repository;
  /** The repository, or null when it was never added. */
  known(): KnownRepository | null;
  /** Throws `CommandRefused`. */
  handle(command: RepositoryCommand, commandId: string, actor: Actor): Handled<RepositoryEvent, Repository>;
  together<T>(work: () => T): T;
  perform(pending: PendingEffect): Promise<void>;
  /** Why the loop could not be started; null when nothing went wrong. */
  startRefusal(loop: string): string | null;
}

export function repositoryCore(parts: {
  env: OrchestratorEnv;
  host: ObjectHost;
  stream: StreamRef;
  snapshot(issue: number): IssueSnapshot | null;
  changed(): void;
}): RepositoryCore {
  const { host, stream } = parts;
  const cache: FoldCache<Repository> = new Map();
  const refusals = new Map<string, string>();
  const state = () => load(repositoryMachine, host.store, cache, stream).state;
  const known = () => {
    const repository = state();
    return repository.state === "known" ? repository : null;
  };

  function together<T>(work: () => T): T {
    try {
      return host.store.transaction(work);
    } catch (thrown) {
      if (!(thrown instanceof CommandRefused)) cache.clear();
      throw thrown;
    }
  }

  function run(command: RepositoryCommand, commandId: string, actor: Actor): Handled<RepositoryEvent, Repository> {
    return together(() => {
      const request = { stream, command, commandId, actor, correlationId: null };
      const handled = handle(repositoryMachine, host, cache, request);
      if (!handled.repeated) parts.changed();
      return handled;
    });
  }

  async function perform(pending: PendingEffect): Promise<void> {
    const { key, tries } = pending;
    const effect = pending.effect as RepositoryEffect;
    try {
      const repository = known();
      if (!repository) throw new Error("the repository is unknown");
      const { refused } = await performRepositoryEffect(parts.env, effect, repository, parts.snapshot);
      together(() => {
        host.store.settleEffect(stream, key, refused === null ? "done" : "failed", refused ?? "");
        if (refused !== null) giveBack(effect, refused);
      });
    } catch (thrown) {
      logError(`effect ${effect.kind}`, thrown, { key });
      const due = retryAt(host.clock.now(), tries + 1, host.chance.fraction());
      const reason = String(thrown).slice(0, 200);
      // A slot must not be held by a loop that cannot be reached: somebody else may use it.
      if (tries + 1 < effectTriesMax) host.store.postponeEffect(stream, key, tries + 1, due, reason);
      else
        together(() => {
          host.store.settleEffect(stream, key, "failed", reason);
          giveBack(effect, reason);
        });
    }
  }

  /** What the loop did not take goes back. */
  function giveBack(effect: RepositoryEffect, reason: string): void {
    const { loop } = effect;
    if (effect.kind === "grant-merge-turn") {
      run({ type: "ReleaseMergeTurn", loop, turn: effect.turn }, `${effect.key}:back`, systemActor);
      return;
    }
    const ended = effect.kind === "start-loop";
    if (ended) refusals.set(loop, reason);
    run({ type: "ReleaseSlot", loop, claim: effect.claim, reason, ended }, `${effect.key}:back`, systemActor);
  }

  return { state, known, handle: run, together, perform, startRefusal: (loop) => refusals.get(loop) ?? null };
}
