import type { Instant } from "../ids.ts";
import type { EventOf, LoopEvent } from "./events.ts";
import { evolveCode } from "./evolve-code.ts";
import { type GateName, gateNames } from "./pipeline.ts";
import type { Attempts, Facts } from "./state.ts";
import type { Person } from "./work.ts";

const noAttempts: Attempts = { failed: 0, open: false, evidence: [] };

function freshAttempts(): Record<GateName, Attempts> {
  return Object.fromEntries(gateNames.map((gate) => [gate, noAttempts])) as Record<GateName, Attempts>;
}

/** The facts of a loop that has just started: it holds its slot and nothing else. */
export function firstFacts(event: EventOf<"LoopStarted">, at: Instant): Facts {
  const { loop, claim, issue, repository, requester, settings } = event;
  const counters = { jobs: 0, fences: 0, calls: 0, asks: 0, checkpoints: 0, escalations: 0, waits: 0 };
  return {
    ...{ loop, claim, issue, repository, requester, settings, startedAt: at, now: at },
    ...{ slotHeld: true, mergeTurnHeld: false, mergeTurns: 0, mergeTurn: null, merging: null, resume: null },
    ...{ base: null, context: null, hasTests: false, clarifications: [], instructions: [] },
    ...{ plan: null, design: null, planHash: null, option: null },
    ...{ branch: null, branchBase: null, head: null, headMoved: false, pullRequest: null },
    ...{
      patch: null,
      rebasedFrom: null,
      rebaseOnto: null,
      lockedTests: [],
      testsPublished: false,
      measured: null,
      weakened: null,
      pushed: null,
    },
    ...{ passed: {}, checks: null, review: null, threads: [] },
    ...{ attempts: freshAttempts(), failure: null, approvals: [], declined: [] },
    ...{ ...counters, reminders: 0, postpones: 0, develops: 0, addressRounds: 0 },
    split: [],
    budget: { max: settings.budgetMicroUsdMax, spent: 0, reserved: {}, turns: 0 },
  };
}

/** Facts after one more event. */
export function evolveFacts(before: Facts, event: LoopEvent, at: Instant): Facts {
  const facts = { ...before, now: at };
  switch (event.type) {
    case "ContextAdded":
      return { ...facts, instructions: [...facts.instructions, event.text] };
    case "ContextCollected":
      return { ...facts, base: event.base, context: event.context, hasTests: event.hasTests };
    case "QuestionsAsked": {
      const asked = event.questions.map((question) => ({ ...question, answer: null }));
      return { ...facts, ...waiting(facts), clarifications: [...facts.clarifications, ...asked] };
    }
    case "QuestionAnswered": {
      const clarifications = facts.clarifications.map((one) =>
        one.id === event.question && one.answer === null ? { ...one, answer: event.answer } : one,
      );
      return { ...facts, clarifications };
    }
    case "PlanProposed":
      return { ...facts, plan: event.plan, postpones: 0 };
    case "OptionsProposed":
    case "DesignEdited":
      return { ...facts, design: event.design, planHash: event.planHash, postpones: 0 };
    case "OptionChosen":
      return { ...facts, option: event.option };
    case "CheckpointOpened":
      return { ...facts, ...waiting(facts), checkpoints: facts.checkpoints + 1 };
    case "ApprovalGiven": {
      const { type: _, ...approval } = event;
      return { ...facts, approvals: [...facts.approvals, { ...approval, at, stale: null }] };
    }
    case "ApprovalExpired":
      return { ...facts, approvals: expire(facts, event) };
    case "ApprovalCarriedOver":
      return { ...facts, approvals: carry(facts, event) };
    case "CheckpointRejected":
      return decline(facts, { ...event, decision: "reject", text: event.reason, at });
    case "ChangeRequested":
      return decline(facts, { ...event, decision: "change", at });
    case "EscalationResolved":
      return { ...facts, attempts: freshAttempts(), addressRounds: 0, postpones: 0 };
    case "Escalated": {
      const resume = { at: event.card.step, gate: event.card.gate };
      return { ...facts, ...waiting(facts), escalations: facts.escalations + 1, resume };
    }
    case "ObstacleMet":
      return { ...facts, ...waiting(facts) };
    case "Reminded":
      return { ...facts, reminders: facts.reminders + 1 };
    default:
      return evolveCode(facts, event);
  }
}

/** A person decided: every gate starts afresh. */
function decline(
  facts: Facts,
  no: Pick<Facts["declined"][number], "checkpoint" | "decision" | "text" | "at"> & { by: Person },
): Facts {
  const { checkpoint, decision, text, at, by } = no;
  const declined = [...facts.declined, { checkpoint, decision, by: by.id, text, at }];
  return { ...facts, attempts: freshAttempts(), addressRounds: 0, declined };
}

/** A wait for a person gives the merge turn back and starts its reminders at zero. */
function waiting(facts: Facts): Partial<Facts> {
  return { waits: facts.waits + 1, reminders: 0, mergeTurnHeld: false };
}

function expire(facts: Facts, { kind, subject, reason }: EventOf<"ApprovalExpired">): Facts["approvals"] {
  return facts.approvals.map((approval) =>
    approval.kind === kind && approval.subject === subject && approval.stale === null
      ? { ...approval, stale: reason }
      : approval,
  );
}

function carry(facts: Facts, { kind, from, to }: EventOf<"ApprovalCarriedOver">): Facts["approvals"] {
  return facts.approvals.map((approval) =>
    approval.kind === kind && approval.subject === from && approval.stale === null
      ? { ...approval, subject: to }
      : approval,
  );
}
