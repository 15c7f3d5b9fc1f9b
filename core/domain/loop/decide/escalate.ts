import { escalationCard } from "../../policy/escalation.ts";
import type { GateName } from "../pipeline.ts";
import type { Batch } from "./batch.ts";

/** Hands the loop to a person. A job in flight is dropped first, so that its runner stops. */
export function escalate(
  b: Batch,
  failure: { gate: GateName | null; what: string; why: string; excerpt: string },
): void {
  const { step, doing } = b.active();
  if (doing.kind === "job") b.add({ type: "JobDropped", job: doing.job.id, reason: "the loop is escalated" });
  b.add({ type: "Escalated", card: escalationCard(b.facts, { step, ...failure }) });
  if (b.facts.settings.onEscalation === "release" && b.facts.slotHeld)
    b.add({ type: "SlotReleased", reason: "escalated" });
}
