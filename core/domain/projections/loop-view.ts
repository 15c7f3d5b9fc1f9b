import type { Envelope } from "../loop/events.ts";
import { gateNames } from "../loop/pipeline.ts";
import type { Checkpoint, Facts, LiveLoop, Loop } from "../loop/state.ts";
import { inTodaysWords } from "../loop/upcast.ts";
import type { Ask, LoopView } from "../loop/view.ts";
import { riskOf } from "../policy/risk.ts";
import { loopWord } from "./loop-word.ts";
import { openOrders } from "./open-orders.ts";
import { proofViews } from "./proofs.ts";
import { stepViews } from "./steps.ts";

/** One loop as surfaces show it. `envelopes` is its whole stream; null for a loop that has not started. */
export function loopView(loop: Loop, envelopes: Envelope[]): LoopView | null {
  if (loop.state === "not-started") return null;
  const { facts } = loop;
  const { issue, repository, pullRequest, design, plan, option, threads, budget } = facts;
  const attempts = gateNames.map((gate) => [gate, facts.attempts[gate].failed] as const);
  const job = loop.state === "active" && loop.doing.kind === "job" ? loop.doing.job : null;
  const stream = inTodaysWords(envelopes);
  const merged = stream.find((envelope) => envelope.type === "Merged");
  return {
    id: facts.loop,
    repository: { id: repository.id, name: repository.name },
    issue: { number: issue.number, title: issue.title, url: issue.url },
    word: loopWord(loop),
    step: loop.step,
    steps: stepViews(loop, stream),
    ask: loop.state === "ended" ? null : askOf(loop),
    orders: openOrders(loop),
    level: facts.settings.level,
    requester: facts.requester.id,
    ...{ branch: facts.branch, head: facts.head, pullRequest, plan, design, option, threads, budget },
    risk: riskOf(facts),
    proofs: proofViews(facts),
    absentScanners: facts.measured?.absentScanners ?? [],
    attempts: Object.fromEntries(attempts),
    job: job ? { id: job.id, kind: job.kind, purpose: job.purpose, runner: job.runner } : null,
    mergeSha: merged ? String(merged.payload.sha) : null,
    reason: loop.state === "ended" && loop.outcome !== "merged" ? loop.reason : null,
    startedAt: facts.startedAt,
    endedAt: loop.state === "ended" ? loop.at : null,
    seq: envelopes.length,
  };
}

/** What a person can answer now; null when nobody is asked. */
export function askOf(loop: LiveLoop): Ask | null {
  if (loop.state === "escalated") return { kind: "escalation", card: loop.card };
  const { doing, facts } = loop;
  switch (doing.kind) {
    case "checkpoint": {
      const { checkpoint } = doing;
      const { plan, design } = facts;
      return {
        kind: "checkpoint",
        checkpoint,
        plan,
        design,
        risk: riskOf(facts),
        next: nextOf(checkpoint, facts),
      };
    }
    case "questions": {
      const open = facts.clarifications.filter((one) => one.answer === null);
      const questions = open.map(({ id, question, why, suggested }) => ({ id, question, why, suggested }));
      return { kind: "questions", questions };
    }
    case "obstacle":
      return { kind: "obstacle", obstacle: doing.obstacle };
    default:
      return null;
  }
}

/** What a yes sets in motion: the person sees it before he gives it. */
function nextOf({ kind }: Checkpoint, { repository, branch, settings, issue }: Facts): string {
  switch (kind) {
    case "assign":
      return "the repository is surveyed (read only) and a plan is made";
    case "plan":
      return "design options are worked out";
    case "design":
    case "open":
      return `a branch and a draft pull request for #${issue.number} are made, then tests are written first`;
    case "tests":
      return `the change is committed and pushed to ${branch}`;
    case "complete":
      return (
        `${branch} is merged into ${repository.defaultBranch} (${settings.mergeMethod}), ` +
        `the branch is deleted and issue #${issue.number} is closed`
      );
    default:
      return kind satisfies never;
  }
}
