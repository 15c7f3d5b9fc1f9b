import { z } from "zod";
import { Instant } from "../ids.ts";
import { todaysVersion } from "../upcast.ts";
import * as code from "./events/code.ts";
import * as control from "./events/control.ts";
import * as people from "./events/people.ts";
import * as workItem from "./events/work-item.ts";
import { loopUpcasts } from "./upcasts.ts";
import { Actor } from "./work.ts";

/**
 * Every fact of a loop. An event is never changed once released: a new shape is a new `version`, and
 * `upcasts.ts` says how the old one is read as today's.
 */
export const LoopEvent = z.discriminatedUnion("type", [
  workItem.LoopStarted,
  workItem.WorkItemClaimed,
  workItem.ContextAdded,
  workItem.ContextCollected,
  workItem.AmbiguityScored,
  workItem.QuestionsAsked,
  workItem.QuestionAnswered,
  workItem.PlanProposed,
  workItem.OptionsProposed,
  workItem.DesignEdited,
  workItem.OptionChosen,
  people.PolicyDecided,
  people.CheckpointOpened,
  people.ApprovalGiven,
  people.CheckpointPassed,
  people.CheckpointRejected,
  people.ChangeRequested,
  people.ApprovalExpired,
  people.ApprovalCarriedOver,
  people.ThreadOpened,
  people.ThreadAnswered,
  people.Reminded,
  people.Escalated,
  people.EscalationResolved,
  people.ObstacleMet,
  people.ObstacleCleared,
  code.BranchCreated,
  code.PullRequestOpened,
  code.PullRequestReady,
  code.RedRejected,
  code.PatchProposed,
  code.PatchRefused,
  code.ChangeMeasured,
  code.TestsWeakened,
  code.CodePushed,
  code.HeadMoved,
  code.BaseMoved,
  code.PatchRebased,
  code.AttemptStarted,
  code.GatePassed,
  code.GateFailed,
  code.RetryScheduled,
  code.WorkReopened,
  code.ChecksReported,
  code.ReviewAnswered,
  code.ReviewSubmitted,
  code.AddressRoundStarted,
  code.MergeTurnGranted,
  code.MergeQueued,
  code.Merged,
  control.StepEntered,
  control.JobQueued,
  control.CallRequested,
  control.ModelAsked,
  control.ChecksAwaited,
  control.ChecksAskedAgain,
  control.ChecksSilent,
  control.LeaseGranted,
  control.LeaseLost,
  control.JobFinished,
  control.JobDropped,
  control.TurnReserved,
  control.TurnSettled,
  control.BudgetExceeded,
  control.BudgetRaised,
  control.ModelPostponed,
  control.EffectSkipped,
  control.ResumePlanned,
  control.SlotReleased,
  control.SlotGranted,
  control.LoopCancelled,
  control.LoopRejected,
  control.LoopAbandoned,
]);
export type LoopEvent = z.infer<typeof LoopEvent>;
export type LoopEventType = LoopEvent["type"];
export type EventOf<T extends LoopEventType> = Extract<LoopEvent, { type: T }>;

/** Today's version of every event type; an upcast raises it. */
export const loopEventVersion = todaysVersion(loopUpcasts);

export const StreamRef = z.object({ kind: z.enum(["loop", "repository", "account"]), id: z.string() });
export type StreamRef = z.infer<typeof StreamRef>;

/**
 * An event on record. `hash = SHA-256(prevHash + canonical JSON of all the other fields)`, see
 * audit/chain.ts. `payload` is the event without its `type`.
 */
export const Envelope = z.object({
  id: z.string(),
  stream: StreamRef,
  seq: z.number().int().positive(),
  at: Instant,
  type: z.string(),
  version: z.number().int().positive(),
  actor: Actor,
  correlationId: z.string().nullable(),
  causationId: z.string(),
  payload: z.record(z.string(), z.unknown()),
  prevHash: z.string(),
  hash: z.string(),
});
export type Envelope = z.infer<typeof Envelope>;
