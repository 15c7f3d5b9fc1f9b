import { CommandRefused } from "../../errors.ts";
import { mergeRefusals } from "../../policy/gates.ts";
import { retriesMax } from "../../policy/limits.ts";
import type { LoopEvent } from "../events.ts";
import { gateNames } from "../pipeline.ts";
import { react } from "../react.ts";
import type { Facts, Loop } from "../state.ts";
import { answers, type World } from "./answers.ts";
import { describeLoop, send } from "./scenario.ts";

/** What a walk saw: every abstract state once, and every rule that a state or a step broke. */
export interface Walk {
  states: number;
  commands: number;
  ends: Set<string>;
  broken: string[];
}

/**
 * Breadth first over every reachable abstract state: from each, everything that the world can say is sent
 * through the production `decide` and `evolve`. Two states are the same when all that the rules look at is
 * the same; what only grows (counters in keys, texts, times) is left out of the comparison.
 */
export function walk(from: Loop, world: World, statesMax: number): Walk {
  const seen = new Set([abstractKey(from)]);
  const queue: Loop[] = [from];
  const result: Walk = { states: 0, commands: 0, ends: new Set(), broken: [] };
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    result.states += 1;
    if (result.states > statesMax) {
      result.broken.push(`more than ${statesMax} states: the abstraction does not close`);
      return result;
    }
    if (next.state === "ended") result.ends.add(next.outcome);
    result.broken.push(...problemsAtRest(next));
    for (const { name, command } of answers(next, world)) {
      result.commands += 1;
      const after = sendOrRefuse(next, name, command, result);
      if (!after) continue;
      result.broken.push(
        ...problemsOfStep(next, after.loop, after.events).map((problem) => `${problem} after ${name}`),
      );
      const key = abstractKey(after.loop);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(after.loop);
    }
  }
  return result;
}

function sendOrRefuse(loop: Loop, name: string, command: Parameters<typeof send>[1], result: Walk) {
  try {
    return send(loop, command);
  } catch (thrown) {
    // A refusal is a fine answer; anything else is a crash of the rules.
    if (!(thrown instanceof CommandRefused))
      result.broken.push(`${name} at ${describeLoop(loop)} threw ${thrown}`);
    return null;
  }
}

/**
 * Invariant 4: it has ended, or something is pending that will come back. Invariant 5: never over the cap.
 */
function problemsAtRest(loop: Loop): string[] {
  const where = describeLoop(loop);
  const { effects, timers } = react(loop);
  const problems: string[] = [];
  const keys = [...effects, ...timers].map((one) => one.key);
  if (new Set(keys).size !== keys.length) problems.push(`a key is wanted twice at ${where}`);
  if (loop.state === "not-started" || loop.state === "ended") return problems;
  const mainLine = effects.some((one) => one.kind === "call" || one.kind === "ask-model");
  const wakes = timers.some((one) => one.timer !== "total-time");
  if (!mainLine && !wakes) problems.push(`nothing is pending at ${where}`);
  const { budget, attempts } = loop.facts;
  const reserved = Object.values(budget.reserved).reduce((sum, one) => sum + one.amount, 0);
  if (budget.spent + reserved > budget.max) problems.push(`the budget is overdrawn at ${where}`);
  for (const gate of gateNames)
    if (attempts[gate].failed > retriesMax + 1)
      problems.push(`${gate} failed ${attempts[gate].failed} times at ${where}`);
  return problems;
}

/**
 * Invariants 2 and 6: a merge has its proofs, fences only grow, a failed gate never both retries and
 * escalates.
 */
function problemsOfStep(before: Loop, after: Loop, events: LoopEvent[]): string[] {
  const problems: string[] = [];
  const types = events.map((event) => event.type);
  if (types.includes("Merged") && before.state === "active") {
    const { facts } = before;
    // A comment that comes while the merge is under way comes too late; every other proof must stand.
    const answered = { ...facts, threads: facts.threads.filter((one) => one.reply !== null) };
    problems.push(...mergeRefusals(answered).map((refusal) => `merged although ${refusal}`));
    const approved = facts.approvals.some(
      (one) => one.kind === "complete" && one.subject === facts.head && !one.stale,
    );
    if (!approved) problems.push("merged without an approval of this head");
  }
  if (types.includes("RetryScheduled") && types.includes("Escalated"))
    problems.push("retried and escalated at once");
  if (before.state !== "not-started" && after.state !== "not-started") {
    if (after.facts.fences < before.facts.fences) problems.push("a fence shrank");
    if (types.includes("LeaseGranted") && after.facts.fences !== before.facts.fences + 1)
      problems.push("a fence was reused");
  }
  return problems;
}

/** All that the rules look at, and nothing that only grows. */
function abstractKey(loop: Loop): string {
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
  ];
  return JSON.stringify(key);
}

/** Approvals that could count now, each once. */
function approvalsNow(facts: Facts): string[] {
  const subjects = [facts.head, facts.patch?.tree, facts.rebasedFrom];
  const valid = facts.approvals.filter((one) => one.stale === null && subjects.includes(one.subject));
  return [...new Set(valid.map((one) => `${one.kind}:${one.by.id}:${subjects.indexOf(one.subject)}`))].sort();
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
  if (doing.kind === "call") return [step, doing.call];
  if (doing.kind === "model") return [step, doing.task];
  if (doing.kind === "obstacle") return [step, doing.obstacle.obstacle];
  return [step, doing.kind];
}
