import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type * as rest from "@tamma/core/protocol/rest.ts";

/** A loop as a line of the list. */
export function summaryOf(view: LoopView): rest.LoopSummary {
  const at = view.startedAt ?? 0;
  return {
    id: view.id,
    repository: view.repository.id,
    repositoryName: view.repository.name,
    issue: view.issue.number,
    title: view.issue.title,
    word: view.word,
    step: view.step,
    ask: view.ask?.kind ?? null,
    startedAt: at,
    updatedAt: view.endedAt ?? at,
    costMicroUsd: view.budget.spent,
  };
}

/** What a loop asks a person, as a line of the inbox; nothing when it asks nothing. */
export function itemOf(view: LoopView): rest.InboxItem[] {
  const { ask } = view;
  if (ask === null) return [];
  const id =
    ask.kind === "checkpoint" ? ask.checkpoint.id : ask.kind === "escalation" ? ask.card.escalation : null;
  const question =
    ask.kind === "checkpoint"
      ? ask.checkpoint.question
      : ask.kind === "escalation"
        ? ask.card.what
        : ask.kind === "obstacle"
          ? ask.obstacle.what
          : (ask.questions[0]?.question ?? "");
  const subject = ask.kind === "checkpoint" ? ask.checkpoint.subject : null;
  return [
    {
      loop: view.id,
      repositoryName: view.repository.name,
      issue: view.issue.number,
      title: view.issue.title,
      kind: ask.kind,
      id,
      subject,
      question,
      since: view.startedAt ?? 0,
    },
  ];
}
