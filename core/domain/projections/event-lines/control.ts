import { stepNumber } from "../../loop/pipeline.ts";
import { renderUtc } from "../utc.ts";
import { type Lines, short } from "./lines.ts";

function dollars(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(4)}`;
}

export const controlLines = {
  StepEntered: ({ step }) => `step ${stepNumber(step)} ${step}`,
  JobQueued: ({ kind, purpose, n }) => `job ${n} queued: ${kind} (${purpose})`,
  CallRequested: ({ call }) => `asked for: ${call}`,
  ModelAsked: ({ task }) => `asked the model for the ${task}`,
  ChecksAwaited: ({ sha }) => `waits for the checks on ${short(sha)}`,
  ChecksAskedAgain: ({ sha, n }) => `asked again for the checks on ${short(sha)} (${n})`,
  ChecksSilent: ({ sha }) => `no check has started on ${short(sha)}`,
  LeaseGranted: ({ runner, fence }) => `runner ${runner} took the job (fence ${fence})`,
  LeaseLost: ({ returned, fence }) =>
    returned ? "the runner gave the job back" : `the runner was lost (fence ${fence})`,
  JobFinished: ({ outcome }) => `job ended: ${outcome}`,
  JobDropped: ({ reason }) => `job dropped: ${reason}`,
  TurnReserved: ({ model, reserved }) => `a turn of ${model} may cost ${dollars(reserved)}`,
  TurnSettled: ({ outcome, cost, inputTokens, outputTokens, estimated }) =>
    `turn ${outcome}: ${dollars(cost)}${estimated ? " (estimated)" : ""}, ` +
    `${inputTokens} tokens in, ${outputTokens} out`,
  BudgetExceeded: ({ wanted, left }) =>
    `the budget is spent: ${dollars(wanted)} wanted, ${dollars(left)} left`,
  BudgetRaised: ({ by, max }) => `${by.id} raised the budget to ${dollars(max)}`,
  ModelPostponed: ({ task, reason, until }) => `${task} waits until ${renderUtc(until)}: ${reason}`,
  EffectSkipped: ({ effect, reason }) => `${effect} was left out: ${reason}`,
  ResumePlanned: ({ resume }) => `goes on at ${resume.at}`,
  SlotReleased: ({ reason }) => `the slot is given back: ${reason}`,
  SlotGranted: () => "the loop has a slot again",
  LoopCancelled: ({ by, reason }) => `${by.id} cancelled the loop: ${reason}`,
  LoopRejected: ({ by, reason }) => `${by.id} rejected the work: ${reason}`,
  LoopAbandoned: ({ reason, split }) => `abandoned: ${reason}${split.length ? ` (${split.join("; ")})` : ""}`,
} satisfies Partial<Lines>;
