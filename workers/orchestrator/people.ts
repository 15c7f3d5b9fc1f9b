import { routeOf } from "@tamma/core/domain/ids.ts";
import type { LoopCommand } from "@tamma/core/domain/loop/commands.ts";
import type { CommandAnswer, DecideCheckpoint } from "@tamma/core/protocol/rest.ts";
import type { Answer, AnswerQuestions, Caller, NewComment, ResolveEscalation } from "../rpc.ts";
import { sha256Hex } from "./cipher.ts";
import { repoCoordinator } from "./objects.ts";
import { ownerOf, type Parts } from "./parts.ts";

/** Commands of people. `by` is whom authentication proved, never what a body says. */

export async function decideCheckpoint(
  parts: Parts,
  caller: Caller,
  loop: string,
  checkpoint: string,
  input: Omit<DecideCheckpoint, "via">,
): Promise<Answer<CommandAnswer>> {
  const { person: by, via } = caller;
  return send(parts, caller, loop, { type: "DecideCheckpoint", checkpoint, ...input, by, via });
}

export async function answerQuestions(
  parts: Parts,
  caller: Caller,
  loop: string,
  { answers }: Omit<AnswerQuestions, "via">,
): Promise<Answer<CommandAnswer>> {
  return send(parts, caller, loop, { type: "AnswerQuestions", answers, by: caller.person, via: caller.via });
}

export async function resolveEscalation(
  parts: Parts,
  caller: Caller,
  loop: string,
  escalation: string,
  input: ResolveEscalation,
): Promise<Answer<CommandAnswer>> {
  return send(parts, caller, loop, { type: "ResolveEscalation", escalation, ...input, by: caller.person });
}

export async function clearObstacle(
  parts: Parts,
  caller: Caller,
  loop: string,
): Promise<Answer<CommandAnswer>> {
  return send(parts, caller, loop, { type: "ClearObstacle", by: caller.person });
}

/** Stops the work until somebody says `clearObstacle`. */
export async function pauseLoop(parts: Parts, caller: Caller, loop: string): Promise<Answer<CommandAnswer>> {
  return send(parts, caller, loop, { type: "PauseLoop", by: caller.person });
}

/** A person takes the loop, wherever it is. */
export async function escalateLoop(
  parts: Parts,
  caller: Caller,
  loop: string,
  reason: string,
): Promise<Answer<CommandAnswer>> {
  return send(parts, caller, loop, { type: "EscalateLoop", by: caller.person, reason });
}

/** A loop that still waits in the queue is taken out there; it has no events of its own yet. */
export async function cancelLoop(
  parts: Parts,
  caller: Caller,
  loop: string,
  reason: string,
): Promise<Answer<CommandAnswer>> {
  const route = routeOf(loop);
  if (route) {
    const coordinator = repoCoordinator(parts.env, { connection: route.connection, id: route.repositoryId });
    if (await coordinator.unqueue(caller, loop))
      return { ok: true, value: { accepted: true, already: null, seq: 0 } };
  }
  return send(parts, caller, loop, { type: "CancelLoop", by: caller.person, reason });
}

/** A comment on the pull request opens a thread; the same comment sent twice opens one. */
export async function comment(
  parts: Parts,
  caller: Caller,
  loop: string,
  input: NewComment,
): Promise<Answer<CommandAnswer>> {
  const thread = `c-${sha256Hex(`${loop} ${caller.commandId}`).slice(0, 12)}`;
  return send(parts, caller, loop, { type: "CommentOnPullRequest", thread, author: caller.person, ...input });
}

async function send(
  parts: Parts,
  { commandId, person }: Caller,
  id: string,
  command: LoopCommand,
): Promise<Answer<CommandAnswer>> {
  const owner = ownerOf(parts, id);
  if (!owner.ok) return owner;
  return owner.value.object.command(owner.value.loop, command, commandId, person);
}
