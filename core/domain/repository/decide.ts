import { CommandRefused } from "../errors.ts";
import { type Instant, loopId, workItemName } from "../ids.ts";
import { levelRefusal } from "../policy/modes.ts";
import type { RepositoryCommand } from "./commands.ts";
import type { RepositoryEvent } from "./events.ts";
import { evolveRepository } from "./evolve.ts";
import { activeLoopOf, type KnownRepository, nextCandidate, type Repository, slotsOf } from "./state.ts";

type Event = RepositoryEvent;
type CommandOf<T extends RepositoryCommand["type"]> = Extract<RepositoryCommand, { type: T }>;

export interface RepositoryContext {
  /** Persons who can sign in here; a single-user server has one. */
  membersMin: number;
  /** Now. */
  at: Instant;
}

/**
 * What the command makes of the repository: its own events, and whatever free slots and turns follow from
 * them.
 */
export function decideRepository(
  command: RepositoryCommand,
  repository: Repository,
  context: RepositoryContext,
): Event[] {
  if (command.type === "AddRepository") return add(command, repository);
  if (repository.state === "unknown")
    throw refused(
      "not-found",
      "unknown-repository",
      "this repository was never added",
      "add it with `tamma repos add`",
    );
  const own = decideKnown(command, repository, context);
  return [...own, ...consequences(own.reduce(evolveRepository, repository as Repository), context.at)];
}

function add(command: CommandOf<"AddRepository">, repository: Repository): Event[] {
  const { config, by } = command;
  if (repository.state === "known") {
    // Added again with what its `.tamma.yml` says now; an address alone says nothing about the settings.
    const silent = Object.keys(config).length === 0;
    if (silent || JSON.stringify(config) === JSON.stringify(repository.config)) return [];
    return [{ type: "ConfigChanged", config }];
  }
  return [{ type: "RepositoryAdded", repository: command.repository, config, by }];
}

function decideKnown(
  command: Exclude<RepositoryCommand, { type: "AddRepository" }>,
  known: KnownRepository,
  context: RepositoryContext,
): Event[] {
  switch (command.type) {
    case "ChangeConfig":
      // Key order is the file's order, and both come from the same parser.
      if (JSON.stringify(known.config) === JSON.stringify(command.config)) return [];
      return [{ type: "ConfigChanged", config: command.config }];
    case "CreateIssue": {
      if (known.issues.some((issue) => issue.number === command.number)) return [];
      const { number, title, bodySha256, labels, author } = command;
      return [{ type: "IssueCreated", number, title, bodySha256, labels: [...labels], author }];
    }
    case "CloseIssue":
      return known.issues.some((issue) => issue.number === command.number && issue.open)
        ? [{ type: "IssueClosed", number: command.number }]
        : [];
    case "QueueLoop":
      return queueLoop(command, known, context);
    case "RequestSlot":
      return requestSlot(command, known);
    case "ReleaseSlot":
      return releaseSlot(command, known);
    case "RequestMergeTurn":
      return requestMergeTurn(command, known);
    case "ReleaseMergeTurn":
      return releaseMergeTurn(command, known);
    default:
      return command satisfies never;
  }
}

function queueLoop(
  command: CommandOf<"QueueLoop">,
  known: KnownRepository,
  context: RepositoryContext,
): Event[] {
  const { issue, requester, confirm, preApprove } = command;
  const found = known.issues.find((each) => each.number === issue);
  if (!found)
    throw refused(
      "not-found",
      "unknown-issue",
      `there is no issue ${issue} in ${known.repository.name}`,
      "list them with `tamma issues`",
    );
  if (activeLoopOf(known, issue)) return [];
  if (!found.open)
    throw refused(
      "conflict",
      "issue-closed",
      `issue ${issue} is closed`,
      "open a new issue for what is left",
    );
  const refusal = levelRefusal(known.config.level ?? "dev/consultant", context.membersMin);
  if (refusal) throw refused("invalid", "level", refusal, "choose another `level` in .tamma.yml");
  return [queuedLoop(known, issue, { requester, confirm, preApprove }, "asked")];
}

function queuedLoop(
  known: KnownRepository,
  issue: number,
  start: Pick<Extract<Event, { type: "LoopQueued" }>, "requester" | "confirm" | "preApprove">,
  reason: "asked" | "auto-next",
): Event {
  const { connection, id } = known.repository;
  const run = known.loops.filter((each) => each.issue === issue).length + 1;
  const loop = loopId(workItemName(connection, id, String(issue)), run);
  return { type: "LoopQueued", loop, issue, kind: "start", ...start, reason };
}

function requestSlot(command: CommandOf<"RequestSlot">, known: KnownRepository): Event[] {
  const { loop } = command;
  const own = known.loops.find((each) => each.loop === loop);
  if (!own || own.ended)
    throw refused(
      "conflict",
      "no-such-loop",
      `${loop} is not a running loop of this repository`,
      "start a new loop",
    );
  if (known.queue.some((each) => each.loop === loop)) return [];
  const { issue, requester, confirm, preApprove } = own;
  const start = { requester, confirm, preApprove };
  const again: Event = { type: "LoopQueued", loop, issue, kind: "resume", ...start, reason: "resumed" };
  // It gave its slot away and the news has not come here yet: without a new grant it would wait forever.
  const holds = known.holders.some((each) => each.loop === loop);
  return holds ? [{ type: "SlotReleased", loop, reason: "asked again", ended: false }, again] : [again];
}

function requestMergeTurn({ loop }: CommandOf<"RequestMergeTurn">, known: KnownRepository): Event[] {
  if (known.mergeQueue.includes(loop)) return [];
  const again: Event = { type: "MergeTurnRequested", loop };
  // A loop that asks although it has the turn did not take the last grant.
  return known.mergeTurn?.loop === loop ? [{ type: "MergeTurnReleased", loop }, again] : [again];
}

function releaseMergeTurn({ loop, turn }: CommandOf<"ReleaseMergeTurn">, known: KnownRepository): Event[] {
  const held = known.mergeTurn?.loop === loop && (turn === null || known.mergeTurn.turn === turn);
  return held ? [{ type: "MergeTurnReleased", loop }] : [];
}

function releaseSlot(command: CommandOf<"ReleaseSlot">, known: KnownRepository): Event[] {
  const { loop, claim, reason, ended } = command;
  const events: Event[] = [];
  // Also of a loop that is not known: it may have asked after a restore to before it was queued.
  if (ended && (known.mergeTurn?.loop === loop || known.mergeQueue.includes(loop)))
    events.push({ type: "MergeTurnReleased", loop });
  const own = known.loops.find((each) => each.loop === loop);
  if (!own || own.ended) return events;
  const holder = known.holders.find((each) => each.loop === loop);
  if (ended && known.queue.some((each) => each.loop === loop))
    events.push({ type: "LoopUnqueued", loop, reason });
  if (holder && (ended || holder.claim === claim)) {
    events.push({ type: "SlotReleased", loop, reason, ended });
    const next = autoNext(events.reduce(evolveRepository, known as Repository), own.requester);
    if (next) events.push(next);
  } else if (ended) events.push({ type: "LoopEnded", loop, reason });
  return events;
}

/** A freed slot picks the next issue when the repository wants that and nobody else stands in the queue. */
function autoNext(after: Repository, requester: KnownRepository["loops"][number]["requester"]): Event | null {
  if (after.state === "unknown" || after.config["auto-next"] !== "on" || after.queue.length > 0) return null;
  const candidate = nextCandidate(after);
  if (!candidate) return null;
  // Nobody stands in front of the screen: nothing is confirmed and nothing approved ahead.
  const by = { ...requester, authenticated: "auto-next" };
  return queuedLoop(after, candidate.number, { requester: by, confirm: false, preApprove: [] }, "auto-next");
}

/**
 * Free slots go to the head of the queue, a free merge turn to the head of its own. Numbers count, and a
 * repository that was set back to an older copy counts the same ones once more: what a loop waits for has the
 * time in its name, or it would take it for what it heard before. A loop is started once; if it was before,
 * it shall know the claim again.
 */
function consequences(after: Repository, at: Instant): Event[] {
  if (after.state === "unknown") return [];
  const events: Event[] = [];
  const free = Math.max(0, slotsOf(after) - after.holders.length);
  for (const [index, { loop, kind }] of after.queue.slice(0, free).entries()) {
    const claim = `${loop}~s${after.grants + index + 1}`;
    events.push({ type: "SlotGranted", loop, claim: kind === "start" ? claim : `${claim}.${at}` });
  }
  const [next] = after.mergeQueue;
  if (!after.mergeTurn && next)
    events.push({ type: "MergeTurnGranted", loop: next, turn: `${next}~m${after.mergeTurns + 1}.${at}` });
  return events;
}

function refused(
  kind: "not-found" | "conflict" | "invalid",
  code: string,
  message: string,
  todo: string,
): CommandRefused {
  return new CommandRefused({ kind, code, message, todo });
}
