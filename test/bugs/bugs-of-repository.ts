import type { Bug } from "./bug.ts";

const repository = "core/domain/repository";

/** Mistakes in the queue, the slots and the merge turn of a repository. */
export const bugsOfRepository: Bug[] = [
  {
    name: "one-slot-for-two",
    does: "one slot more is granted than there are",
    file: `${repository}/decide.ts`,
    find: "slotsOf(after) - after.holders.length)",
    replace: "slotsOf(after) + 1 - after.holders.length)",
    attacks: "6",
  },
  {
    name: "old-claim-releases",
    does: "a release that comes late takes away the slot that was granted since",
    file: `${repository}/decide.ts`,
    find: "if (holder && (ended || holder.claim === claim)) {",
    replace: 'if (holder && (ended || claim !== "")) {',
    attacks: "6",
  },
  {
    name: "old-turn-releases",
    does: "a merge turn that comes back late takes away the present one",
    file: `${repository}/decide.ts`,
    find: "(turn === null || known.mergeTurn.turn === turn)",
    replace: '(turn === null || turn !== "")',
    attacks: "6",
    slow: true,
  },
  {
    name: "ended-loop-stays-queued",
    does: "a loop that ended in the queue keeps its place and is started later",
    file: `${repository}/decide.ts`,
    find: "if (ended && known.queue.some((each) => each.loop === loop))",
    replace: 'if (ended && known.queue.some((each) => each.loop === ""))',
    attacks: "6",
  },
  {
    name: "two-loops-for-one-issue",
    does: "an issue whose loop runs gets a second one",
    file: `${repository}/decide.ts`,
    find: "if (activeLoopOf(known, issue)) return [];",
    replace: "",
    attacks: "6",
  },
  {
    name: "turn-is-not-passed-on",
    does: "a merge turn that is free is not given to the loop that waits for it",
    file: `${repository}/decide.ts`,
    find: "if (!after.mergeTurn && next)",
    replace: "if (!after.mergeTurn && next && after.mergeTurns === 0)",
    attacks: "4",
    slow: true,
  },
  {
    name: "turn-of-a-stranger-stays",
    does: "a loop that ended, and that its repository does not know, keeps the merge turn",
    file: `${repository}/decide.ts`,
    find: "if (ended && (known.mergeTurn?.loop === loop",
    replace: "if (ended && known.loops.some((own) => own.loop === loop) && (known.mergeTurn?.loop === loop",
    attacks: "6",
  },
  {
    name: "claim-twice",
    does: "two slots are granted under one claim, so the second is never told",
    file: `${repository}/evolve.ts`,
    find: "grants: known.grants + 1 };",
    replace: "grants: known.grants };",
    attacks: "7",
  },
];
