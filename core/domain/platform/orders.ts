import type { LoopCommand } from "../loop/commands.ts";
import { react } from "../loop/react.ts";
import type { Active, EscalatedLoop, Loop } from "../loop/state.ts";
import type { Person } from "../loop/work.ts";
import { stateLine } from "../projections/comments.ts";
import type { SlashCommand } from "../text/slash-commands.ts";

/** Somebody with write access gave it, in a comment. */
export interface OrderGiven {
  readonly by: Person;
  /**
   * The key of the newest notice that stood there before the comment: what the person had in view. Null when
   * there was none.
   */
  readonly shown: string | null;
}

/** What an order means to a loop: a command for it, or only words. */
export type Meaning =
  | { readonly command: LoopCommand }
  | { readonly say: string }
  | { readonly refuse: string };

/** The order that is not for the loop that is there, but for a new one. */
export type OrderToALoop = Exclude<SlashCommand, { command: "start" }>;

export function meaningOf(order: OrderToALoop, loop: Loop, given: OrderGiven): Meaning {
  if (order.command === "help") return { say: helpText };
  if (order.command === "unclear") return { refuse: `\`${order.said}\` is not understood; ${order.todo}` };
  if (loop.state === "not-started") return { refuse: "the loop still waits in the queue" };
  if (order.command === "status") return { say: stateLine(loop) };
  if (loop.state === "ended")
    return { refuse: `the loop is over (${loop.outcome}); \`/tamma start\` begins a new one` };
  switch (order.command) {
    case "approve":
    case "change":
    case "reject":
      return decision(order, loop, given);
    case "answer":
      return answer(order, loop, given.by);
    case "retry":
      return retry(loop, order.text, given.by);
    case "resume":
      return loop.state === "active" && loop.doing.kind === "obstacle"
        ? { command: { type: "ClearObstacle", by: given.by } }
        : { refuse: "nothing is in the way of this loop" };
    case "stop":
      return { command: { type: "CancelLoop", by: given.by, reason: `stopped by ${given.by.id}` } };
    case "pause":
      return { command: { type: "PauseLoop", by: given.by } };
    case "escalate":
      return { command: { type: "EscalateLoop", by: given.by, reason: `asked for by ${given.by.id}` } };
    default:
      return order satisfies never;
  }
}

type Decision = Extract<OrderToALoop, { command: "approve" | "change" | "reject" }>;

/** Binds to what the person had in view: a question that came later was never seen. */
function decision(order: Decision, loop: Active | EscalatedLoop, { by, shown }: OrderGiven): Meaning {
  if (loop.state !== "active" || loop.doing.kind !== "checkpoint")
    return { refuse: "nothing waits for a decision now; `/tamma status` says what the loop is at" };
  const asked = noticeKey(loop);
  if (shown === null || shown !== asked)
    return {
      refuse: "the present question was not yet here when this was written; look at it, then decide again",
    };
  const { id: checkpoint, subject } = loop.doing.checkpoint;
  const text = "text" in order ? order.text : "";
  const { command } = order;
  return {
    command: {
      type: "DecideCheckpoint",
      checkpoint,
      subject,
      decision: command,
      option: null,
      text,
      by,
      via: "comment",
    },
  };
}

function answer(
  { n, text }: Extract<OrderToALoop, { command: "answer" }>,
  loop: Active | EscalatedLoop,
  by: Person,
): Meaning {
  if (loop.state !== "active" || loop.doing.kind !== "questions") return { refuse: "no question is open" };
  const { clarifications } = loop.facts;
  const asked = clarifications.find(({ id }) => id === `q${n}`) ?? clarifications[n - 1];
  if (!asked) return { refuse: `there is no question ${n}` };
  if (asked.answer !== null) return { refuse: `question ${n} was answered before` };
  const answers = [{ question: asked.id, answer: text }];
  return { command: { type: "AnswerQuestions", answers, by, via: "comment" } };
}

function retry(loop: Active | EscalatedLoop, hint: string, by: Person): Meaning {
  if (loop.state === "escalated") {
    const { escalation } = loop.card;
    return { command: { type: "ResolveEscalation", escalation, choice: "retry", text: hint, by } };
  }
  if (loop.doing.kind === "obstacle") return { command: { type: "ClearObstacle", by } };
  return { refuse: "nothing failed for good: the loop tries again by itself" };
}

/** The key of the notice that asks a person what the loop waits for; null when it waits for nobody. */
export function noticeKey(loop: Loop): string | null {
  return react(loop).effects.find(({ kind }) => kind === "notice")?.key ?? null;
}

const helpText = [
  "Orders begin a line of a comment, and are taken from people with write access:",
  "",
  "| order | what it does |",
  "|---|---|",
  "| `/tamma start` | begins a loop for this issue |",
  "| `/tamma approve` | says yes to the open question; of a design, to the recommended option |",
  "| `/tamma change ...` | wants it otherwise: say how |",
  "| `/tamma reject ...` | says no: say why |",
  "| `/tamma answer 1 ...` | answers question 1 |",
  "| `/tamma retry ...` | tries again after an escalation, with a hint if you have one |",
  "| `/tamma pause` | does nothing more until somebody says so |",
  "| `/tamma resume` | goes on after a pause, or when what was in the way is gone |",
  "| `/tamma escalate` | hands the loop to a person at once |",
  "| `/tamma stop` | ends the loop; branch and pull request are kept |",
  "| `/tamma status` | says what the loop is at |",
].join("\n");
