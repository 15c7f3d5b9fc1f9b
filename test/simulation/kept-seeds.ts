/** Seeds that once broke an invariant, with what was wrong. They are run by every `npm test`. */
export const keptSeeds: readonly { seed: number; was: string }[] = [
  { seed: 87, was: "a clock that was set back during a turn gave a negative duration: the log was torn" },
  {
    seed: 6,
    was: "an object that ended while D1 was down had no alarm, and its last events stayed uncopied",
  },
  { seed: 46, was: "a flush asked for in the moment in which another one ended was forgotten" },
  { seed: 1258, was: "a repository that waited for repair kept the slot of an ended loop for ever" },
];
