import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Actor, IssueSnapshot } from "@tamma/core/domain/loop/work.ts";
import type { RepositoryCommand } from "@tamma/core/domain/repository/commands.ts";
import type { RepositoryEvent } from "@tamma/core/domain/repository/events.ts";
import type { RepositoryEffect } from "@tamma/core/domain/repository/react.ts";
import type { ConfigSource } from "@tamma/core/domain/repository/settings.ts";
import type { KnownRepository, Repository } from "@tamma/core/domain/repository/state.ts";
import { effectTriesMax, retryAt } from "@tamma/core/engine/backoff.ts";
import type { Handled } from "@tamma/core/engine/handle.ts";
import type { PendingEffect } from "@tamma/core/ports/store.ts";
import { logError } from "./log.ts";
import type { ObjectHost } from "./object-host.ts";
import { type LoopAt, performRepositoryEffect, type Told } from "./repository-effects.ts";
import { repositoryMachine } from "./repository-machine.ts";
import { shellOf } from "./shell.ts";

const readPageEvents = 500;

/** A note is for the operator who looks into the rows. */
const noteCharsMax = 200;

export const systemActor: Actor = { kind: "system", id: "tamma" };

/** The repository's stream: commands in, effects towards the loops out. */
export interface RepositoryCore {
  /** The repository, or null when it was never added. */
  known(): KnownRepository | null;
  /** Throws `CommandRefused`. */
  handle(command: RepositoryCommand, commandId: string, actor: Actor): Handled<RepositoryEvent, Repository>;
  together<T>(work: () => T): T;
  perform(pending: PendingEffect): Promise<void>;
  /** Who gave the settings that hold now, and when; null before any were given. */
  configSource(): ConfigSource | null;
  /** Why the loop could not be started; null when nothing went wrong. */
  startRefusal(loop: string): string | null;
  /** The log was replaced by another one. */
  rebuilt(): void;
  /** Performs once more what the repository still wants (shell.ts). */
  repeat(): void;
}

export function repositoryCore(parts: {
  loopAt: LoopAt;
  host: ObjectHost;
  stream: StreamRef;
  /** The issue as it is now; null when there is none. */
  snapshot(issue: number): IssueSnapshot | null;
  changed(): void;
}): RepositoryCore {
  const { host, stream } = parts;
  const shell = shellOf(repositoryMachine, host);
  const refusals = new Map<string, string>();
  const known = () => {
    const { state } = shell.load(stream);
    return state.state === "known" ? state : null;
  };

  function run(
    command: RepositoryCommand,
    commandId: string,
    actor: Actor,
  ): Handled<RepositoryEvent, Repository> {
    return shell.together(() => {
      const handled = shell.handle({ stream, command, commandId, actor, correlationId: null });
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
      end(effect, await performRepositoryEffect(parts.loopAt, effect, repository, parts.snapshot));
    } catch (thrown) {
      logError(`effect ${effect.kind}`, thrown, { key });
      const reason = String(thrown).slice(0, noteCharsMax);
      // A slot must not be held by a loop that cannot be reached: somebody else may use it.
      if (tries + 1 >= effectTriesMax) return end(effect, { refused: reason, ended: false });
      const due = retryAt(host.clock.now(), tries + 1, host.chance.fraction());
      host.store.postponeEffect(stream, key, tries + 1, due, reason);
    }
  }

  function end(effect: RepositoryEffect, { refused, ended }: Told): void {
    shell.together(() => {
      host.store.settleEffect(stream, effect.key, refused === null ? "done" : "failed", refused ?? "");
      if (refused === null) return;
      if (effect.kind === "start-loop") refusals.set(effect.loop, refused);
      // What the loop did not take goes back.
      run(givenBack(effect, refused, ended), `${effect.key}:back`, systemActor);
    });
  }

  return {
    known,
    handle: run,
    together: shell.together,
    perform,
    configSource: () => configSource(host, stream),
    startRefusal: (loop) => refusals.get(loop) ?? null,
    repeat: () => shell.repeat(stream),
    rebuilt: () => {
      shell.refold(stream);
      parts.changed();
    },
  };
}

function givenBack(effect: RepositoryEffect, reason: string, ended: boolean): RepositoryCommand {
  const { loop } = effect;
  if (effect.kind === "grant-merge-turn") return { type: "ReleaseMergeTurn", loop, turn: effect.turn };
  const over = ended || effect.kind === "start-loop";
  return { type: "ReleaseSlot", loop, claim: effect.claim, reason, ended: over };
}

function configSource({ store }: ObjectHost, stream: StreamRef): ConfigSource | null {
  let source: ConfigSource | null = null;
  for (let after = 0; ; ) {
    const page = store.read(stream, after, readPageEvents);
    // A runner reads them from the base branch.
    for (const { type, at, actor } of page)
      if (type === "RepositoryAdded" || type === "ConfigChanged")
        source = { by: actor.kind === "runner" ? "branch" : "person", at };
    const last = page.at(-1);
    if (!last) return source;
    after = last.seq;
  }
}
