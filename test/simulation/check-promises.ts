import type { KnownRepository } from "@tamma/core/domain/repository/state.ts";
import { hold } from "./broken.ts";
import type { LoopRecord } from "./loop-record.ts";
import type { OtherTracker } from "./other-platform.ts";
import type { Plan } from "./plan.ts";

/** At the end nobody holds or waits for anything. */
export function checkNothingHeld({ holders, queue, mergeTurn, mergeQueue }: KnownRepository): void {
  const left = [
    ...holders.map(({ loop }) => `slot of ${loop}`),
    ...queue.map(({ loop }) => `place of ${loop}`),
  ];
  if (mergeTurn) left.push(`merge turn of ${mergeTurn.loop}`);
  left.push(...mergeQueue.map((loop) => `wait of ${loop} for its merge turn`));
  hold(left.length === 0, "6 at the end nothing is held", () => left.join(", "));
}

/** With an engineer who makes no mistake, and nobody who says no, no platform either, every loop merges. */
export function checkHarness(plan: Plan, loops: Iterable<LoopRecord>): void {
  const { skill, modelMoods, peopleMoods, rates, budgetUsd } = plan;
  const moods = [...Object.values(modelMoods), ...Object.values(peopleMoods), ...Object.values(rates)];
  if (skill < 1 || moods.some((mood) => mood > 0) || budgetUsd < enoughUsd) return;
  for (const { name, state } of loops) {
    const merged = state.state === "ended" && state.outcome === "merged";
    hold(merged, "4 a calm world merges", () => `${name} ended otherwise`);
  }
}

/** A whole loop costs less. */
const enoughUsd = 1;

/** What an end promises to people stands where they look, and each comment carries the key of its effect. */
export function checkPlatform(
  { issues }: KnownRepository,
  tracker: OtherTracker,
  loops: Iterable<LoopRecord>,
): void {
  const closed = (number: number) => issues.some((one) => one.number === number && !one.open);
  for (const { name, state, skipped } of loops) {
    if (state.state !== "ended" || skipped) continue;
    const { issue, pullRequest } = state.facts;
    const broken = (what: string) => () => `${name} ended ${state.outcome}, and ${what}`;
    const kept = state.outcome !== "merged" || closed(issue.number) || tracker.closed.has(issue.id);
    hold(kept, "7 an end keeps its promises", broken("its issue is open"));
    const pull = tracker.pulls.find(({ number }) => number === pullRequest?.number);
    const wanted = state.outcome === "merged" ? "merged" : "closed";
    // Who cancels while the platform merges may come too late; the queue of the platform knows no loop.
    const overtaken = wanted === "closed" && pull?.state === "merged" && state.step === "merge";
    hold(
      !pull || pull.state === wanted || overtaken,
      "7 an end keeps its promises",
      broken(`its pull request is ${pull?.state}`),
    );
    const word = state.outcome === "merged" ? "passed" : "failed";
    const told = !pull || tracker.statuses.includes(`${state.facts.head} tamma ${word}`);
    hold(told, "7 an end keeps its promises", broken("its status says otherwise"));
    const left = state.outcome === "merged" && pull && tracker.git.branches.get(pull.branch);
    hold(!left || left !== state.facts.head, "7 an end keeps its promises", broken("its branch is there"));
  }
  for (const { key } of tracker.comments)
    hold(
      /:(sticky|(notice|reply):.+)$|^review:/.test(key),
      "7 a comment carries the key of its effect",
      () => key,
    );
}
