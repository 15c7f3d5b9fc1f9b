import type { Ledger } from "./ledger.ts";
import { follow, type Told } from "./told.ts";

const treeGates = ["implement", "build", "test", "scan"] as const;

/**
 * Invariant 2. No runner is given the merge, no platform is asked for it, and nothing is merged, without its
 * proofs. What a person writes while the merge is under way comes too late; everything else must still stand
 * at the end.
 */
export function mergeLaws(told: Told): string[] {
  const { command, events, known } = told;
  const broken: string[] = [];
  if (command?.type === "ReportChecks" && command.sha !== known.head && events.length > 0)
    broken.push("checks of another commit counted");
  follow(told, (event, ledger) => {
    if (event.type === "Merged") broken.push(...missing(ledger).map((what) => `merged although ${what}`));
    if (event.type === "CallRequested" && event.call === "merge") {
      broken.push(...missing(ledger).map((what) => `a merge was asked for although ${what}`));
      if (ledger.threads.length > 0) broken.push("a merge was asked for although a thread is open");
      if (!ledger.turnHeld) broken.push("a merge was asked for out of turn");
    }
    if (event.type === "LeaseGranted" && ledger.job?.kind === "merge") {
      broken.push(...missing(ledger).map((what) => `a merge was given out although ${what}`));
      // Once begun it may be done already, so it is given out again whatever was said meanwhile.
      if (ledger.threads.length > 0 && ledger.perhapsMerged !== ledger.head)
        broken.push("a merge was given out although a thread is open");
    }
    if (event.type === "JobQueued" && event.kind === "develop" && ledger.head !== null)
      if (ledger.perhapsMerged === ledger.head) broken.push("new work on a head that may be merged already");
    if (event.type === "JobQueued" && event.kind === "publish") {
      const { patchTree, passed } = ledger;
      for (const gate of treeGates)
        if (passed[gate] !== patchTree) broken.push(`a push was queued although ${gate} is not green`);
    }
    if (event.type === "CodePushed" && event.tree !== ledger.patchTree)
      broken.push("a tree was pushed that nobody verified");
    if (event.type === "GatePassed") broken.push(...withoutProof(event));
  });
  return broken;
}

/** What a merge of the present head lacks, in words. */
function missing(ledger: Ledger): string[] {
  const { head, pushedTree: tree, passed, checks } = ledger;
  if (head === null || tree === null) return ["nobody knows what stands on the branch"];
  const lacks: string[] = treeGates
    .filter((gate) => passed[gate] !== tree)
    .map((gate) => `${gate} is not green`);
  if (passed.ci !== head) lacks.push("ci is not green");
  if (checks?.sha !== head) lacks.push("the checks are about another commit");
  else if (checks.required.some((state) => state !== "passed")) lacks.push("a required check is not green");
  else if (checks.required.length === 0 && !ledger.noChecksAreGreen) lacks.push("no check looked at it");
  if (ledger.reviewed !== head) lacks.push("its review is not there or blocks");
  if (ledger.base !== ledger.branchBase) lacks.push("it stands on an old base");
  if (ledger.weakened === tree && yes(ledger, "tests", tree) < 1) lacks.push("nobody agreed to weaker tests");
  if (!isApproved(ledger, head)) lacks.push("this head lacks its approval");
  return lacks;
}

/** Did as many persons as the level asks for say yes to the merge of this head? */
export function isApproved(ledger: Ledger, head: string): boolean {
  const persons = ledger.level === "business/guardian" ? 2 : 1;
  return yes(ledger, "complete", head) >= persons;
}

/** How many persons said yes to this and were allowed to. */
function yes(ledger: Ledger, kind: string, subject: string): number {
  const risky = [...ledger.risk.patch, ...ledger.risk.scan].length > 0 || kind === "tests";
  const strict = ledger.level === "business/guardian";
  const valid = ledger.approvals.filter(
    (one) =>
      one.kind === kind &&
      one.subject === subject &&
      !(one.ahead && risky) &&
      !(strict && one.by === ledger.requester),
  );
  return new Set(valid.map((one) => one.by)).size;
}

/** A verdict of a clean checkout is one only with receipts of that very tree. */
function withoutProof(event: Extract<Told["events"][number], { type: "GatePassed" }>): string[] {
  const { gate, outcome, receipts } = event.verdict;
  if (outcome !== "passed") return [`${gate} passed with a failed verdict`];
  if (gate !== "build" && gate !== "test" && gate !== "scan") return [];
  if (receipts.length === 0) return [`${gate} passed without a receipt`];
  const other = receipts.some((one) => one.tree !== event.subject);
  return other ? [`${gate} passed on the receipt of another tree`] : [];
}
