import type { Envelope } from "../loop/events.ts";
import type { Verdict } from "../loop/evidence.ts";
import {
  type GateName,
  gateNames,
  issuePipeline,
  type StepName,
  stepNames,
  stepOfGate,
} from "../loop/pipeline.ts";
import type { Loop } from "../loop/state.ts";
import type { StepView } from "../loop/view.ts";
import { loopWord } from "./loop-word.ts";
import { renderUtc } from "./utc.ts";

interface Visit {
  startedAt: number;
  endedAt: number | null;
  note: string;
  /** Until when a postponed question waits, and why; empty when none does. */
  wait: string;
}

/**
 * The 14 steps as a rail: state, times of the last visit, failed attempts. `envelopes` is the loop's whole
 * stream, in today's words (loop/upcast.ts).
 */
export function stepViews(loop: Loop, envelopes: Envelope[]): StepView[] {
  const visits = visitsOf(envelopes);
  return issuePipeline.map(({ name, title }, index) => {
    const visit = visits.get(name);
    return {
      name,
      title,
      number: index + 1,
      state: stateOf(loop, name, visit !== undefined),
      startedAt: visit?.startedAt ?? null,
      endedAt: visit?.endedAt ?? null,
      failed: failedAt(loop, name),
      note: visit?.wait || visit?.note || "",
    };
  });
}

function visitsOf(envelopes: Envelope[]): Map<StepName, Visit> {
  const visits = new Map<StepName, Visit>();
  let current: Visit | null = null;
  for (const { type, payload, at } of envelopes) {
    const ends = ["Merged", "LoopRejected", "LoopAbandoned", "LoopCancelled"].includes(type);
    if (type === "StepEntered" || ends) {
      if (current) current.endedAt = at;
      current = null;
    }
    if (type === "StepEntered") {
      const step = payload.step as StepName;
      // A step that is visited again keeps its first start: the rail shows how long it took in all.
      current = { startedAt: visits.get(step)?.startedAt ?? at, endedAt: null, note: "", wait: "" };
      visits.set(step, current);
    }
    if (type === "Merged") visits.set("next", { startedAt: at, endedAt: at, note: "", wait: "" });
    if (current && type === "ModelPostponed")
      current.wait = `asked again at ${renderUtc(payload.until as number)}: ${payload.reason}`;
    if (current && (type === "TurnReserved" || type === "Escalated")) current.wait = "";
    if (type === "GateFailed") {
      const at = visits.get(stepOfGate(payload.gate as GateName));
      if (at) at.note = (payload.evidence as { summary: string }).summary;
    }
  }
  spreadChecks(visits, envelopes);
  return visits;
}

/** Gates that one verify job answers together, in the order in which it ran them. */
const verified = ["build", "test", "scan"] as const;

/**
 * One clean checkout proves several gates, and its result arrives at once. The receipts say how long each
 * gate took, so that the rail does not show a build of no time after a long implementation.
 */
function spreadChecks(visits: Map<StepName, Visit>, envelopes: Envelope[]): void {
  const passed = envelopes.filter((envelope) => envelope.type === "GatePassed");
  for (const arrived of new Set(passed.map((envelope) => envelope.at))) {
    const verdicts = passed
      .filter(({ at }) => at === arrived)
      .map(({ payload }) => payload.verdict as Verdict);
    let end = arrived;
    for (const gate of verified.toReversed()) {
      const verdict = verdicts.find((one) => one.gate === gate);
      const visit = visits.get(stepOfGate(gate));
      if (!verdict || !visit) continue;
      if (gate !== "scan" && visit.endedAt === arrived) visit.endedAt = end;
      end -= durationMs(verdict);
      if (visit.startedAt === arrived) visit.startedAt = end;
    }
    const implement = visits.get("implement");
    if (implement?.endedAt === arrived) implement.endedAt = Math.max(implement.startedAt, end);
  }
}

function durationMs({ receipts }: Verdict): number {
  const commands = receipts.flatMap((receipt) => receipt.commands);
  return Math.round(commands.reduce((sum, command) => sum + command.ms, 0));
}

function stateOf(loop: Loop, name: StepName, visited: boolean): StepView["state"] {
  if (loop.state === "not-started") return "pending";
  if (loop.state === "ended" && loop.outcome === "merged") return "done";
  const order = stepNames.indexOf(name) - stepNames.indexOf(loop.step);
  if (order < 0) return visited ? "done" : "skipped";
  if (order > 0) return failedAt(loop, name) > 0 ? "retry" : "pending";
  if (loop.state === "ended" || loop.state === "escalated") return "failed";
  const word = loopWord(loop);
  if (word === "needs you") return "needs you";
  return word === "running" ? "running" : "waiting";
}

function failedAt(loop: Loop, name: StepName): number {
  if (loop.state === "not-started") return 0;
  const gates = gateNames.filter((gate) => stepOfGate(gate) === name);
  return gates.reduce((sum, gate) => sum + loop.facts.attempts[gate].failed, 0);
}
