import { CommandRefused } from "../../errors.ts";
import type { LoopCommand } from "../commands.ts";
import { gateNames } from "../pipeline.ts";
import type { Facts, Loop } from "../state.ts";
import { answers } from "./answers.ts";
import { brokenLaws } from "./laws.ts";
import { restLaws } from "./laws-of-waits.ts";
import { type Ledger, ledgerOf, noted } from "./ledger.ts";
import { person } from "./samples.ts";
import { describeLoop, send } from "./scenario.ts";
import type { Answer, World } from "./world.ts";

/** What a walk saw: every abstract state once, and every law that a state or a step broke. */
export interface Walk {
  states: number;
  commands: number;
  ends: Set<string>;
  broken: string[];
}

/** A state with what the events on the way to it said, and the way itself. */
interface Place {
  loop: Loop;
  ledger: Ledger;
  said: string;
  from: Place | null;
}

/**
 * Breadth first over every reachable abstract state: from each, everything that the world can say is sent
 * through the production `decide` and `evolve`, and every law is asked (laws.ts). Two states are the same
 * when all that the rules look at is the same; what only grows (counters in keys, texts, times) is left out
 * of the comparison. It ends at the first place that breaks a law, and says the way there.
 */
export function walk(from: Loop, world: World, statesMax: number): Walk {
  if (from.state === "not-started") throw new Error("a walk begins at a loop that has started");
  const seen = new Set([abstractKey(from, ledgerOf(from), world)]);
  const queue: Place[] = [{ loop: from, ledger: ledgerOf(from), said: "", from: null }];
  const { stackTraceLimit } = Error;
  // Most of what is said is refused, and where a refusal was thrown costs more than the rules themselves.
  Error.stackTraceLimit = 0;
  const result: Walk = { states: 0, commands: 0, ends: new Set(), broken: [] };
  // Not shifted off: that would move the whole queue for each state.
  for (let at = 0; at < queue.length && result.broken.length === 0; at += 1) {
    const place = queue[at] as Place;
    result.states += 1;
    if (result.states > statesMax) {
      result.broken.push(`more than ${statesMax} states: the abstraction does not close`);
      break;
    }
    if (place.loop.state === "ended") result.ends.add(place.loop.outcome);
    const broken = restLaws(place.loop, place.ledger);
    for (const next of steps(place, world, result, broken)) {
      const key = abstractKey(next.loop, next.ledger, world);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(next);
    }
    if (broken.length > 0) result.broken.push(...broken, `the way there: ${wayTo(place)}`);
  }
  Error.stackTraceLimit = stackTraceLimit;
  return result;
}

/** Everything that may come next. Whatever breaks a law on the way is added to `broken`. */
function steps(place: Place, world: World, result: Walk, broken: string[]): Place[] {
  const { loop, ledger: known } = place;
  const next: Place[] = [];
  broken.push(...unwantedSlot(loop));
  for (const { name, command, odd } of [...answers(loop, world), ...cancelled(loop)]) {
    result.commands += 1;
    const sent = sendOrRefuse(loop, name, command, broken);
    if (sent === null && !odd)
      broken.push(`${name} is refused although the loop waits for it, at ${describeLoop(loop)}`);
    if (sent === null) continue;
    const { loop: after, events } = sent;
    const ledger = events.reduce(noted, known);
    const told = { command, events, before: loop, after, known, ledger };
    const again = command.type === "CancelLoop" ? [] : saysAgain(after, name, command, broken);
    broken.push(
      ...[...brokenLaws(told), ...again].map((what) => `${what} after ${name} at ${describeLoop(loop)}`),
    );
    // However a loop was cancelled, it is cancelled: what follows was looked at already.
    if (command.type !== "CancelLoop") next.push({ loop: after, ledger, said: name, from: place });
    else broken.push(...restLaws(after, ledger));
  }
  return next;
}

/** A slot that comes when the loop does not go on yet is said no to, and not taken for something old. */
function unwantedSlot(loop: Loop): string[] {
  if ((loop.state !== "active" && loop.state !== "escalated") || loop.facts.slotHeld) return [];
  if (loop.state === "active" && loop.doing.kind === "call" && loop.doing.call === "request-slot") return [];
  const where = `at ${describeLoop(loop)}`;
  try {
    send(loop, { type: "GrantSlot", claim: "of-nobody" });
    return [`a slot that nobody waits for is taken ${where}`];
  } catch (thrown) {
    const wanted = thrown instanceof CommandRefused && thrown.code === "slot-not-wanted";
    return wanted ? [] : [`a slot that nobody waits for is not given back ${where}: ${String(thrown)}`];
  }
}

/** A person may end a loop wherever it is. */
function cancelled(loop: Loop): Answer[] {
  if (loop.state === "not-started" || loop.state === "ended") return [];
  return [{ name: "cancel", command: { type: "CancelLoop", by: person("ann"), reason: "" } }];
}

/**
 * Whatever people, runners and platforms say twice changes nothing the second time. A report of checks is
 * news each time; timers and failed effects come under one id, so the engine knows them again.
 */
function saysAgain(after: Loop, name: string, command: LoopCommand, broken: string[]): string[] {
  const { type } = command;
  if (type === "ReportChecks" || type === "FireTimer" || type === "ReportEffectFailed") return [];
  const events = sendOrRefuse(after, `${name} again`, command, broken)?.events ?? [];
  return events.length === 0 ? [] : [`said twice it counted twice (${events[0]?.type})`];
}

function wayTo(place: Place): string {
  const said: string[] = [];
  for (let at: Place | null = place; at; at = at.from) said.unshift(at.said);
  return said.slice(1).join(", ") || "none, it begins so";
}

/** A refusal is a fine answer, anything else that is thrown a crash of the rules. */
function sendOrRefuse(loop: Loop, name: string, command: LoopCommand, broken: string[]) {
  try {
    return send(loop, command);
  } catch (thrown) {
    if (!(thrown instanceof CommandRefused)) broken.push(`${name} at ${describeLoop(loop)} threw ${thrown}`);
    return null;
  }
}

/**
 * All that the rules look at, and nothing that only grows. What the events said belongs to it too: rules that
 * forget something make one state of two, and the walk must not follow them there.
 */
function abstractKey(loop: Loop, ledger: Ledger, { trouble }: World): string {
  if (loop.state === "not-started") return "not-started";
  const { facts } = loop;
  const attempts = gateNames.map((gate) => {
    const { failed, evidence } = facts.attempts[gate];
    // Whether an attempt is open only decides if it is put on record again.
    return `${failed}${evidence.at(-1)?.fingerprint === "old" ? "s" : ""}`;
  });
  const holds = {
    verified: facts.passed.scan?.subject === facts.patch?.tree,
    pushedTree: facts.pushed?.tree === facts.patch?.tree,
    pushedHead: facts.pushed?.sha === facts.head,
    checks: facts.checks?.sha === facts.head,
    reviewed: facts.passed.review?.subject === facts.head,
    reviewOf: facts.review?.sha === facts.head,
    weakened: facts.weakened !== null,
    approvals: approvalsNow(facts),
    // Only somebody else can bring back a head of before.
    given: trouble.includes("head") ? approvalsElsewhere(facts) : [],
    rebased: facts.rebasedFrom !== null,
    onto: facts.rebaseOnto !== null,
    base: facts.base,
    moved: facts.headMoved,
  };
  const has = [
    facts.context,
    facts.plan,
    facts.design,
    facts.branch,
    facts.pullRequest,
    facts.patch,
    facts.failure,
  ];
  const threads = facts.threads.filter((thread) => thread.reply === null).length;
  const asked = facts.clarifications.map((one) => (one.answer === null ? "o" : "a")).join("");
  const more = [
    facts.addressRounds,
    facts.slotHeld,
    facts.mergeTurnHeld,
    facts.pullRequest?.draft,
    threads,
    asked,
  ];
  const postponed = Math.min(facts.postpones, 2);
  const key = [
    whereIs(loop),
    attempts,
    holds,
    has.map((one) => one !== null),
    more,
    facts.resume,
    postponed,
    facts.reminders,
    ledgerKey(ledger),
  ];
  return JSON.stringify(key);
}

function ledgerKey(ledger: Ledger): unknown[] {
  const { head, pushedTree, passed, checks, reviewed, approvals, attempts, job, risk, lastReview } = ledger;
  const failed = gateNames.map((gate) => attempts[gate]?.failed ?? 0);
  const yes = approvals.filter((one) => one.subject === head).map((one) => `${one.by} ${one.ahead}`);
  const proven = [
    passed.build === pushedTree,
    passed.ci === head,
    reviewed === head,
    ledger.weakened === pushedTree,
  ];
  const blocks = lastReview?.sha === head && lastReview.blocking > 0;
  const checked = checks?.sha === head ? checks.required : null;
  const holds = [ledger.rebasedFrom !== null, ledger.slotHeld, ledger.turnHeld, ledger.lease !== null];
  return [
    failed,
    job?.lost,
    [...new Set(yes)].sort(),
    proven,
    blocks,
    checked,
    holds,
    [...risk.patch, ...risk.scan],
  ];
}

/** Approvals that could count now, each once. */
function approvalsNow(facts: Facts): string[] {
  const subjects = [facts.head, facts.patch?.tree, facts.rebasedFrom];
  const valid = facts.approvals.filter((one) => one.stale === null && subjects.includes(one.subject));
  return [...new Set(valid.map((one) => `${one.kind}:${one.by.id}:${subjects.indexOf(one.subject)}`))].sort();
}

/** Who said yes to merge another head than the present one, and that yes still stands. */
function approvalsElsewhere({ approvals, head, rebasedFrom }: Facts): string[] {
  const other = approvals.filter(
    (one) => one.kind === "complete" && one.stale === null && ![head, rebasedFrom].includes(one.subject),
  );
  return [...new Set(other.map((one) => one.by.id))].sort();
}

function whereIs(loop: Exclude<Loop, { state: "not-started" }>): unknown {
  if (loop.state === "ended") return [loop.outcome];
  if (loop.state === "escalated") return ["escalated", loop.step, loop.card.gate, loop.card.choices.length];
  const { doing, step } = loop;
  if (doing.kind === "job") {
    const { kind, purpose, runner, leasesLost } = doing.job;
    return [step, kind, purpose, runner, leasesLost];
  }
  if (doing.kind === "checkpoint")
    return [step, doing.checkpoint.kind, doing.checkpoint.approvals.map((one) => one.by.id).sort()];
  if (doing.kind === "call") return [step, doing.call, doing.queued];
  if (doing.kind === "checks") return [step, doing.kind, doing.silent];
  if (doing.kind === "model") return [step, doing.task];
  if (doing.kind === "obstacle") return [step, doing.obstacle.obstacle, doing.obstacle.brokenOff];
  return [step, doing.kind];
}
