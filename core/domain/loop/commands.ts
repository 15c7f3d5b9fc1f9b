import type { Instant, MicroUsd, Sha } from "../ids.ts";
import type { MergeOutcome } from "../platform/merging.ts";
import type { TimerName } from "./effects.ts";
import type { BlobRef, Check } from "./evidence.ts";
import type { JobResult } from "./jobs.ts";
import type { Design, ModelTask, Plan, Review } from "./proposal.ts";
import type { Actor, IssueSnapshot, LoopSettings, Person, RepositoryRef, Via } from "./work.ts";

/** A request to change one loop. Refused ones throw `CommandRefused` and change nothing. */
export type LoopCommand =
  | {
      type: "StartLoop";
      loop: string;
      claim: string;
      issue: IssueSnapshot;
      repository: RepositoryRef;
      requester: Person;
      settings: LoopSettings;
    }
  // people
  | {
      type: "DecideCheckpoint";
      checkpoint: string;
      subject: string;
      /**
       * `edit`: rewrite option `option` with `text`; `own`: choose an option of one's own, described by
       * `text`.
       */
      decision: "approve" | "change" | "edit" | "own" | "reject";
      option: string | null;
      text: string;
      by: Person;
      via: Via;
    }
  | { type: "AnswerQuestions"; answers: { question: string; answer: string }[]; by: Person; via: Via }
  | {
      type: "ResolveEscalation";
      escalation: string;
      choice: "retry" | "take-over" | "split" | "abandon";
      /** The hint for `retry`, one title a line for `split`, the reason for `abandon`. */
      text: string;
      by: Person;
    }
  /** The obstacle is out of the way: go on. */
  | { type: "ClearObstacle"; by: Person }
  | { type: "CancelLoop"; by: Person; reason: string }
  /** Hand the loop to a person, wherever it is. */
  | { type: "EscalateLoop"; by: Person; reason: string }
  /** Do nothing more until `ClearObstacle`. */
  | { type: "PauseLoop"; by: Person }
  | {
      type: "CommentOnPullRequest";
      thread: string;
      author: Person;
      path: string | null;
      line: number;
      text: string;
    }
  // calls on the main line
  | { type: "ReportClaimed" }
  | { type: "GrantSlot"; claim: string }
  | { type: "ReportPullRequestOpened"; id: string; number: number; url: string }
  | { type: "ReportPullRequestReady" }
  | { type: "ReportReviewSubmitted" }
  /** `turn` is absent where the repository's object runs older code. */
  | { type: "GrantMergeTurn"; turn?: string }
  /** The platform's answer to the merge call `n`. */
  | { type: "ReportMerge"; n: number; outcome: MergeOutcome }
  /** A call failed for good (its retries are spent, or retrying cannot help). */
  | { type: "ReportEffectFailed"; key: string; mainLine: boolean; effect: string; reason: string }
  // model
  | { type: "ReportPlan"; n: number; plan: Plan }
  | { type: "ReportDesign"; n: number; design: Design }
  | { type: "ReportReview"; n: number; review: Review }
  | {
      type: "ReportModelFailure";
      task: ModelTask;
      n: number;
      /** garbage and refusal use up an attempt; transient and limit postpone; the rest needs a person. */
      kind: "garbage" | "refusal" | "transient" | "limit" | "auth" | "overflow" | "invalid" | "budget";
      detail: string;
      retryAt: Instant | null;
    }
  | {
      type: "ReserveTurn";
      turn: string;
      provider: string;
      model: string;
      amount: MicroUsd;
      deadline: Instant;
    }
  | {
      type: "SettleTurn";
      turn: string;
      outcome: "answered" | "failed" | "cut";
      cost: MicroUsd;
      /** Nobody knows what it cost: the reservation counts in full. */
      estimated: boolean;
      inputTokens: number;
      outputTokens: number;
      cacheReadTokens: number;
      latencyMs: number;
      answer: BlobRef | null;
      detail: string;
    }
  // runner
  | { type: "LeaseJob"; job: string; runner: string }
  | { type: "ExpireLease"; job: string; fence: number }
  | { type: "ReportJobResult"; job: string; fence: number; result: JobResult }
  // the world
  /** `logs`: ends of the logs of failed required checks, for people and the model; absent: none. */
  | { type: "ReportChecks"; sha: Sha; checks: Check[]; logs?: string }
  | { type: "ReportHead"; branch: string; head: Sha }
  /** No run of the repository's CI does this job: why, and what a person can do. */
  | { type: "ReportNoRun"; job: string; why: string; todo: string }
  | { type: "FireTimer"; key: string; timer: TimerName };

export type LoopCommandType = LoopCommand["type"];
export type CommandOf<T extends LoopCommandType> = Extract<LoopCommand, { type: T }>;

/**
 * What a decision may know besides state and command. `at` is the time of the command; `sha256` is a pure
 * function (hex of the UTF-8 text), handed in because the domain itself has no cryptography.
 */
export interface Context {
  at: Instant;
  actor: Actor;
  sha256: (text: string) => string;
}
