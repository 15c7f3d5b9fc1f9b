import type { Instant } from "../ids.ts";
import type { CallName } from "./events/control.ts";
import type { Check } from "./evidence.ts";
import type { ModelTask } from "./proposal.ts";

type CheckState = Check["state"];

/**
 * An intended touch of the world as data. `key` is unique per occasion and visible in the world where
 * possible, so that whatever is redelivered happens at most once. What the effect carries besides is read
 * from the loop's state when it is performed: the state has not moved while it is wanted.
 */
export type Effect =
  | { kind: "call"; key: string; call: CallName }
  | { kind: "ask-model"; key: string; task: ModelTask; n: number; notBefore: Instant }
  /** Makes the job known to the coordinator, which runners ask first. */
  | { kind: "offer-job"; key: string; job: string; notBefore: Instant }
  | { kind: "ask-checks"; key: string; sha: string }
  /**
   * One sticky comment per loop, updated in place; `revision` grows with what it shows. Absent `notBefore`:
   * at once.
   */
  | { kind: "sticky-comment"; key: string; revision: string; notBefore?: Instant }
  /** A comment of its own, only when a person must act or the loop ended. */
  | { kind: "notice"; key: string; notice: NoticeName }
  /** `words` say why, in a line; absent: the name says it. Absent `notBefore`: at once. */
  | ({ kind: "report-status"; key: string; sha: string; check: string; state: CheckState } & Said)
  | { kind: "reply-thread"; key: string; thread: string }
  | { kind: "close-issue"; key: string }
  | { kind: "close-pull-request"; key: string }
  | { kind: "record-merge"; key: string }
  /** The branch of a loop whose platform merged; a runner deletes it itself. */
  | { kind: "delete-branch"; key: string }
  | { kind: "create-issues"; key: string; titles: string[] }
  | { kind: "release-slot"; key: string; reason: string }
  /** `turn` as the loop was told of it: a later one is not given back by this. */
  | { kind: "release-merge-turn"; key: string; turn: string | null };

interface Said {
  words?: string;
  notBefore?: Instant;
}

export type NoticeName = "checkpoint" | "questions" | "escalation" | "obstacle" | "checks" | "ended";

/** On the main line an effect's answer moves the loop; the others may fail for good without stopping it. */
export function isMainLine(effect: Effect): boolean {
  return effect.kind === "call" || effect.kind === "ask-model" || effect.kind === "ask-checks";
}

/** Others wait for what is given back here, so it is tried until it succeeds; the rest may be skipped. */
export function isOwed(effect: Effect): boolean {
  return effect.kind === "release-slot" || effect.kind === "release-merge-turn";
}

/** A wish to be woken; fired timers come back as the command `FireTimer`. */
export interface Timer {
  key: string;
  timer: TimerName;
  due: Instant;
}

export const timerNames = [
  /**
   * A leased job: when it fires and no heartbeat came since, the host sends `ExpireLease`, else it waits
   * on.
   */
  "lease",
  "remind",
  "expire-wait",
  "runner-deadline",
  "checks-deadline",
  /** The platform may have told how the checks stand, and nobody heard it. */
  "checks-again",
  /** No check has begun: people have to know before the deadline. */
  "checks-silent",
  "turn-deadline",
  "total-time",
] as const;
export type TimerName = (typeof timerNames)[number];

/**
 * What the present state wants from the world. Run on the state after a whole batch, never after each
 * event.
 */
export interface Reaction {
  effects: Effect[];
  timers: Timer[];
}
