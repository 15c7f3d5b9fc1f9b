import type { CheckpointKind } from "../loop/events/people.ts";
import type { Approval, Facts } from "../loop/state.ts";
import type { Level, Person, Via } from "../loop/work.ts";
import { type RiskItem, type RiskKind, reservedOf, riskOf } from "./risk.ts";

/** What one checkpoint needs at one level, and why. */
export interface CheckpointRule {
  needed: boolean;
  /** Distinct persons who must say yes. */
  persons: number;
  notRequester: boolean;
  /** May the requester have approved it ahead? Always his decision, and on record as such. */
  preApprovable: boolean;
  /** Risk that forbids every approval ahead of time (FR-34). */
  reserved: RiskKind[];
  reasons: string[];
}

const one = { needed: true, persons: 1, notRequester: false, preApprovable: false };
const none = { needed: false, persons: 0, notRequester: false, preApprovable: false };

type Base = Pick<CheckpointRule, "needed" | "persons" | "notRequester" | "preApprovable">;

/** The table of loop.md: level x checkpoint. `tests` and `assign` do not depend on the level. */
const table: Record<Level, Record<"plan" | "design" | "open" | "complete", Base>> = {
  "dev/autopilot": {
    plan: none,
    design: { ...one, preApprovable: true },
    open: none,
    complete: { ...one, preApprovable: true },
  },
  "dev/consultant": { plan: none, design: one, open: none, complete: one },
  "business/advisor": { plan: one, design: one, open: one, complete: one },
  "business/guardian": {
    plan: one,
    design: { ...one, notRequester: true },
    open: one,
    complete: { ...one, persons: 2, notRequester: true },
  },
};

/** Policy is a pure function of level, checkpoint, risk and the start's settings. */
export function checkpointRule(
  level: Level,
  kind: CheckpointKind,
  risk: RiskItem[],
  confirmAssign = false,
): CheckpointRule {
  const reserved = reservedOf(risk);
  if (kind === "assign") {
    const reasons = [confirmAssign ? "the start asked to confirm" : "the start did not ask to confirm"];
    return { ...(confirmAssign ? one : none), reserved: [], reasons };
  }
  if (kind === "tests") {
    const notRequester = level === "business/guardian";
    const weak: RiskKind[] = reserved.includes("weakened-tests") ? reserved : ["weakened-tests", ...reserved];
    return { ...one, notRequester, reserved: weak, reasons: ["a weakened test always needs a person"] };
  }
  const base = table[level][kind];
  const reasons = [`${level} ${base.needed ? `needs ${persons(base)}` : "asks nobody"} at ${kind}`];
  if (kind !== "complete") return { ...base, reserved: [], reasons };
  if (reserved.length > 0) reasons.push(`never pre-approved: ${reserved.join(", ")}`);
  // Completion ahead of time is only for a change without any risk at all.
  return { ...base, preApprovable: base.preApprovable && risk.length === 0, reserved, reasons };
}

function persons(base: Base): string {
  const who = base.persons === 1 ? "one person" : `${base.persons} persons`;
  return base.notRequester ? `${who}, not the requester` : who;
}

/** The rule for a checkpoint of this loop, at its present risk. */
export function ruleFor(facts: Facts, kind: CheckpointKind): CheckpointRule {
  return checkpointRule(facts.settings.level, kind, riskOf(facts), facts.settings.confirmAssign);
}

/** Why this person may not decide here, or null when he may. */
export function refusalOf(
  checkpoint: { notRequester: boolean; reserved: string[]; approvals: { by: Person }[] },
  requester: Person,
  by: Person,
  via: Via,
): string | null {
  if (checkpoint.notRequester && by.id === requester.id) return "the requester may not decide here";
  if ((via === "--yes" || via === "pre-approved") && checkpoint.reserved.length > 0)
    return `a person has to look at this: ${checkpoint.reserved.join(", ")}`;
  return null;
}

/** Why a loop at this level cannot even start, or null. Two-person rules need two persons who can sign in. */
export function levelRefusal(level: Level, membersMin: number): string | null {
  return level === "business/guardian" && membersMin < 3
    ? "guardian needs two persons besides the requester, and this server has fewer who can sign in"
    : null;
}

/** Does a checkpoint of this kind count as passed for this subject: approvals enough, none of them stale? */
export function isSettled(facts: Facts, kind: CheckpointKind, subject: string): boolean {
  const rule = ruleFor(facts, kind);
  if (!rule.needed) return true;
  const valid = facts.approvals.filter((a) => a.kind === kind && a.subject === subject && a.stale === null);
  const allowed = valid.filter(
    (a) => refusalOf({ ...rule, approvals: [] }, facts.requester, a.by, a.via) === null,
  );
  return distinctPersons(allowed) >= rule.persons;
}

export function distinctPersons(approvals: Pick<Approval, "by">[]): number {
  return new Set(approvals.map((approval) => approval.by.id)).size;
}
