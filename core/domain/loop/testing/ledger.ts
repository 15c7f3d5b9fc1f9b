import type { LoopEvent } from "../events.ts";
import type { Patch } from "../evidence.ts";
import type { GateName } from "../pipeline.ts";
import type { Loop } from "../state.ts";
import type { Level } from "../work.ts";
import { riskOfPatch, riskOfScan } from "./ledger-risk.ts";

/**
 * What the events alone say, read a second time and without `evolve`: the laws compare the rules with this,
 * so that a mistake in the rules does not excuse itself.
 */
export interface Ledger {
  level: Level;
  requester: string;
  protectedPaths: readonly string[];
  noChecksAreGreen: boolean;

  /** The commit on the branch, and the tree that stands in it; null before, and when somebody else pushed. */
  head: string | null;
  pushedTree: string | null;
  /** The head of before our own rebase that left the change as it was. */
  rebasedFrom: string | null;
  /** Where the branch stands, where the patch stands, and a rebase that is due. */
  branchBase: string | null;
  base: string | null;
  patchTree: string | null;

  passed: Partial<Record<GateName, string>>;
  reviewed: string | null;
  lastReview: { sha: string; blocking: number } | null;
  checks: { sha: string; required: readonly string[] } | null;
  /** Trees whose tests or rules became weaker. */
  weakened: string | null;
  /** Why nobody may say yes ahead of time to the present change. */
  risk: { patch: readonly string[]; scan: readonly string[] };
  /** Open threads. */
  threads: readonly string[];
  /** Every yes that still counts, with what it is bound to. */
  approvals: readonly { kind: string; subject: string; by: string; ahead: boolean }[];
  checkpoint: { id: string; kind: string; subject: string } | null;

  attempts: Partial<Record<GateName, { failed: number; open: number | null; last: string | null }>>;
  /** `given`: how often a runner got it; `lost`: how often that runner vanished. */
  job: { id: string; kind: string; given: number; lost: number } | null;
  lease: { job: string; fence: number } | null;
  fence: number;
  /** The head that a runner was given to merge, as long as no answer says that it is not merged. */
  perhapsMerged: string | null;

  slotHeld: boolean;
  /** Merge turns granted, the last one, and whether the loop still needs it. */
  turns: number;
  turn: string | null;
  turnHeld: boolean;

  money: { max: number; spent: number; reserved: Readonly<Record<string, number>> };
}

/** Where a walk begins: what the state says is taken as said. */
export function ledgerOf(loop: Exclude<Loop, { state: "not-started" }>): Ledger {
  const { facts } = loop;
  const { settings, budget, passed, checks, pushed } = facts;
  const reserved = Object.entries(budget.reserved).map(([turn, { amount }]) => [turn, amount]);
  const attempts = Object.entries(facts.attempts).map(([gate, { failed, open, evidence }]) => [
    gate,
    { failed, open: open ? failed + 1 : null, last: evidence.at(-1)?.fingerprint ?? null },
  ]);
  return {
    ...{ level: settings.level, requester: facts.requester.id, protectedPaths: settings.protectedPaths },
    noChecksAreGreen: settings.noChecksAreGreen,
    ...{ head: facts.head, pushedTree: pushed?.tree ?? null, rebasedFrom: facts.rebasedFrom },
    ...{ branchBase: facts.branchBase, base: facts.base, patchTree: facts.patch?.tree ?? null },
    passed: Object.fromEntries(Object.entries(passed).map(([gate, one]) => [gate, one.subject])),
    reviewed: passed.review?.subject ?? null,
    lastReview: null,
    checks: checks ? { sha: checks.sha, required: requiredOf(checks.checks) } : null,
    weakened: facts.weakened?.tree ?? null,
    risk: {
      patch: facts.patch ? riskOfPatch(facts.patch, settings.protectedPaths) : [],
      scan: facts.measured ? riskOfScan(facts.measured) : [],
    },
    threads: facts.threads.filter((one) => one.reply === null).map((one) => one.id),
    approvals: facts.approvals
      .filter((one) => one.stale === null)
      .map(({ kind, subject, by, via }) => ({ kind, subject, by: by.id, ahead: isAhead(via) })),
    attempts: Object.fromEntries(attempts),
    ...doingNow(loop),
    ...{ fence: facts.fences, perhapsMerged: facts.merging?.head ?? null, slotHeld: facts.slotHeld },
    ...{ turns: facts.mergeTurns, turn: facts.mergeTurn, turnHeld: facts.mergeTurnHeld },
    money: { max: budget.max, spent: budget.spent, reserved: Object.fromEntries(reserved) },
  };
}

function doingNow(loop: Loop): Pick<Ledger, "checkpoint" | "job" | "lease"> {
  const nothing = { checkpoint: null, job: null, lease: null };
  if (loop.state !== "active") return nothing;
  const { doing } = loop;
  if (doing.kind === "checkpoint") return { ...nothing, checkpoint: doing.checkpoint };
  if (doing.kind !== "job") return nothing;
  const { id, kind, leasesLost: lost, runner, fence } = doing.job;
  return {
    ...nothing,
    job: { id, kind, given: fence > 0 ? 1 : 0, lost },
    lease: runner === null ? null : { job: id, fence },
  };
}

export const isAhead = (via: string): boolean => via === "pre-approved" || via === "--yes";

/** The states of the required checks. */
export const requiredOf = (checks: readonly { required: boolean; state: string }[]): string[] =>
  checks.filter((check) => check.required).map((check) => check.state);

/** The ledger after one more event. */
export function noted(ledger: Ledger, event: LoopEvent): Ledger {
  return {
    ...ledger,
    ...workNoted(ledger, event),
    ...codeNoted(ledger, event),
    ...peopleNoted(ledger, event),
  };
}

/** Attempts, jobs, leases, slot, turn and money. */
function workNoted(ledger: Ledger, event: LoopEvent): Partial<Ledger> {
  const { attempts, money, job } = ledger;
  switch (event.type) {
    case "AttemptStarted": {
      const { failed = 0, last = null } = attempts[event.gate] ?? {};
      return { attempts: { ...attempts, [event.gate]: { failed, last, open: event.n } } };
    }
    case "GateFailed": {
      const failed = (attempts[event.gate]?.failed ?? 0) + 1;
      const last = event.evidence.fingerprint;
      return { attempts: { ...attempts, [event.gate]: { failed, last, open: null } } };
    }
    case "EscalationResolved":
      return { attempts: {} };
    case "JobQueued": {
      const turnHeld = event.kind === "develop" ? false : ledger.turnHeld;
      return { job: { id: event.job, kind: event.kind, given: 0, lost: 0 }, lease: null, turnHeld };
    }
    case "LeaseGranted": {
      const lease = { job: event.job, fence: event.fence };
      const given = job && { ...job, given: job.given + 1 };
      const perhapsMerged = job?.kind === "merge" ? ledger.head : ledger.perhapsMerged;
      return { lease, job: given, fence: Math.max(ledger.fence, event.fence), perhapsMerged };
    }
    case "LeaseLost":
      return { lease: null, job: job && { ...job, lost: job.lost + (event.returned ? 0 : 1) } };
    case "JobFinished": {
      const looked = job?.kind === "merge" && event.outcome !== "failed";
      return { job: null, lease: null, perhapsMerged: looked ? null : ledger.perhapsMerged };
    }
    case "JobDropped":
      return { job: null, lease: null };
    case "SlotGranted":
      return { slotHeld: true };
    case "SlotReleased":
      return { slotHeld: false };
    case "MergeTurnGranted":
      return { turns: ledger.turns + 1, turn: event.turn ?? null, turnHeld: true };
    case "TurnReserved":
      return { money: { ...money, reserved: { ...money.reserved, [event.turn]: event.reserved } } };
    case "TurnSettled": {
      const { [event.turn]: _, ...reserved } = money.reserved;
      return { money: { ...money, spent: money.spent + event.cost, reserved } };
    }
    case "BudgetRaised":
      return { money: { ...money, max: event.max } };
    default:
      return {};
  }
}

/** Head, patch, verdicts and checks. */
function codeNoted(ledger: Ledger, event: LoopEvent): Partial<Ledger> {
  switch (event.type) {
    case "ContextCollected":
      return { base: event.base };
    case "BranchCreated":
      return { head: event.head, base: event.base, branchBase: event.base };
    case "PatchProposed":
      return { ...patchNoted(ledger, event.patch), rebasedFrom: null };
    case "PatchRebased":
      return { ...patchNoted(ledger, event.patch), rebasedFrom: event.unchanged ? ledger.head : null };
    case "ChangeMeasured":
      return { weakened: null, risk: { patch: ledger.risk.patch, scan: riskOfScan(event) } };
    case "TestsWeakened":
      return { weakened: event.tree };
    case "CodePushed":
      return { head: event.sha, pushedTree: event.tree, branchBase: ledger.base };
    case "HeadMoved": {
      // Whatever was said yes to is not what stands there now.
      const approvals = ledger.approvals.filter((one) => one.kind !== "complete");
      const replay = { rebasedFrom: null, base: ledger.branchBase };
      return { head: event.to, pushedTree: null, approvals, ...replay };
    }
    case "ReviewAnswered": {
      const blocking = event.review.findings.filter((one) => one.severity === "blocking").length;
      return { lastReview: { sha: event.sha, blocking } };
    }
    case "ChecksReported":
      return { checks: { sha: event.sha, required: requiredOf(event.checks) } };
    case "GatePassed":
      return passNoted(ledger, event.verdict.gate, event.subject);
    default:
      return {};
  }
}

function patchNoted(ledger: Ledger, patch: Patch): Partial<Ledger> {
  const risk = { patch: riskOfPatch(patch, ledger.protectedPaths), scan: [] };
  return { patchTree: patch.tree, base: patch.base, risk };
}

function passNoted(ledger: Ledger, gate: GateName, subject: string): Partial<Ledger> {
  const { attempts, lastReview, rebasedFrom, reviewed } = ledger;
  const { failed = 0, last = null } = attempts[gate] ?? {};
  const passed = { ...ledger.passed, [gate]: subject };
  const closed = { ...attempts, [gate]: { failed, last, open: null } };
  if (gate !== "review") return { passed, attempts: closed };
  const own = lastReview?.sha === subject && lastReview.blocking === 0;
  const carried = rebasedFrom !== null && rebasedFrom === reviewed && subject === ledger.head;
  return { passed, attempts: closed, reviewed: own || carried ? subject : null };
}

/** Checkpoints, approvals, comments, and every wait for a person. */
function peopleNoted(ledger: Ledger, event: LoopEvent): Partial<Ledger> {
  const { approvals, threads } = ledger;
  switch (event.type) {
    case "CheckpointOpened": {
      const { checkpoint: id, kind, subject } = event;
      return { checkpoint: { id, kind, subject }, turnHeld: false };
    }
    case "ApprovalGiven": {
      const { kind, subject, by, via } = event;
      return { approvals: [...approvals, { kind, subject, by: by.id, ahead: isAhead(via) }] };
    }
    case "ApprovalExpired":
      return {
        approvals: approvals.filter((one) => !(one.kind === event.kind && one.subject === event.subject)),
      };
    case "ApprovalCarriedOver": {
      const carried = (one: (typeof approvals)[number]) =>
        one.kind === event.kind && one.subject === event.from;
      return { approvals: approvals.map((one) => (carried(one) ? { ...one, subject: event.to } : one)) };
    }
    case "CheckpointRejected":
    case "ChangeRequested":
      return { attempts: {}, checkpoint: null };
    case "CheckpointPassed":
      return { checkpoint: null };
    case "QuestionsAsked":
    case "ObstacleMet":
    case "Escalated":
      return { turnHeld: false, checkpoint: null };
    case "ThreadOpened":
      return { threads: [...threads, event.thread] };
    case "ThreadAnswered":
      return { threads: threads.filter((one) => one !== event.thread) };
    default:
      return {};
  }
}
