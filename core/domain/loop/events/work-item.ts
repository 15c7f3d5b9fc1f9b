import { z } from "zod";
import { Sha } from "../../ids.ts";
import { BlobRef } from "../evidence.ts";
import { Design, Plan, Question } from "../proposal.ts";
import { IssueSnapshot, LoopSettings, Person, RepositoryRef } from "../work.ts";

/** A loop began for a work item, with the text and the settings of this moment. */
export const LoopStarted = z.object({
  type: z.literal("LoopStarted"),
  loop: z.string(),
  claim: z.string(),
  issue: IssueSnapshot,
  repository: RepositoryRef,
  requester: Person,
  settings: LoopSettings,
});

/** The platform shows that the issue is ours. */
export const WorkItemClaimed = z.object({ type: z.literal("WorkItemClaimed") });

/** A person added words to the issue for this loop: at assign, as a change request, or as a hint. */
export const ContextAdded = z.object({
  type: z.literal("ContextAdded"),
  text: z.string(),
  by: Person,
});

/** The survey of the repository is done; `context` is what the model gets to read. */
export const ContextCollected = z.object({
  type: z.literal("ContextCollected"),
  base: Sha,
  context: BlobRef,
  summary: z.string(),
  hasTests: z.boolean(),
});

export const AmbiguityScored = z.object({
  type: z.literal("AmbiguityScored"),
  ambiguity: z.number(),
  complexity: z.number(),
});

export const QuestionsAsked = z.object({
  type: z.literal("QuestionsAsked"),
  questions: z.array(Question),
  /** The step that waits for the answers. */
  askedBy: z.enum(["plan", "implement"]),
});

export const QuestionAnswered = z.object({
  type: z.literal("QuestionAnswered"),
  question: z.string(),
  answer: z.string(),
  by: Person,
  via: z.string(),
});

export const PlanProposed = z.object({ type: z.literal("PlanProposed"), plan: Plan });

/** `planHash` is the SHA-256 of the canonical JSON of plan and options: what an approval is bound to. */
export const OptionsProposed = z.object({
  type: z.literal("OptionsProposed"),
  design: Design,
  planHash: z.string(),
});

/** A person rewrote an option or wrote one of their own; the plan's hash moved with it. */
export const DesignEdited = z.object({
  type: z.literal("DesignEdited"),
  option: z.string(),
  design: Design,
  planHash: z.string(),
  by: Person,
});

export const OptionChosen = z.object({
  type: z.literal("OptionChosen"),
  option: z.string(),
  by: Person,
});
