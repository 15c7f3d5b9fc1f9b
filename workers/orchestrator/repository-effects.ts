import { routeOf } from "@tamma/core/domain/ids.ts";
import type { Actor, IssueSnapshot } from "@tamma/core/domain/loop/work.ts";
import { plainGitConnection } from "@tamma/core/domain/platform/connection.ts";
import type { RepositoryEffect } from "@tamma/core/domain/repository/react.ts";
import { settingsOf } from "@tamma/core/domain/repository/settings.ts";
import type { KnownRepository } from "@tamma/core/domain/repository/state.ts";
import type { Answer } from "../rpc.ts";
import type { IssueLoopRpc } from "./objects.ts";
import { membersMin } from "./repository-machine.ts";

/** Who grants slots and turns. */
const coordinatorActor: Actor = { kind: "system", id: "coordinator" };

/** The object that owns the runs of a work item; made anew each time, because one that threw stays broken. */
export type LoopAt = (name: string) => Pick<IssueLoopRpc, "start" | "command">;

/** Refusals by which the loop says that it does not want this (any more): the answer to an old effect. */
const outdated = ["call-not-open", "loop-escalated", "loop-not-started"];

/** The refusal of a loop that is over. */
export const loopEnded = "loop-ended";

/** How a loop took what it was told. */
export interface Told {
  /** Why it does not take it; null when it did, or when this was the echo of something old. */
  refused: string | null;
  /** It has ended. After a restore nobody else may say so: it told its end once, and that was forgotten. */
  ended: boolean;
}

/**
 * Tells a loop what the coordinator decided. A refusal that is no echo comes back as text; faults are thrown.
 */
export async function performRepositoryEffect(
  loopAt: LoopAt,
  effect: RepositoryEffect,
  repository: KnownRepository,
  snapshot: (issue: number) => IssueSnapshot | null,
): Promise<Told> {
  const loop = loopAt(routeOf(effect.loop)?.name ?? "");
  switch (effect.kind) {
    case "start-loop": {
      const issue = snapshot(effect.issue);
      const known = repository.loops.find((each) => each.loop === effect.loop);
      if (!issue || !known) return startedBefore(effect, loop);
      const { requester } = known;
      const settings = settingsOf(repository.config, known, {
        membersMin,
        hosted: repository.repository.connection !== plainGitConnection,
      });
      const { claim } = effect;
      return outcome(
        await loop.start({
          loop: effect.loop,
          claim,
          issue,
          repository: repository.repository,
          requester,
          settings,
        }),
        ["already-started"],
      );
    }
    case "grant-slot": {
      const command = { type: "GrantSlot", claim: effect.claim } as const;
      return outcome(await loop.command(effect.loop, command, effect.key, coordinatorActor), outdated);
    }
    case "grant-merge-turn":
      // A turn that is not taken must go to the next loop, so here an echo is a refusal too.
      return outcome(
        await loop.command(
          effect.loop,
          { type: "GrantMergeTurn", turn: effect.turn },
          effect.key,
          coordinatorActor,
        ),
        [],
      );
    default:
      return effect satisfies never;
  }
}

/**
 * The text of the issue is gone, as after a restore. A loop that has started goes on without it, and keeps
 * its slot; it says so by how it takes the claim that it has.
 */
async function startedBefore(
  { issue, loop, claim, key }: Extract<RepositoryEffect, { kind: "start-loop" }>,
  object: ReturnType<LoopAt>,
): Promise<Told> {
  const answer = await object.command(loop, { type: "GrantSlot", claim }, `${key}:again`, coordinatorActor);
  const never = !answer.ok && answer.refusal.code === "loop-not-started";
  if (never) return { refused: `issue ${issue} is gone`, ended: true };
  // Its slot may be given away for a while: that is no end.
  return outcome(answer, [...outdated, "slot-not-wanted"]);
}

function outcome(answer: Answer<unknown>, echoes: readonly string[]): Told {
  if (answer.ok || echoes.includes(answer.refusal.code)) return { refused: null, ended: false };
  return { refused: answer.refusal.message, ended: answer.refusal.code === loopEnded };
}
