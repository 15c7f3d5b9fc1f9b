import type { LoopCommand } from "../commands.ts";
import type { GateName } from "../pipeline.ts";

/** One thing that the world may say next. The first of a list is the good answer. */
export interface Answer {
  name: string;
  command: LoopCommand;
  /** It may be refused: it comes too late, from the wrong one, or is not true. */
  odd?: true;
}

/** Which bad things the world may do; the walk turns them on in turn, a scenario names one. */
export interface World {
  /** Gates that may fail, with an old or a new fingerprint. */
  failing: readonly GateName[];
  /** Lost runners, foreign pushes, moved bases, timers, provider trouble, failed effects, budget. */
  trouble: readonly Trouble[];
}
export type Trouble =
  | "runner-lost"
  | "runner-stops"
  | "head"
  | "base"
  | "timers"
  | "provider"
  | "effects"
  | "weakened"
  | "threads"
  | "questions"
  | "reject"
  | "dirty"
  /** People pause the loop, or take it. */
  | "pauses"
  /** No run of the CI does a job. */
  | "no-run"
  /** The platform merges in its own time. */
  | "queue"
  /** Runners come back with old fences; answers, decisions and timers come too late. */
  | "zombies"
  | "late"
  /** The requester and `--yes` at checkpoints; changes that nobody may wave through; receipts that lie. */
  | "persons"
  | "breaking"
  | "forged"
  /** Reports of checks that must not open the gate. */
  | "checks";
