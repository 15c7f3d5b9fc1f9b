import { CommandRefused } from "../../errors.ts";
import { mayBeMerged } from "../../policy/gates.ts";
import type { CommandOf } from "../commands.ts";
import type { Resume } from "../state.ts";
import { type Batch, stale } from "./batch.ts";
import {
  askDesign,
  askPlan,
  call,
  enterAddress,
  enterCi,
  enterComplete,
  enterImplement,
  enterMerge,
  enterPlan,
  enterPush,
  enterReview,
  enterVerify,
  openNow,
  startAttempt,
} from "./enter.ts";

export function resolveEscalation(b: Batch, command: CommandOf<"ResolveEscalation">): void {
  const { escalation, choice, text, by } = command;
  if (b.loop.state !== "escalated" || b.loop.card.escalation !== escalation)
    throw stale(
      "no-such-escalation",
      `escalation ${escalation} is not open`,
      "look at what is open: `tamma inbox`",
    );
  const { card } = b.loop;
  if (!card.choices.includes(choice))
    throw new CommandRefused({
      kind: "invalid",
      code: "choice-not-offered",
      message: `${choice} is not possible here`,
      todo: `choose one of ${card.choices.join(", ")}`,
    });
  b.add({ type: "EscalationResolved", escalation, choice, hint: text, by });
  switch (choice) {
    case "retry": {
      const { budget, settings } = b.facts;
      // A person who lets a loop go on that spent its money grants it the same sum again.
      if (card.what === budgetSpent) {
        const max = budget.spent + settings.budgetMicroUsdMax;
        b.add({ type: "BudgetRaised", max, by });
      }
      if (text.trim() !== "") b.add({ type: "ContextAdded", text, by });
      return goOn(b, b.facts.resume ?? { at: "plan", gate: null });
    }
    case "take-over":
      return b.add({
        type: "ObstacleMet",
        obstacle: "take-over",
        what: `${by.id} takes over`,
        todo: `push to ${b.facts.branch}; the loop goes on with what you push`,
      });
    case "split": {
      const titles = text.split("\n").map((line) => line.trim());
      const split = titles.filter((title) => title !== "");
      if (split.length === 0)
        throw new CommandRefused({
          kind: "invalid",
          code: "no-titles",
          message: "splitting needs the titles of the new issues",
          todo: "send one title a line",
        });
      return b.add({ type: "LoopAbandoned", by, reason: "split into smaller issues", split });
    }
    case "abandon":
      return b.add({ type: "LoopAbandoned", by, reason: text || "abandoned after an escalation", split: [] });
    default:
      return choice satisfies never;
  }
}

/** The words of the card when the money is spent; `retry` then raises the ceiling. */
export const budgetSpent = "the loop's budget is spent";

/** Goes on at `resume`, after a slot was granted again where it was given back. */
export function goOn(b: Batch, resume: Resume): void {
  b.add({ type: "ResumePlanned", resume });
  if (!b.facts.slotHeld) return call(b, "request-slot");
  resumeAt(b, resume);
}

export function slotGranted(b: Batch, { claim }: CommandOf<"GrantSlot">): void {
  b.add({ type: "SlotGranted", claim });
  resumeAt(b, b.facts.resume ?? { at: "plan", gate: null });
}

function resumeAt(b: Batch, resume: Resume): void {
  const { head, pushed, patch, pullRequest, context, branch, failure } = b.facts;
  // Whatever was planned: a head that nobody verified comes first.
  const foreign = pullRequest !== null && head !== null && pushed?.sha !== head && b.facts.headMoved;
  if (foreign) return enterVerify(b, "take-over");
  // A retry finds out; so does who took over and pushed nothing.
  if (mayBeMerged(b.facts)) return enterMerge(b);
  if (resume.at === "take-over") return enterVerify(b, "take-over");
  switch (resume.at) {
    case "assign":
      return call(b, "claim");
    case "plan":
      return context ? askPlan(b) : enterPlan(b);
    case "design":
      return askDesign(b);
    case "open":
      return branch ? call(b, "open-pull-request") : openNow(b);
    case "implement":
    case "build":
    case "test":
    case "ci":
      // Nobody said that the code is wrong (no runner came, no check reported): ask again instead of working.
      if (patch && failure === null) return resume.at === "ci" ? enterCi(b) : enterVerify(b, "gates");
      if (resume.at === "ci" && resume.gate === null) return enterCi(b);
      return enterImplement(b, patch ? "fix" : "work");
    case "push":
      if (resume.gate === "scan") return enterImplement(b, "fix");
      return enterPush(b);
    case "review":
      if (b.facts.review?.sha !== head) return enterReview(b);
      if (resume.gate !== null) return enterImplement(b, "fix");
      startAttempt(b, "review");
      return call(b, "submit-review");
    case "address":
      return enterAddress(b);
    case "complete":
      return enterComplete(b);
    case "merge":
    case "next":
      return enterMerge(b);
    default:
      return resume satisfies never;
  }
}
