import { setTimeout as delay } from "node:timers/promises";
import type { Ask, LoopView } from "@tamma/core/domain/loop/view.ts";
import { type Context, withCommandName } from "../context.ts";
import { CliError, type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { askTitle, renderAsk, renderHowTo } from "../render/ask.ts";
import { renderJson } from "../render/text.ts";
import { type AheadAnswer, answerAhead } from "./ahead.ts";
import { promptForAnswer } from "./answer.ts";
import { askKey } from "./ask-key.ts";
import { commentOf, heardWithinMs, postComment, renderCommentHowTo } from "./comments.ts";
import { createProgress, type Progress } from "./progress.ts";

/** A running loop changes several times a second; asking costs the server one small read. */
const pollRunningMs = 250;
/** A loop that waits for a person changes when he acts; a second is at once for him. */
const pollWaitingMs = 1_000;

export interface SessionOptions {
  /** Answer ahead as the local user where that is allowed. */
  yes: boolean;
  /** End with the loop, or where a person is needed that cannot be asked here. */
  once: boolean;
  /** Where nobody can be asked here, go on watching instead of ending with 3: the dashboard can answer. */
  wait: boolean;
  /** Pages of a simulated platform on which `--yes` answers in comments; null: it answers the server. */
  pages: string | null;
}

/** What one session remembers about its loop. */
interface Session {
  context: Context;
  api: Api;
  options: SessionOptions;
  progress: Progress;
  /** Checkpoint kinds that the person does not want to be asked about again. */
  remembered: Set<string>;
  /** Asks that were printed, answered by us (another person is awaited), or that `--yes` was refused. */
  told: Set<string>;
  answered: Set<string>;
  refused: Set<string>;
  /** When `--yes` commented on an ask, in milliseconds. */
  commented: Map<string, number>;
}

/**
 * Watches a loop to its end and answers what it asks: ahead with `--yes`, by prompts on a terminal, else not
 * at all.
 *
 * @returns the last view, and what the shell is told
 */
export async function runSession(
  context: Context,
  api: Api,
  loop: string,
  options: SessionOptions,
): Promise<{ view: LoopView; exitCode: ExitCode }> {
  const session: Session = {
    context,
    api,
    options,
    progress: createProgress(context, api),
    remembered: new Set(),
    told: new Set(),
    answered: new Set(),
    refused: new Set(),
    commented: new Map(),
  };
  try {
    for (;;) {
      const view = await api.loop(loop);
      await session.progress.show(view);
      const ended = endCode(view);
      if (ended !== null) return { view, exitCode: ended };
      const met = view.ask ? await meet(session, view, view.ask) : "answered";
      if (typeof met === "number") return { view, exitCode: met };
      await delay(met === "waiting" ? pollWaitingMs : pollRunningMs);
    }
  } finally {
    session.progress.stop();
  }
}

/** The exit code of a loop that has ended; null while it lives. */
export function endCode(view: Pick<LoopView, "word">): ExitCode | null {
  if (view.word === "merged") return exitCodes.ok;
  return ["rejected", "abandoned", "cancelled"].includes(view.word) ? exitCodes.failed : null;
}

/** Answers, prompts or prints. Gives an exit code when the session has to end here. */
async function meet(session: Session, view: LoopView, ask: Ask): Promise<ExitCode | "answered" | "waiting"> {
  const { context, options } = session;
  const key = askKey(ask);
  const waiting = ask.kind === "escalation" ? exitCodes.escalated : exitCodes.waiting;
  if (session.answered.has(key)) return options.once ? waiting : "waiting";

  if (await answeredAhead(session, view, ask)) return "answered";

  const asksHere = context.terminal.interactive && !context.json;
  // `--once` promises an end: with `--yes` nobody sits there, and an escalation is an end of its own.
  const mayPrompt = asksHere && !(options.once && (options.yes || ask.kind === "escalation"));
  if (mayPrompt) {
    session.progress.stop();
    tell(session, view, ask, false);
    const answer = await promptForAnswer(context, session.api, view, ask);
    if (answer.remember) session.remembered.add(answer.remember);
    if (ask.kind === "checkpoint" && ask.checkpoint.persons > 1 && answer.sent) session.answered.add(key);
    return "answered";
  }
  tell(session, view, ask, true);
  return options.wait && !options.once ? "waiting" : waiting;
}

/**
 * Did `--yes`, or a `2` earlier in this session, answer? A refusal of the server is told once and then
 * respected.
 */
async function answeredAhead(session: Session, view: LoopView, ask: Ask): Promise<boolean> {
  const { api, options, context, remembered, refused } = session;
  const key = askKey(ask);
  if (refused.has(key)) return false;
  if (!options.yes && !(ask.kind === "checkpoint" && remembered.has(ask.checkpoint.kind))) return false;
  const ahead = answerAhead(ask, view.level);
  if ("refused" in ahead) {
    refused.add(key);
    if (options.yes) say(session, `--yes does not answer: ${ahead.refused}`);
    return false;
  }
  try {
    if (options.pages === null) await send(api, view.id, ahead.answer);
    else if (!(await comment(session, view, key, ahead.answer, options.pages))) return true;
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== exitCodes.failed) throw error;
    refused.add(key);
    say(session, `--yes was refused: ${error.message}`);
    return false;
  }
  if (!context.terminal.repaints) say(session, `answered by --yes: ${askTitle(ask)}`);
  return true;
}

function send(api: Api, loop: string, answer: AheadAnswer) {
  return answer.kind === "checkpoint"
    ? api.decide(loop, answer.checkpoint, answer.body)
    : api.answer(loop, answer.body);
}

/** Comments once on an ask; false when the comment that is there has not been heard yet. */
async function comment(
  { commented }: Session,
  { issue }: LoopView,
  key: string,
  answer: AheadAnswer,
  pages: string,
): Promise<boolean> {
  const at = commented.get(key);
  if (at === undefined) {
    await postComment(commentOf(answer), { pages, issue: issue.number });
    commented.set(key, Date.now());
    return true;
  }
  if (Date.now() - at <= heardWithinMs) return false;
  throw new CliError({
    ...{ exitCode: exitCodes.failed, code: "not-heard" },
    ...{ message: "its comment changed nothing", todo: "look at what stands below it on the platform" },
  });
}

/** Prints an ask once, with the commands that answer it where nobody can be prompted. */
function tell(session: Session, view: LoopView, ask: Ask, howTo: boolean): void {
  const { context, told, progress } = session;
  const { terminal, style, json } = context;
  const key = askKey(ask);
  // A prompt is shown anew each time, because the picture above it was painted anew.
  if (howTo && told.has(key)) return;
  told.add(key);
  const { pages } = session.options;
  const place = pages === null ? null : { pages, issue: view.issue.number };
  const inComment = place && renderCommentHowTo(ask, place);
  if (json) {
    const answer = renderHowTo(view.id, ask).map((command) => withCommandName(command, context.env));
    if (inComment) answer.push(inComment);
    terminal.out(`${renderJson({ kind: "ask", loop: view.id, ask, answer })}\n`);
    return;
  }
  progress.stop();
  const columns = terminal.columns() - 1;
  const heading = `${style.glyph("needs you")} needs you ${style.dot} ${askTitle(ask)}`;
  terminal.err(`\n${style.paint("needs you", heading)}\n${renderAsk(ask, style, columns)}\n`);
  if (inComment) terminal.err(`answer on the simulated platform in a comment:\n  ${inComment}\n`);
  if (!howTo) return;
  terminal.err(
    `answer in the dashboard, ${session.api.server}/app/loops/${encodeURIComponent(view.id)}, or with\n`,
  );
  for (const command of renderHowTo(view.id, ask))
    terminal.err(`  ${withCommandName(command, context.env)}\n`);
}

function say(session: Session, text: string): void {
  session.progress.stop();
  session.context.terminal.err(`tamma: ${text}\n`);
}
