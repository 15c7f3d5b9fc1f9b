import type { EventOf, LoopEvent } from "./events.ts";
import { evolveControl } from "./evolve-control.ts";
import type { Attempts, Facts } from "./state.ts";

/** Facts of review, threads and gates after one more event. */
export function evolveGates(facts: Facts, event: LoopEvent): Facts {
  switch (event.type) {
    case "ReviewAnswered":
      return { ...facts, review: { sha: event.sha, review: event.review }, postpones: 0 };
    case "ThreadOpened": {
      const { type: _, thread: id, ...rest } = event;
      return { ...facts, threads: [...facts.threads, { ...rest, id, reply: null }] };
    }
    case "ThreadAnswered": {
      const threads = facts.threads.map((thread) =>
        thread.id === event.thread ? { ...thread, reply: event.reply } : thread,
      );
      return { ...facts, threads };
    }
    case "AddressRoundStarted":
      return { ...facts, addressRounds: event.n };
    case "AttemptStarted":
      return {
        ...facts,
        attempts: { ...facts.attempts, [event.gate]: { ...facts.attempts[event.gate], open: true } },
      };
    case "GatePassed":
      return gatePassed(facts, event);
    case "GateFailed":
      return gateFailed(facts, event);
    default:
      return evolveControl(facts, event);
  }
}

function gatePassed(facts: Facts, { verdict, subject }: EventOf<"GatePassed">): Facts {
  const { gate } = verdict;
  // A pass closes the attempt unused and resets nothing: only a person's decision does.
  const attempts = { ...facts.attempts, [gate]: { ...facts.attempts[gate], open: false } };
  const failure = facts.failure?.gate === gate ? null : facts.failure;
  return { ...facts, attempts, failure, passed: { ...facts.passed, [gate]: { subject, verdict } } };
}

function gateFailed(facts: Facts, { gate, attempt: n, evidence }: EventOf<"GateFailed">): Facts {
  const before = facts.attempts[gate];
  const { summary, fingerprint, excerpt } = evidence;
  const after: Attempts = {
    failed: before.failed + 1,
    open: false,
    evidence: [...before.evidence, { n, summary, fingerprint, excerpt }],
  };
  return { ...facts, attempts: { ...facts.attempts, [gate]: after }, failure: { gate, evidence } };
}
