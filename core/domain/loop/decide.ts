import type { Context, LoopCommand } from "./commands.ts";
import { Batch, stale } from "./decide/batch.ts";
import { decideCheckpoint } from "./decide/decide-checkpoint.ts";
import { enterCi, enterImplement, enterVerify } from "./decide/enter.ts";
import { jobResult, mergeTurnGranted } from "./decide/job-result.ts";
import { expireLease, leaseJob } from "./decide/lease.ts";
import { reportMerge } from "./decide/merge-answer.ts";
import { modelFailure, reportDesign, reportPlan, reportReview, reviewSubmitted } from "./decide/model.ts";
import { clearObstacle, escalateLoop, pauseLoop, reportNoRun } from "./decide/pause.ts";
import { answerQuestions, cancel, comment } from "./decide/people.ts";
import { resolveEscalation, slotGranted } from "./decide/resume.ts";
import { claimed, start } from "./decide/start.ts";
import { reserveTurn, settleTurn } from "./decide/turns.ts";
import { effectFailed, fireTimer, reportChecks, reportHead } from "./decide/world.ts";
import type { CallName } from "./events/control.ts";
import type { LoopEvent } from "./events.ts";
import type { Loop } from "./state.ts";

/**
 * What a command makes true. Pure: time, actor and hashing come in with `context`. No events: there is
 * nothing (more) to do, which is a fine answer to a repeated command. Throws `CommandRefused` when the
 * rules do not allow it.
 */
export function decide(command: LoopCommand, loop: Loop, context: Context): LoopEvent[] {
  if (command.type === "StartLoop") return start(loop, command, context).events;
  const b = new Batch(loop, context);
  if (loop.state === "not-started") b.active();
  route(b, command);
  return b.events;
}

function route(b: Batch, command: Exclude<LoopCommand, { type: "StartLoop" }>): void {
  switch (command.type) {
    case "DecideCheckpoint":
      return decideCheckpoint(b, command);
    case "AnswerQuestions":
      return answerQuestions(b, command);
    case "ResolveEscalation":
      return resolveEscalation(b, command);
    case "ClearObstacle":
      return clearObstacle(b, command);
    case "CancelLoop":
      return cancel(b, command);
    case "EscalateLoop":
      return escalateLoop(b, command);
    case "PauseLoop":
      return pauseLoop(b, command);
    case "CommentOnPullRequest":
      return comment(b, command);
    case "ReportClaimed":
    case "ReportPullRequestOpened":
    case "ReportPullRequestReady":
    case "ReportReviewSubmitted":
    case "GrantMergeTurn":
    case "GrantSlot":
      return answered(b, command);
    case "ReportMerge":
      return reportMerge(b, command);
    case "ReportEffectFailed":
      return effectFailed(b, command);
    case "ReportPlan":
      return reportPlan(b, command);
    case "ReportDesign":
      return reportDesign(b, command);
    case "ReportReview":
      return reportReview(b, command);
    case "ReportModelFailure":
      return modelFailure(b, command);
    case "ReserveTurn":
      return reserveTurn(b, command);
    case "SettleTurn":
      return settleTurn(b, command);
    case "LeaseJob":
      return leaseJob(b, command);
    case "ExpireLease":
      return expireLease(b, command);
    case "ReportJobResult":
      return jobResult(b, command);
    case "ReportChecks":
      return reportChecks(b, command);
    case "ReportHead":
      return reportHead(b, command);
    case "ReportNoRun":
      return reportNoRun(b, command);
    case "FireTimer":
      return fireTimer(b, command);
    default:
      return command satisfies never;
  }
}

/**
 * A loop that asked for a slot may be a person's again before it is its turn. Then it has to say no, or the
 * slot stays with somebody who does not use it.
 */
function refuseUnwantedSlot({ loop }: Batch): void {
  if (loop.state !== "active" && loop.state !== "escalated") return;
  const waits = loop.state === "active" && loop.doing.kind === "call" && loop.doing.call === "request-slot";
  if (!waits && !loop.facts.slotHeld)
    throw stale("slot-not-wanted", "the loop does not go on yet", "give the slot to the next one");
}

type CallAnswer = Extract<
  LoopCommand,
  {
    type:
      | "ReportClaimed"
      | "ReportPullRequestOpened"
      | "ReportPullRequestReady"
      | "ReportReviewSubmitted"
      | "GrantMergeTurn"
      | "GrantSlot";
  }
>;

const callOf: Record<CallAnswer["type"], CallName> = {
  ReportClaimed: "claim",
  ReportPullRequestOpened: "open-pull-request",
  ReportPullRequestReady: "mark-ready",
  ReportReviewSubmitted: "submit-review",
  GrantMergeTurn: "request-merge-turn",
  GrantSlot: "request-slot",
};

/** The answer to the call that the loop waits for; an answer to an older one changes nothing. */
function answered(b: Batch, command: CallAnswer): void {
  if (command.type === "GrantSlot") refuseUnwantedSlot(b);
  const { doing } = b.active();
  if (doing.kind !== "call" || doing.call !== callOf[command.type])
    throw stale("call-not-open", `the loop does not wait for ${callOf[command.type]}`, "drop the answer");
  switch (command.type) {
    case "ReportClaimed":
      return claimed(b);
    case "ReportPullRequestOpened": {
      const { id, number, url } = command;
      b.add({ type: "PullRequestOpened", id, number, url });
      return b.facts.headMoved ? enterVerify(b, "take-over") : enterImplement(b, "work");
    }
    case "ReportPullRequestReady":
      b.add({ type: "PullRequestReady" });
      return enterCi(b);
    case "ReportReviewSubmitted":
      return reviewSubmitted(b);
    case "GrantMergeTurn":
      return mergeTurnGranted(b, command.turn);
    case "GrantSlot":
      return slotGranted(b, command);
    default:
      return command satisfies never;
  }
}
