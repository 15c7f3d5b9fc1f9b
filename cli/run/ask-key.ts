import type { Ask } from "@tamma/core/domain/loop/view.ts";

/** Names an ask, so that the same one is recognised when it is seen again. */
export function askKey(ask: Ask): string {
  switch (ask.kind) {
    case "checkpoint":
      return `${ask.checkpoint.id} ${ask.checkpoint.subject}`;
    case "questions":
      return `questions ${ask.questions.map((one) => one.id).join(" ")}`;
    case "escalation":
      return ask.card.escalation;
    case "obstacle":
      return `${ask.obstacle.obstacle} ${ask.obstacle.what}`;
    default:
      return ask satisfies never;
  }
}
