import { modelPostponeMs } from "../../policy/limits.ts";
import type { JobKind } from "../events/control.ts";
import type { ModelTask } from "../proposal.ts";
import type { Batch } from "./batch.ts";

/**
 * When to ask the provider again, and the event that says so. A provider that names no time, or one that is
 * nearly now again and again, gets the pause of an outage: otherwise the tries were used up within seconds.
 */
export function postpone(
  b: Batch,
  task: ModelTask | Extract<JobKind, "develop">,
  { retryAt, reason }: { retryAt: number | null; reason: string },
): number {
  const until = Math.max(retryAt ?? 0, b.context.at + modelPostponeMs);
  b.add({ type: "ModelPostponed", task, until, reason });
  return until;
}

/** A fault that asking again cannot mend: the loop waits for a person, who is told what to do. */
export function providerObstacle(b: Batch, kind: string, what: string): void {
  b.add({ type: "ObstacleMet", obstacle: "provider", what, todo: todoOf(kind) });
}

function todoOf(kind: string): string {
  switch (kind) {
    case "auth":
      return "put the key right (ANTHROPIC_API_KEY; its rights, its credit), start again, then `tamma retry`";
    case "overflow":
      return "choose a model with a larger context (TAMMA_MODEL), start again, then `tamma retry`";
    default:
      return "put the provider right (key, model, address), then `tamma retry`";
  }
}
