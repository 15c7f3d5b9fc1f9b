import type { Ask } from "@tamma/core/domain/loop/view.ts";
import type { Command } from "commander";
import { type Context, report } from "../context.ts";
import { CliError, type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import { findLoop } from "../loop-ref.ts";
import { renderAsk, renderHowTo } from "../render/ask.ts";
import { promptForAnswer } from "../run/answer.ts";
import type { Shell } from "./shell.ts";

type Questions = Extract<Ask, { kind: "questions" }>["questions"];

export function registerAnswer(program: Command, shell: Shell): void {
  program
    .command("answer")
    .description("answer the open questions; on a terminal it asks for what is not given")
    .argument("<loop>", "loop id or issue number")
    .argument("[answers...]", "1=text 2=text ..., by place or by the question's id")
    .option("--suggested", "take the suggested answer of every question that is not answered")
    .action(shell.act(answer));
}

async function answer(
  context: Context,
  ref: string,
  given: string[],
  options: { suggested?: boolean },
): Promise<ExitCode> {
  const api = context.api();
  const loop = await findLoop(api, ref);
  const view = await api.loop(loop);
  const { ask } = view;
  if (ask?.kind !== "questions")
    throw new CliError({
      exitCode: exitCodes.failed,
      code: "no-question",
      message: `${loop} has no open question`,
      todo: `look at it with \`tamma status '${loop}'\``,
    });
  const { terminal, style } = context;
  if (given.length === 0 && !options.suggested) {
    terminal.err(`${renderAsk(ask, style, terminal.columns() - 1)}\n`);
    if (terminal.interactive && !context.json) {
      await promptForAnswer(context, api, view, ask);
      return exitCodes.ok;
    }
    terminal.err(`answer with\n  ${renderHowTo(loop, ask).join("\n  ")}\n`);
    return exitCodes.waiting;
  }
  const answers = parseAnswers(ask.questions, given, options.suggested ?? false);
  const sent = await api.answer(loop, { answers, via: "cli" });
  report(context, { loop, ...sent }, sent.already ?? `answered ${answers.length}`);
  return exitCodes.ok;
}

/** @throws CliError `usage` for a question that does not exist, or one that is left without an answer */
export function parseAnswers(questions: Questions, given: string[], suggested: boolean) {
  const answers = new Map<string, string>();
  for (const one of given) {
    const [, name = "", text = ""] = /^([^=]+)=([\s\S]*)$/.exec(one) ?? [];
    const question = questions.find((open, index) => open.id === name || String(index + 1) === name);
    if (!question) throw usageError(`"${one}" answers no open question`, 'write answers as 1="text"');
    answers.set(question.id, text);
  }
  const open = questions.filter((question) => !answers.has(question.id));
  if (suggested) for (const question of open) answers.set(question.id, question.suggested);
  else if (open.length > 0)
    throw usageError(
      `no answer is given to ${open.map((question) => question.id).join(", ")}`,
      "answer all of them, or add --suggested",
    );
  return [...answers].map(([question, text]) => ({ question, answer: text }));
}
