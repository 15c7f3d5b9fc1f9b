import { checkpointId } from "../../ids.ts";
import { refusalOf, ruleFor } from "../../policy/modes.ts";
import type { CheckpointKind } from "../events/people.ts";
import type { Batch } from "./batch.ts";

/**
 * Opens a checkpoint where policy asks for one. True: the loop waits for a person now. False: nobody has to
 * be asked, or the requester approved it ahead and policy honours that (his decision, on record as such).
 */
export function openCheckpoint(b: Batch, kind: CheckpointKind, subject: string, question: string): boolean {
  const rule = ruleFor(b.facts, kind);
  const { needed, persons, notRequester, reserved, reasons } = rule;
  b.add({ type: "PolicyDecided", checkpoint: kind, needed, persons, notRequester, reserved, reasons });
  if (!needed) return false;
  const id = checkpointId(b.facts.loop, b.facts.checkpoints + 1);
  b.add({
    type: "CheckpointOpened",
    checkpoint: id,
    kind,
    subject,
    persons,
    notRequester,
    reserved,
    question,
  });

  const { requester, settings, design } = b.facts;
  const ahead = (kind === "design" || kind === "complete") && settings.preApproved.includes(kind);
  if (!ahead || !rule.preApprovable) return true;
  if (refusalOf({ notRequester, reserved, approvals: [] }, requester, requester, "pre-approved")) return true;
  const option = kind === "design" ? (design?.recommended ?? null) : null;
  if (option) b.add({ type: "OptionChosen", option, by: requester });
  b.add({ type: "ApprovalGiven", checkpoint: id, kind, subject, option, by: requester, via: "pre-approved" });
  b.add({ type: "CheckpointPassed", checkpoint: id, kind });
  return false;
}
