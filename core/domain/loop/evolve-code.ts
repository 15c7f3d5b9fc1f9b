import type { EventOf, LoopEvent } from "./events.ts";
import { evolveControl } from "./evolve-control.ts";
import type { Attempts, Facts } from "./state.ts";

/** Facts of branch, patch, gates and threads after one more event. */
export function evolveCode(facts: Facts, event: LoopEvent): Facts {
  switch (event.type) {
    case "BranchCreated": {
      const { branch, base, head } = event;
      return { ...facts, branch, base, branchBase: base, head };
    }
    case "PullRequestOpened": {
      const { id, number, url } = event;
      return { ...facts, pullRequest: { id, number, url, draft: true } };
    }
    case "PullRequestReady":
      return facts.pullRequest ? { ...facts, pullRequest: { ...facts.pullRequest, draft: false } } : facts;
    case "PatchProposed":
      // A head that somebody pushed is part of the patch from here on.
      return {
        ...{ ...facts, patch: event.patch, base: event.patch.base },
        ...{ rebasedFrom: null, headMoved: false, postpones: 0 },
      };
    case "BaseMoved":
      return { ...facts, rebaseOnto: event.to };
    case "PatchRebased": {
      const { patch, unchanged } = event;
      return {
        ...facts,
        patch,
        base: patch.base,
        rebaseOnto: null,
        rebasedFrom: unchanged ? facts.head : null,
      };
    }
    case "ChangeMeasured": {
      const { type: _, lockedTests, ...measured } = event;
      return { ...facts, measured, lockedTests, weakened: null };
    }
    case "TestsWeakened":
      return { ...facts, weakened: { tree: event.tree, items: event.items } };
    case "CodePushed": {
      const { sha, tree } = event;
      return {
        ...facts,
        head: sha,
        branchBase: facts.base,
        pushed: { sha, tree },
        testsPublished: true,
        headMoved: false,
      };
    }
    case "HeadMoved":
      // A replayed patch that was not pushed is given up: the new head stands on the base of the branch.
      return {
        ...{ ...facts, head: event.to, pushed: null, rebasedFrom: null, headMoved: true },
        ...{ base: facts.branchBase, rebaseOnto: null },
      };
    case "WorkReopened": {
      const { reason } = event;
      const evidence = { summary: reason, fingerprint: "sent-back", excerpt: reason, log: null };
      return { ...facts, failure: { gate: "review", evidence } };
    }
    case "ChecksReported":
      return {
        ...facts,
        checks: { sha: event.sha, checks: event.checks, report: (facts.checks?.report ?? 0) + 1 },
      };
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
