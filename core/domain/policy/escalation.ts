import type { EscalationCard } from "../loop/events/people.ts";
import type { GateName, StepName } from "../loop/pipeline.ts";
import type { Facts } from "../loop/state.ts";

/** The card that hands a loop to a person. No choice on it skips a gate. */
export function escalationCard(
  facts: Facts,
  failure: { step: StepName; gate: GateName | null; what: string; why: string; excerpt: string },
): EscalationCard {
  const attempts = failure.gate ? facts.attempts[failure.gate].evidence : [];
  // Taking over means pushing to the branch, and that there is only once the pull request is open.
  const choices: EscalationCard["choices"] = facts.pullRequest
    ? ["retry", "take-over", "split", "abandon"]
    : ["retry", "split", "abandon"];
  return {
    escalation: `${facts.loop}~e${facts.escalations + 1}`,
    step: failure.step,
    gate: failure.gate,
    what: failure.what,
    why: failure.why,
    attempts: attempts.map(({ n, summary, fingerprint }) => ({ n, summary, fingerprint })),
    excerpt: failure.excerpt,
    costMicroUsd: facts.budget.spent,
    choices,
  };
}
