import type { LoopHistories } from "./history.ts";
import { cancel, decide, failEarly, resolve } from "./telling.ts";

/** Loops that ended without a merge, by whom and why. */
export const endedHistories: LoopHistories = {
  "rejected-at-assign": {
    says: "a person was asked whether to begin, and says no",
    settings: { confirmAssign: true },
    tell: (told) => {
      told.untilDoing("assign", "checkpoint");
      decide(told, "reject", { text: "a duplicate", via: "cli" });
    },
  },
  "rejected-at-design": {
    says: "a wish for a change, a design of one's own that is not there yet, then a no",
    tell: (told) => {
      told.untilDoing("design", "checkpoint");
      decide(told, "change", { text: "without a new dependency", via: "comment" });
      told.untilDoing("design", "checkpoint");
      decide(told, "reject", { text: "not worth it" });
    },
  },
  "rejected-before-opening": {
    says: "advisor: plan and design pass, the opening of the pull request does not",
    settings: { level: "business/advisor" },
    tell: (told) => {
      told.untilDoing("plan", "checkpoint");
      decide(told, "change", { text: "split the second step" });
      told.untilDoing("design", "checkpoint");
      decide(told, "edit", { option: "2", text: "round in one place", via: "api" });
      decide(told, "reject", { text: "after the release" });
    },
  },
  "cancelled-at-assign": { says: "before the issue is claimed", tell: (told) => cancel(told) },
  "cancelled-at-plan": {
    says: "while the model plans",
    tell: (told) => cancel(told.untilDoing("plan", "model")),
  },
  "cancelled-at-implement": {
    says: "while a runner works, whose job is dropped",
    tell: (told) => {
      told.untilDoing("design", "checkpoint");
      decide(told, "own", { text: "a table of rounding modes" });
      cancel(told.untilDoing("implement", "leased"), "");
    },
  },
  "cancelled-at-open": {
    says: "while the draft pull request is being opened",
    tell: (told) => cancel(told.untilDoing("open", "call")),
  },
  "cancelled-while-escalated": {
    says: "instead of an answer to the escalation",
    tell: (told) => {
      failEarly(told);
      cancel(told);
    },
  },
  "abandoned-by-expiry": {
    says: "nobody answers the questions, then nobody answers the escalation",
    tell: (told) => {
      told.say({ trouble: ["questions"] }, "questions");
      told.fire("remind").fire("remind").fire("expire-wait");
      told.fire("remind").fire("expire-wait");
    },
  },
  "abandoned-by-choice": {
    says: "all attempts fail, each otherwise, and a person gives the loop up",
    tell: (told) => {
      const failed = ["garbage new 0", "garbage new 1", "garbage new 2", "garbage new 3"];
      told.say({ failing: ["plan"] }, ...failed);
      resolve(told, "abandon", "we drop the feature");
    },
  },
  "abandoned-by-age": {
    says: "after two weeks in all the loop is too old, whatever it waits for",
    tell: (told) => {
      told.untilDoing("design", "checkpoint").fire("total-time").fire("total-time");
    },
  },
  split: {
    says: "a person splits the issue into smaller ones",
    tell: (told) => {
      failEarly(told);
      resolve(told, "split", "Round positive numbers\n\nRound negative numbers");
    },
  },
};
