import type { RepositoryEvent } from "./events.ts";
import type { KnownRepository, Repository } from "./state.ts";

export const initialRepository: Repository = { state: "unknown" };

/** The state after one more event. */
export function evolveRepository(repository: Repository, event: RepositoryEvent): Repository {
  if (event.type === "RepositoryAdded")
    return {
      state: "known",
      repository: event.repository,
      config: event.config,
      issues: [],
      loops: [],
      queue: [],
      holders: [],
      grants: 0,
      mergeTurn: null,
      mergeQueue: [],
      mergeTurns: 0,
    };
  return repository.state === "known" ? evolveKnown(repository, event) : repository;
}

function evolveKnown(
  known: KnownRepository,
  event: Exclude<RepositoryEvent, { type: "RepositoryAdded" }>,
): KnownRepository {
  switch (event.type) {
    case "ConfigChanged":
      return { ...known, config: event.config };
    case "IssueCreated":
      return {
        ...known,
        issues: [...known.issues, { number: event.number, title: event.title, open: true }],
      };
    case "IssueClosed":
      return {
        ...known,
        issues: known.issues.map((issue) =>
          issue.number === event.number ? { ...issue, open: false } : issue,
        ),
      };
    case "LoopQueued":
      return queued(known, event);
    case "LoopUnqueued":
      return withoutQueued(known, event.loop);
    case "SlotGranted":
      return granted(known, event.loop, event.claim);
    case "SlotReleased":
      return ended(
        { ...known, holders: known.holders.filter((h) => h.loop !== event.loop) },
        event.loop,
        event.ended,
      );
    case "LoopEnded":
      return ended(known, event.loop, true);
    case "MergeTurnRequested":
      return { ...known, mergeQueue: [...known.mergeQueue, event.loop] };
    case "MergeTurnGranted":
      return {
        ...known,
        mergeQueue: known.mergeQueue.filter((loop) => loop !== event.loop),
        mergeTurn: { loop: event.loop, turn: event.turn },
        mergeTurns: known.mergeTurns + 1,
      };
    case "MergeTurnReleased":
      return {
        ...known,
        mergeQueue: known.mergeQueue.filter((loop) => loop !== event.loop),
        mergeTurn: known.mergeTurn?.loop === event.loop ? null : known.mergeTurn,
      };
    default:
      return event satisfies never;
  }
}

function queued(
  known: KnownRepository,
  event: Extract<RepositoryEvent, { type: "LoopQueued" }>,
): KnownRepository {
  const { loop, issue, kind, requester, confirm, preApprove } = event;
  const queue = [...known.queue, { loop, issue, kind }];
  if (kind === "resume") return { ...known, queue };
  return {
    ...known,
    queue,
    loops: [...known.loops, { loop, issue, ended: false, requester, confirm, preApprove }],
  };
}

function withoutQueued(known: KnownRepository, loop: string): KnownRepository {
  return { ...known, queue: known.queue.filter((queuedLoop) => queuedLoop.loop !== loop) };
}

function granted(known: KnownRepository, loop: string, claim: string): KnownRepository {
  const entry = known.queue.find((queuedLoop) => queuedLoop.loop === loop);
  if (!entry) return known;
  const holder = { loop, claim, issue: entry.issue, kind: entry.kind };
  return { ...withoutQueued(known, loop), holders: [...known.holders, holder], grants: known.grants + 1 };
}

function ended(known: KnownRepository, loop: string, isEnded: boolean): KnownRepository {
  if (!isEnded) return known;
  const loops = known.loops.map((each) => (each.loop === loop ? { ...each, ended: true } : each));
  return { ...known, loops };
}
