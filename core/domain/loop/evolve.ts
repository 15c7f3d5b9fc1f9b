import type { Instant } from "../ids.ts";
import type { LoopEvent } from "./events.ts";
import { evolveFacts, firstFacts } from "./evolve-facts.ts";
import { saysOtherwise } from "./own-status.ts";
import type { StepName } from "./pipeline.ts";
import type { Doing, Ended, Facts, Loop } from "./state.ts";

export const initialLoop: Loop = { state: "not-started" };

/**
 * The state after one more event. Total: every event has an effect in every state, or none, but never
 * throws.
 */
export function evolve(loop: Loop, event: LoopEvent, at: Instant): Loop {
  const next = after(loop, event, at);
  if (next.state === "not-started" || !saysOtherwise(loop, next)) return next;
  return { ...next, facts: { ...next.facts, words: (next.facts.words ?? 0) + 1, wordsAt: at } };
}

function after(loop: Loop, event: LoopEvent, at: Instant): Loop {
  if (loop.state === "not-started") {
    if (event.type !== "LoopStarted") return loop;
    return { state: "active", step: "assign", doing: { kind: "deciding" }, facts: firstFacts(event, at) };
  }
  const facts = evolveFacts(loop.facts, event, at);
  if (loop.state === "ended") return { ...loop, facts };
  const ended = endOf(event, loop.step, at, facts);
  if (ended) return ended;
  if (event.type === "Escalated")
    return { state: "escalated", step: loop.step, card: event.card, since: at, facts };
  if (loop.state === "escalated") {
    if (event.type !== "EscalationResolved") return { ...loop, facts };
    return { state: "active", step: loop.step, doing: { kind: "deciding" }, facts };
  }
  const step = event.type === "StepEntered" ? event.step : loop.step;
  return { state: "active", step, doing: nextDoing(loop.doing, event, at), facts };
}

/** The state after all `events`; the fold of nothing is a loop that has not started. */
export function fold(events: Iterable<{ event: LoopEvent; at: Instant }>): Loop {
  let loop = initialLoop;
  for (const { event, at } of events) loop = evolve(loop, event, at);
  return loop;
}

function endOf(event: LoopEvent, step: StepName, at: Instant, facts: Facts): Ended | null {
  switch (event.type) {
    case "Merged":
      return { state: "ended", step: "next", outcome: "merged", reason: "merged", at, facts };
    case "LoopRejected":
      return { state: "ended", step, outcome: "rejected", reason: event.reason, at, facts };
    case "LoopAbandoned":
      return { state: "ended", step, outcome: "abandoned", reason: event.reason, at, facts };
    case "LoopCancelled":
      return { state: "ended", step, outcome: "cancelled", reason: event.reason, at, facts };
    default:
      return null;
  }
}

/** What the loop is doing after the event: begun things replace it, finished ones leave it to be decided. */
function nextDoing(doing: Doing, event: LoopEvent, at: Instant): Doing {
  switch (event.type) {
    case "CallRequested":
      return { kind: "call", call: event.call, n: event.n, since: at };
    case "ModelAsked":
      return { kind: "model", task: event.task, n: event.n, notBefore: event.notBefore, since: at };
    case "JobQueued": {
      const { job: id, n, kind, purpose, notBefore } = event;
      const job = { id, n, kind, purpose, notBefore, fence: 0, runner: null, leasesLost: 0 };
      return { kind: "job", job, since: at };
    }
    case "CheckpointOpened": {
      const { type: _, checkpoint: id, ...rest } = event;
      return { kind: "checkpoint", checkpoint: { ...rest, id, approvals: [] }, since: at };
    }
    case "QuestionsAsked":
      return { kind: "questions", askedBy: event.askedBy, since: at };
    case "ObstacleMet": {
      const { type: _, ...obstacle } = event;
      return { kind: "obstacle", obstacle, since: at };
    }
    case "ChecksAwaited":
      return { kind: "checks", sha: event.sha, n: event.n, since: at };
    case "JobFinished":
    case "JobDropped":
    case "CheckpointPassed":
    case "CheckpointRejected":
    case "ChangeRequested":
    case "ObstacleCleared":
      return { kind: "deciding" };
    default:
      return progress(doing, event, at);
  }
}

/** Events that change the present thing without ending it: leases, approvals, a place in a queue. */
function progress(doing: Doing, event: LoopEvent, at: Instant): Doing {
  if (doing.kind === "call" && event.type === "MergeQueued") return { ...doing, queued: true };
  if (doing.kind === "checks" && event.type === "ChecksAskedAgain") return { ...doing, asked: event.n };
  if (doing.kind === "checks" && event.type === "ChecksSilent") return { ...doing, silent: true };
  if (doing.kind === "job" && event.type === "LeaseGranted" && event.job === doing.job.id) {
    const { fence, runner } = event;
    return { ...doing, job: { ...doing.job, fence, runner }, since: at };
  }
  if (doing.kind === "job" && event.type === "LeaseLost" && event.job === doing.job.id) {
    const leasesLost = doing.job.leasesLost + (event.returned ? 0 : 1);
    return { ...doing, job: { ...doing.job, runner: null, leasesLost }, since: at };
  }
  if (
    doing.kind === "checkpoint" &&
    event.type === "ApprovalGiven" &&
    event.checkpoint === doing.checkpoint.id
  ) {
    const { by, option, via } = event;
    const approvals = [...doing.checkpoint.approvals, { by, option, via, at }];
    return { ...doing, checkpoint: { ...doing.checkpoint, approvals } };
  }
  return doing;
}
