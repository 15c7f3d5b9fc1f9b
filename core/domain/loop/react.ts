import {
  checksAskedAfterMs,
  checksDeadlineMs,
  checksSilentMs,
  escalationExpiryMs,
  leaseMs,
  passingMs,
  remindEveryMs,
  runnerDeadlineMs,
  totalTimeMs,
  waitExpiryMs,
} from "../policy/limits.ts";
import type { Effect, Reaction, Timer } from "./effects.ts";
import { ownStatusOf } from "./own-status.ts";
import type { Active, Ended, EscalatedLoop, Facts, Loop } from "./state.ts";

/**
 * What the present state wants from the world, with stable keys: run it as often as you like, each key
 * happens once. Run it on the state after a whole batch, never after each event, or a failure that also
 * escalates would queue one more try.
 */
export function react(loop: Loop): Reaction {
  switch (loop.state) {
    case "not-started":
      return { effects: [], timers: [] };
    case "active":
      return join(whenActive(loop), always(loop), own(loop));
    case "escalated":
      return join(whenEscalated(loop), always(loop), own(loop));
    case "ended":
      return join(whenEnded(loop), own(loop));
    default:
      return loop satisfies never;
  }
}

function own(loop: Active | EscalatedLoop | Ended): Reaction {
  const status = ownStatusOf(loop);
  return { effects: status ? [status] : [], timers: [] };
}

function join(...parts: Reaction[]): Reaction {
  return { effects: parts.flatMap((part) => part.effects), timers: parts.flatMap((part) => part.timers) };
}

function whenActive({ doing, facts }: Active): Reaction {
  switch (doing.kind) {
    case "call":
      return {
        effects: [{ kind: "call", key: `call:${doing.call}:${doing.n}`, call: doing.call }],
        timers: [],
      };
    case "model": {
      const { task, n, notBefore } = doing;
      return { effects: [{ kind: "ask-model", key: `ask:${task}:${n}`, task, n, notBefore }], timers: [] };
    }
    case "job": {
      const { id: job, fence, runner, leasesLost, notBefore } = doing.job;
      if (runner !== null) {
        const timer: Timer = { key: `lease:${job}:${fence}`, timer: "lease", due: doing.since + leaseMs };
        return { effects: [], timers: [timer] };
      }
      const due = Math.max(doing.since, notBefore) + runnerDeadlineMs;
      const key = `offer:${job}:${fence}:${leasesLost}`;
      return {
        effects: [{ kind: "offer-job", key, job, notBefore }],
        timers: [{ key: `runner-deadline:${key}`, timer: "runner-deadline", due }],
      };
    }
    case "checkpoint":
      return personWait(facts, "checkpoint", doing.since, waitExpiryMs);
    case "questions":
      return personWait(facts, "questions", doing.since, waitExpiryMs);
    case "obstacle":
      return slotGiven(facts, personWait(facts, "obstacle", doing.since, waitExpiryMs));
    case "checks":
      return checksWait(facts, doing);
    case "deciding":
      return { effects: [], timers: [] };
    default:
      return doing satisfies never;
  }
}

/**
 * Checks are asked for at once and then ever more seldom, until they stand or their time is up; people are
 * told once a commit when none has begun.
 */
function checksWait(facts: Facts, doing: Extract<Active["doing"], { kind: "checks" }>): Reaction {
  const { sha, n, since, asked = 0, silent } = doing;
  const key = asked === 0 ? `ask-checks:${n}` : `ask-checks:${n}:${asked}`;
  const effects: Effect[] = [{ kind: "ask-checks", key, sha }];
  const timers: Timer[] = [
    { key: `checks:${n}`, timer: "checks-deadline", due: since + checksDeadlineMs },
    { key: `checks-again:${n}:${asked}`, timer: "checks-again", due: since + checksAskedAfterMs(asked + 1) },
  ];
  const begun = facts.checks?.sha === sha && facts.checks.checks.length > 0;
  if (silent) effects.push({ kind: "notice", key: `notice:checks:${sha}`, notice: "checks" });
  else if (!begun)
    timers.push({ key: `checks-silent:${n}`, timer: "checks-silent", due: since + checksSilentMs });
  return { effects, timers };
}

/** A notice to the person, reminders, and an end to the wait. */
function personWait(
  facts: Facts,
  notice: Extract<Effect, { kind: "notice" }>["notice"],
  since: number,
  expiryMs: number,
): Reaction {
  const { waits, reminders } = facts;
  const timers: Timer[] = [{ key: `expire:${waits}`, timer: "expire-wait", due: since + expiryMs }];
  const remindAt = since + (reminders + 1) * remindEveryMs;
  if (remindAt < since + expiryMs)
    timers.push({ key: `remind:${waits}:${reminders}`, timer: "remind", due: remindAt });
  return { effects: [{ kind: "notice", key: `notice:${notice}:${waits}`, notice }], timers };
}

function whenEscalated({ facts, since }: EscalatedLoop): Reaction {
  return slotGiven(facts, personWait(facts, "escalation", since, escalationExpiryMs));
}

/** A slot that an escalation gave away is given back as long as the loop waits for a person without it. */
function slotGiven(facts: Facts, wait: Reaction): Reaction {
  if (!facts.slotHeld) wait.effects.push(releaseSlot(`e${facts.escalations}`, "escalated"));
  return wait;
}

function whenEnded({ outcome, facts }: Ended): Reaction {
  const effects: Effect[] = [{ kind: "notice", key: "notice:ended", notice: "ended" }];
  if (outcome === "merged") {
    const byPlatform = facts.settings.merges === "platform";
    const kind = byPlatform ? "delete-branch" : "record-merge";
    effects.push({ kind, key: kind }, { kind: "close-issue", key: "close-issue" });
  } else if (facts.pullRequest) effects.push({ kind: "close-pull-request", key: "close-pull-request" });
  if (facts.split.length > 0)
    effects.push({ kind: "create-issues", key: "create-issues", titles: facts.split });
  effects.push({ kind: "sticky-comment", key: `sticky:ended:${outcome}`, revision: outcome });
  effects.push(releaseSlot("end", outcome), ...worldOf(facts));
  return { effects, timers: turnTimers(facts) };
}

/**
 * What every started loop wants besides: the sticky comment, replies, statuses, deadlines of reservations.
 */
function always(loop: Active | EscalatedLoop): Reaction {
  const { facts } = loop;
  const timers = [...turnTimers(facts)];
  timers.push({ key: "total-time", timer: "total-time", due: facts.startedAt + totalTimeMs });
  return { effects: [stickyOf(loop), ...worldOf(facts)], timers };
}

function worldOf(facts: Facts): Effect[] {
  const effects: Effect[] = [];
  for (const thread of facts.threads)
    if (thread.reply !== null)
      effects.push({ kind: "reply-thread", key: `reply:${thread.id}`, thread: thread.id });
  const { checks, settings, mergeTurns } = facts;
  // A platform with checks of its own reports them itself.
  if (checks && settings.checks === "runner")
    for (const { name: check, state } of checks.checks)
      effects.push({
        kind: "report-status",
        key: `status:${checks.sha}:${checks.report}:${check}`,
        sha: checks.sha,
        check,
        state,
      });
  if (mergeTurns > 0 && !facts.mergeTurnHeld)
    effects.push({
      kind: "release-merge-turn",
      key: `release-merge-turn:${mergeTurns}`,
      turn: facts.mergeTurn,
    });
  return effects;
}

function releaseSlot(occasion: string, reason: string): Effect {
  return { kind: "release-slot", key: `release-slot:${occasion}`, reason };
}

function turnTimers(facts: Facts): Timer[] {
  return Object.entries(facts.budget.reserved).map(([turn, { deadline }]) => ({
    key: `turn:${turn}`,
    timer: "turn-deadline",
    due: deadline,
  }));
}

/**
 * The sticky comment as it is to be now; one that was to be before and was not written yet is wanted no more.
 * What passes by within `passingMs` is left out: whatever stays is written then, and with it all that was.
 */
function stickyOf(loop: Active | EscalatedLoop): Effect {
  const { jobs, asks, waits, calls } = loop.facts;
  const doing = loop.state === "active" ? loop.doing.kind : "escalated";
  const shown = `${loop.step}:${doing}:${jobs}.${asks}.${waits}.${calls}`;
  const since = passingSince(loop);
  if (since === null) return { kind: "sticky-comment", key: `sticky:${shown}`, revision: shown };
  // A job that is taken, or lost, begins to count anew.
  const revision = `${shown}:${since}`;
  return { kind: "sticky-comment", key: `sticky:${revision}`, revision, notBefore: since + passingMs };
}

/** Since when a loop does what may be over soon; null for what people are told at once. */
function passingSince(loop: Active | EscalatedLoop): number | null {
  // Whoever gave the issue to Tamma sees that it was taken.
  if (loop.state === "escalated" || loop.step === "assign") return null;
  const { doing } = loop;
  switch (doing.kind) {
    case "checkpoint":
    case "questions":
    case "obstacle":
    case "deciding":
      return null;
    case "call":
    case "model":
    case "job":
    case "checks":
      return doing.since;
    default:
      return doing satisfies never;
  }
}
