import type { RepositoryCommand } from "../commands.ts";
import type { RepositoryEvent } from "../events.ts";
import { reactRepository } from "../react.ts";
import type { Repository } from "../state.ts";
import { noted, type RepositoryLedger } from "./repository-ledger.ts";

/** What must hold of every accepted command; nothing when it does. */
export function brokenLaws(
  command: RepositoryCommand,
  events: readonly RepositoryEvent[],
  known: RepositoryLedger,
): string[] {
  const broken = lateLaws(command, events, known);
  let ledger = known;
  for (const event of events) {
    broken.push(...eventLaws(event, ledger));
    ledger = noted(ledger, event);
  }
  return [...broken, ...endLaws(command, ledger)];
}

/** Whoever says that it ended stands nowhere any more, known or not. */
function endLaws(
  command: RepositoryCommand,
  { queue, holders, turn, turnQueue }: RepositoryLedger,
): string[] {
  if (command.type !== "ReleaseSlot" || !command.ended) return [];
  const names = [...queue, ...holders.map(({ loop }) => loop), ...turnQueue, turn?.loop];
  return names.includes(command.loop) ? ["a loop that ended waits for something or has it"] : [];
}

/** A release that comes late takes away nothing that was granted since. */
function lateLaws(
  command: RepositoryCommand,
  events: readonly RepositoryEvent[],
  { holders, turn }: RepositoryLedger,
): string[] {
  if (events.length === 0) return [];
  if (command.type === "ReleaseSlot" && !command.ended) {
    const held = holders.some((one) => one.loop === command.loop && one.claim === command.claim);
    return held ? [] : ["an old claim gave a slot back"];
  }
  if (command.type === "ReleaseMergeTurn" && command.turn !== null)
    return turn?.turn === command.turn ? [] : ["an old turn gave the merge turn back"];
  return [];
}

function eventLaws(event: RepositoryEvent, now: RepositoryLedger): string[] {
  switch (event.type) {
    case "LoopQueued": {
      const { loop, issue, kind, reason } = event;
      const broken: string[] = [];
      if (now.queue.includes(loop)) broken.push("a loop stands in the queue twice");
      if (now.holders.some((one) => one.loop === loop)) broken.push("a loop is queued that has a slot");
      if (kind === "start" && now.loops.some((one) => one.issue === issue && !one.ended))
        broken.push("an issue has two loops at once");
      if (kind === "start" && now.loops.some((one) => one.loop === loop))
        broken.push("a loop is begun twice");
      if (now.loops.some((one) => one.loop === loop && one.ended)) broken.push("an ended loop is queued");
      if (reason === "auto-next" && now.loops.some((one) => one.issue === issue))
        broken.push("an issue was picked that had a loop");
      if (kind === "start" && now.closed.includes(issue)) broken.push("a closed issue got a loop");
      return broken;
    }
    case "SlotGranted": {
      const broken: string[] = [];
      if (now.holders.length >= now.slots) broken.push("more slots are granted than there are");
      if (now.holders.some((one) => one.loop === event.loop)) broken.push("a loop has two slots");
      if (now.queue[0] !== event.loop) broken.push("a slot is granted past the queue");
      if (now.claims.includes(event.claim)) broken.push("a claim is granted twice");
      return broken;
    }
    case "MergeTurnGranted": {
      const broken: string[] = [];
      if (now.turn) broken.push("two loops may merge at once");
      if (now.turnQueue[0] !== event.loop) broken.push("the merge turn is granted past its queue");
      if (now.turns.includes(event.turn)) broken.push("a merge turn is granted twice");
      return broken;
    }
    default:
      return [];
  }
}

/** What must hold between two commands: nobody waits for what is free, and everyone is told what he has. */
export function restLaws(repository: Repository, ledger: RepositoryLedger): string[] {
  const broken: string[] = [];
  const { queue, holders, slots, turn, turnQueue, loops } = ledger;
  if (queue.length > 0 && holders.length < slots) broken.push("a slot is free and a loop waits for it");
  if (turnQueue.length > 0 && !turn) broken.push("nobody merges and a loop waits for its turn");
  const ended = (loop: string) => loops.some((one) => one.loop === loop && one.ended);
  if (holders.some((one) => ended(one.loop))) broken.push("an ended loop keeps its slot");
  if (queue.some(ended)) broken.push("an ended loop stands in the queue");
  const { effects } = reactRepository(repository);
  const told = (claim: string) => effects.filter((one) => "claim" in one && one.claim === claim).length;
  for (const { claim } of holders) if (told(claim) !== 1) broken.push("a loop is not told of its slot");
  if (turn && !effects.some((one) => one.kind === "grant-merge-turn" && one.turn === turn.turn))
    broken.push("a loop is not told of its merge turn");
  if (new Set(effects.map((one) => one.key)).size !== effects.length) broken.push("a key is wanted twice");
  return broken;
}
