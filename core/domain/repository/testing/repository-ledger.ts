import type { RepositoryEvent } from "../events.ts";

/** What a repository's events alone say, read a second time and without `evolve`. */
export interface RepositoryLedger {
  slots: number;
  closed: readonly number[];
  /** Every loop that was ever queued, and whether it has ended. */
  loops: readonly { loop: string; issue: number; ended: boolean }[];
  queue: readonly string[];
  holders: readonly { loop: string; claim: string }[];
  claims: readonly string[];
  turn: { loop: string; turn: string } | null;
  turnQueue: readonly string[];
  turns: readonly string[];
}

export const emptyLedger: RepositoryLedger = {
  ...{ slots: 1, closed: [], loops: [], queue: [], holders: [], claims: [] },
  ...{ turn: null, turnQueue: [], turns: [] },
};

const without = (list: readonly string[], one: string) => list.filter((each) => each !== one);

/** The ledger after one more event. */
export function noted(ledger: RepositoryLedger, event: RepositoryEvent): RepositoryLedger {
  const { loops, queue, holders, claims, turn, turnQueue, turns } = ledger;
  const ended = (loop: string) => loops.map((one) => (one.loop === loop ? { ...one, ended: true } : one));
  switch (event.type) {
    case "RepositoryAdded":
    case "ConfigChanged":
      return { ...ledger, slots: event.config.slots ?? 1 };
    case "IssueCreated":
      return ledger;
    case "IssueClosed":
      return { ...ledger, closed: [...ledger.closed, event.number] };
    case "LoopQueued": {
      const { loop, issue, kind } = event;
      const known = kind === "start" ? [...loops, { loop, issue, ended: false }] : loops;
      return { ...ledger, loops: known, queue: [...queue, loop] };
    }
    case "LoopUnqueued":
      return { ...ledger, queue: without(queue, event.loop) };
    case "SlotGranted": {
      const { loop, claim } = event;
      const now = { holders: [...holders, { loop, claim }], claims: [...claims, claim] };
      return { ...ledger, ...now, queue: without(queue, loop) };
    }
    case "SlotReleased": {
      const left = holders.filter((one) => one.loop !== event.loop);
      return { ...ledger, holders: left, loops: event.ended ? ended(event.loop) : loops };
    }
    case "LoopEnded":
      return { ...ledger, loops: ended(event.loop) };
    case "MergeTurnRequested":
      return { ...ledger, turnQueue: [...turnQueue, event.loop] };
    case "MergeTurnGranted": {
      const { loop, turn: name } = event;
      const now = { turn: { loop, turn: name }, turns: [...turns, name] };
      return { ...ledger, ...now, turnQueue: without(turnQueue, loop) };
    }
    case "MergeTurnReleased": {
      const left = turn?.loop === event.loop ? null : turn;
      return { ...ledger, turn: left, turnQueue: without(turnQueue, event.loop) };
    }
    default:
      return event satisfies never;
  }
}
