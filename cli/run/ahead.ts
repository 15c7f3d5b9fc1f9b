import type { Ask } from "@tamma/core/domain/loop/view.ts";
import type { AnswerQuestions, DecideCheckpoint } from "@tamma/core/protocol/rest.ts";
import type { z } from "zod";

/** An answer that `--yes` gives as the local user, on record as `via: --yes`. */
export type AheadAnswer =
  | { kind: "checkpoint"; checkpoint: string; body: DecideCheckpoint }
  | { kind: "questions"; body: z.infer<typeof AnswerQuestions> };

/**
 * What `--yes` answers here, or why it does not (FR-34). Assign, design and completion get a yes, questions
 * their suggested answer. Never reserved risk, another checkpoint, an escalation, an obstacle, and nothing in
 * guardian.
 */
export function answerAhead(ask: Ask, level: string): { answer: AheadAnswer } | { refused: string } {
  if (level === "business/guardian") return { refused: "guardian takes no answer ahead of time" };
  switch (ask.kind) {
    case "checkpoint": {
      const { id, kind, subject, reserved, persons } = ask.checkpoint;
      if (reserved.length > 0) return { refused: `a person has to look at this: ${reserved.join(", ")}` };
      if (persons > 1) return { refused: `${persons} persons have to approve this` };
      if (kind !== "assign" && kind !== "design" && kind !== "complete")
        return { refused: `--yes does not answer the checkpoint ${kind}` };
      const option = kind === "design" ? (ask.design?.recommended ?? null) : null;
      const body = { subject, decision: "approve", option, text: "", via: "--yes" } as const;
      return { answer: { kind: "checkpoint", checkpoint: id, body } };
    }
    case "questions": {
      const answers = ask.questions.map((one) => ({ question: one.id, answer: one.suggested }));
      if (answers.some((one) => one.answer.trim() === ""))
        return { refused: "a question has no suggested answer" };
      return { answer: { kind: "questions", body: { answers, via: "--yes" } } };
    }
    case "escalation":
      return { refused: "--yes never answers an escalation" };
    case "obstacle":
      return { refused: "an obstacle has to be removed by a person" };
    default:
      return ask satisfies never;
  }
}
