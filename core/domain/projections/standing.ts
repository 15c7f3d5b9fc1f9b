import type { Ask, LoopView } from "../loop/view.ts";

type Standing = Pick<LoopView, "word" | "issue" | "reason"> & {
  loop: string;
  url: string;
  steps: { title: string; state: string }[];
  ask: { title: string; lines: string[] } | null;
  job: { id: string; kind: string; runner: string | null } | null;
};

/** How a loop stands, for whoever waits beside it; `url` is its page. */
export function standing(view: LoopView, url: string): Standing {
  const { id: loop, word, issue, reason, job } = view;
  return {
    ...{ loop, word, issue, url, reason },
    steps: view.steps.map(({ title, state }) => ({ title, state })),
    ask: view.ask && asked(view.ask),
    job: job && { id: job.id, kind: job.kind, runner: job.runner },
  };
}

/** The question and what an answer chooses between: enough to know whether to go and look. */
function asked(ask: Ask): { title: string; lines: string[] } {
  switch (ask.kind) {
    case "checkpoint": {
      const { checkpoint, design, next } = ask;
      const options = checkpoint.kind === "design" ? (design?.options ?? []) : [];
      const lines = options.map(
        ({ id, title }) => `option ${id}${id === design?.recommended ? " (recommended)" : ""}: ${title}`,
      );
      return { title: checkpoint.question, lines: next === "" ? lines : [...lines, `if yes: ${next}`] };
    }
    case "questions": {
      const [first] = ask.questions;
      const title = ask.questions.length === 1 && first ? first.question : "Some questions are open";
      return { title, lines: ask.questions.map(({ question }) => question) };
    }
    case "escalation":
      return { title: ask.card.what, lines: [ask.card.why] };
    case "obstacle":
      return { title: ask.obstacle.what, lines: [ask.obstacle.todo] };
    default:
      return ask satisfies never;
  }
}
