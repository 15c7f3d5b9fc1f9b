import type { Plan } from "./plan.ts";

export interface KeptSeed {
  seed: number;
  /** What is not as the seed would choose it; absent where all is. */
  changes?: Partial<Plan>;
  /** What was wrong. */
  was: string;
}

/**
 * Seeds that once broke an invariant, with what was wrong. They are run by every `npm test`. A change of
 * plans or faults gives a seed another world: what was wrong has a test of its own as well, beside the code.
 * Where a seed is too kind to show a mistake again, one is kept with what was changed in its plan.
 */
export const keptSeeds: readonly KeptSeed[] = [
  { seed: 215, was: "an object that ended while D1 was down had no alarm: its last events stayed uncopied" },
  { seed: 137, was: "a clock set back during a turn gave a negative duration: the log was torn" },
  { seed: 568, was: "a note that was lost with its instance left an ended loop in the list as running" },
  { seed: 326, was: "a merge whose runner was lost was called back by a comment, and made a second time" },
  { seed: 186, was: "a change that answered comments was merged under a review of the head before it" },
  { seed: 1258, was: "a repository that waited for repair kept the slot of an ended loop for ever" },
  { seed: 12897, was: "after a restore a repository took a running loop for one that could not start" },
  { seed: 10964, was: "an older copy that could not write down that it is held went on beside D1" },
  { seed: 16762, was: "the same, with a process that was ended again and again" },
  { seed: 17338, was: "the same, at the second restore" },
  { seed: 27652, was: "the same, at a loop that had waited for a person" },
  { seed: 6015, was: "a repository that was set back started a loop that had ended, and kept its slot" },
  {
    seed: 100,
    changes: {
      ...{ items: 3, slots: 1, autoNext: true },
      rates: { restore: 0.004, "answer-lost": 0.05, "d1-down": 0.003 },
    },
    was: "the same, where the repository picks its next issue by itself",
  },
  {
    seed: 11764,
    was: "a loop that could not be woken after a repair, and nobody was told: its end stayed unknown",
  },
  {
    seed: 724,
    changes: {
      ...{ items: 2, slots: 1, oneProcess: true },
      rates: { restore: 0.003, "request-lost": 0.15 },
    },
    was: "the same, in a world that shows it again",
  },
  { seed: 13265, was: "a loop that was set back asked for its merge turn under a name of its other past" },
  {
    seed: 5319,
    changes: {
      ...{ items: 3, slots: 2, rush: true, skill: 1 },
      rates: { restore: 0.004, "answer-lost": 0.02 },
    },
    was: "the same, in a world that shows it again",
  },
  {
    seed: 11418,
    changes: {
      ...{ items: 2, slots: 1, rush: true, skill: 1 },
      rates: { restore: 0.006, "request-lost": 0.1, "d1-down": 0.006 },
    },
    was: "the same, where D1 is down and calls are lost",
  },
  {
    seed: 780,
    changes: {
      ...{ items: 3, slots: 2, rush: true, skill: 1 },
      rates: { restore: 0.004, "answer-lost": 0.02 },
    },
    was: "the same, where objects leave memory",
  },
  { seed: 17369, was: "a merge turn came back under a name of the loop's other past: it was kept for ever" },
  { seed: 104137, was: "the same: a loop merged twice over two pasts, and all others waited for their turn" },
  { seed: 112446, was: "an instance that was replaced refused the slot for which its successor waited" },
  { seed: 3622, was: "a merge turn that was given back late took away the next one, and its loop waited on" },
  { seed: 159126, was: "a loop unknown to its repository had its merge turn, and was not asked for it back" },
  { seed: 212246, was: "a loop unknown to its repository ended without its merge turn being taken back" },
  {
    seed: 3278,
    was: "a merge whose runners were all lost was forgotten for a comment, and made a second time",
  },
  {
    seed: 1449,
    changes: {
      ...{ items: 3, slots: 2, rush: true, skill: 1, forgetsAfterMs: 10_000 },
      rates: { restore: 0.004, "answer-lost": 0.02 },
    },
    was: "a loop that was set back ended a second time, which freed nothing: it kept its merge turn",
  },
  { seed: 712429, was: "a restore to before the repository was added, and nobody added it again" },
];
