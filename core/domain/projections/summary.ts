import type { StepName } from "../loop/pipeline.ts";
import type { Loop } from "../loop/state.ts";
import type { LoopWord } from "../loop/view.ts";
import { loopWord } from "./loop-word.ts";

/** A loop in one line of a list. */
export interface Summary {
  word: LoopWord;
  step: StepName;
  /** What a person is asked, one line; null when nobody is. */
  ask: string | null;
  costMicroUsd: number;
}

export function summary(loop: Loop): Summary {
  if (loop.state === "not-started")
    return { word: loopWord(loop), step: "assign", ask: null, costMicroUsd: 0 };
  return { word: loopWord(loop), step: loop.step, ask: askLine(loop), costMicroUsd: loop.facts.budget.spent };
}

function askLine(loop: Loop): string | null {
  if (loop.state === "escalated") return `${loop.card.what}: ${loop.card.why}`;
  if (loop.state !== "active") return null;
  const { doing, facts } = loop;
  if (doing.kind === "checkpoint") return doing.checkpoint.question;
  if (doing.kind === "obstacle") return `${doing.obstacle.what}; ${doing.obstacle.todo}`;
  if (doing.kind !== "questions") return null;
  const open = facts.clarifications.filter((one) => one.answer === null);
  return open.map((one) => one.question).join(" · ");
}
