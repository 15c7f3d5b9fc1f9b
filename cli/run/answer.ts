import { setTimeout as delay } from "node:timers/promises";
import type { Ask, LoopView } from "@tamma/core/domain/loop/view.ts";
import type { EventLine } from "@tamma/core/protocol/rest.ts";
import { type Context, withCommandName } from "../context.ts";
import { CliError, exitCodes } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { type Asker, Interrupted, terminalAsker, Withdrawn } from "../prompt/asker.ts";
import { type PromptView, promptCheckpoint } from "../prompt/checkpoint.ts";
import { promptEscalation, promptObstacle, promptQuestions } from "../prompt/waits.ts";
import { clean } from "../render/text.ts";
import { askKey } from "./ask-key.ts";

/**
 * Somebody may answer in the dashboard while the terminal prompts; he should see the prompt go within a
 * second.
 */
const watchMs = 700;

/** Events by which an open question is answered. */
const decisions = new Set([
  "ApprovalGiven",
  "ChangeRequested",
  "CheckpointRejected",
  "QuestionAnswered",
  "EscalationResolved",
  "ObstacleCleared",
  "LoopCancelled",
  "LoopAbandoned",
]);

export interface Answered {
  /** False when somebody else was first, or the answer was refused. */
  sent: boolean;
  /** A checkpoint kind that should not be asked about again in this session; null mostly. */
  remember: string | null;
}

/**
 * Prompts for an answer and sends it. When the question is answered elsewhere meanwhile, the prompt is
 * withdrawn and the person reads who decided.
 */
export async function promptForAnswer(
  context: Context,
  api: Api,
  view: LoopView,
  ask: Ask,
): Promise<Answered> {
  const { terminal, style } = context;
  const say = (text: string) => terminal.err(`${text}\n`);
  const withdrawn = new AbortController();
  const done = new AbortController();
  const watching = watch(api, view.id, askKey(ask), withdrawn, done.signal);
  const asker = terminalAsker(terminal, withdrawn.signal);
  try {
    if (ask.kind === "checkpoint" && ask.checkpoint.kind === "complete")
      say(withCommandName(`see the change with \`tamma diff '${view.id}'\``, context.env));
    const show = { style, columns: terminal.columns() - 1, say, built: view.option };
    return await answer(api, view, ask, asker, show);
  } catch (error) {
    if (error instanceof Withdrawn) {
      say(`\nno longer asked: ${await whoDecided(api, view)}`);
      return { sent: false, remember: null };
    }
    if (error instanceof Interrupted) throw leaving(view, error);
    if (!(error instanceof CliError) || error.exitCode !== exitCodes.failed) throw error;
    say(`not accepted: ${error.message}; ${error.todo}`);
    return { sent: false, remember: null };
  } finally {
    asker.close();
    done.abort();
    await watching;
  }
}

async function answer(api: Api, view: LoopView, ask: Ask, asker: Asker, show: PromptView): Promise<Answered> {
  switch (ask.kind) {
    case "checkpoint": {
      const { decision, remember } = await promptCheckpoint(ask, view.level, asker, show);
      const { already } = await api.decide(view.id, ask.checkpoint.id, { ...decision, via: "cli" });
      if (already) show.say(`decided before: ${clean(already)}`);
      return { sent: true, remember: remember ? ask.checkpoint.kind : null };
    }
    case "questions":
      await api.answer(view.id, { answers: await promptQuestions(ask.questions, asker), via: "cli" });
      return { sent: true, remember: null };
    case "escalation":
      await api.resolve(view.id, ask.card.escalation, await promptEscalation(ask.card, asker, show));
      return { sent: true, remember: null };
    case "obstacle": {
      const choice = await promptObstacle(asker, show);
      await (choice.choice === "clear" ? api.clearObstacle(view.id) : api.cancel(view.id, choice.reason));
      return { sent: true, remember: null };
    }
    default:
      return ask satisfies never;
  }
}

/** Fires `withdrawn` as soon as the loop no longer asks this. */
async function watch(api: Api, loop: string, key: string, withdrawn: AbortController, done: AbortSignal) {
  while (!done.aborted) {
    await delay(watchMs, undefined, { signal: done }).catch(() => {});
    if (done.aborted) return;
    try {
      const { ask } = await api.loop(loop);
      if (!ask || askKey(ask) !== key) return withdrawn.abort();
    } catch {
      // The network is away: the answer itself will say so when it is sent.
    }
  }
}

/** Who answered, in one line. */
async function whoDecided(api: Api, view: LoopView): Promise<string> {
  const { events } = await api.events(view.id, view.seq, 100);
  const found = events.find((event) => decisions.has(event.type));
  return found ? renderDecision(found) : "the question is no longer open";
}

function renderDecision(event: EventLine): string {
  const via = typeof event.payload.via === "string" ? ` via ${event.payload.via}` : "";
  return clean(`${event.line} (${event.actor}${via})`);
}

function leaving(view: LoopView, { atEnd }: Interrupted): CliError {
  return new CliError({
    exitCode: atEnd ? exitCodes.waiting : exitCodes.interrupted,
    code: "interrupted",
    message: "left; the loop waits",
    todo: `look at it again with \`tamma status '${view.id}' --watch\``,
  });
}
