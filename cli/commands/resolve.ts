import { ResolveEscalation } from "@tamma/core/protocol/rest.ts";
import type { Command } from "commander";
import type { z } from "zod";
import { type Context, report } from "../context.ts";
import { CliError, type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import { findLoop } from "../loop-ref.ts";
import type { Shell } from "./shell.ts";

type Choice = z.infer<typeof ResolveEscalation>["choice"];
const choices = ResolveEscalation.shape.choice.options;

export function registerResolve(program: Command, shell: Shell): void {
  const loop = ["[loop]", "loop id or issue number; default: the only active one"] as const;
  const says = {
    retry: "try again: an escalated step with a hint, or go on because an obstacle is out of the way",
    resume: "the same as retry, for a loop that was paused",
  };
  for (const [name, what] of Object.entries(says))
    program
      .command(name)
      .description(what)
      .argument(...loop)
      .option("--hint <text>", "what the next attempt should know", "")
      .action(
        shell.act((context: Context, ref: string | undefined, options: { hint: string }) =>
          retry(context, ref, options.hint),
        ),
      );
  program
    .command("resolve")
    .description("decide about an escalation")
    .argument("<loop>", "loop id or issue number")
    .argument("<choice>", choices.join(", "))
    .option("--text <text>", "the hint, the titles of the split (one a line), or the reason", "")
    .action(
      shell.act((context: Context, ref: string, choice: string, options: { text: string }) =>
        resolveWord(context, ref, choice, options.text),
      ),
    );
  for (const choice of ["take-over", "split", "abandon"] as const)
    program
      .command(choice)
      .description(`the same as resolve <loop> ${choice}`)
      .argument(...loop)
      .option("--text <text>", "a note, the titles of the split (one a line), or the reason", "")
      .action(
        shell.act((context: Context, ref: string | undefined, options: { text: string }) =>
          resolve(context, ref, choice, options.text),
        ),
      );
}

async function resolveWord(context: Context, ref: string, word: string, text: string): Promise<ExitCode> {
  const choice = choices.find((one) => one === word);
  if (!choice) throw usageError(`${word} is no choice`, `use one of ${choices.join(", ")}`);
  return resolve(context, ref, choice, text);
}

async function resolve(
  context: Context,
  ref: string | undefined,
  choice: Choice,
  text: string,
): Promise<ExitCode> {
  const api = context.api();
  const loop = await findLoop(api, ref);
  const { ask } = await api.loop(loop);
  if (ask?.kind !== "escalation") throw nothingOpen(loop, "it is not escalated");
  const sent = await api.resolve(loop, ask.card.escalation, { choice, text });
  report(context, { loop, choice, ...sent }, sent.already ?? `${choice}: ${ask.card.what}`);
  return exitCodes.ok;
}

async function retry(context: Context, ref: string | undefined, hint: string): Promise<ExitCode> {
  const api = context.api();
  const loop = await findLoop(api, ref);
  const { ask } = await api.loop(loop);
  if (ask?.kind === "escalation") return resolve(context, loop, "retry", hint);
  if (ask?.kind !== "obstacle") throw nothingOpen(loop, "it is neither escalated nor held up by an obstacle");
  const sent = await api.clearObstacle(loop);
  report(context, { loop, ...sent }, sent.already ?? `going on: ${ask.obstacle.what}`);
  return exitCodes.ok;
}

function nothingOpen(loop: string, why: string): CliError {
  return new CliError({
    exitCode: exitCodes.failed,
    code: "nothing-to-resolve",
    message: `there is nothing to decide about ${loop}: ${why}`,
    todo: `look at it with \`tamma status '${loop}'\``,
  });
}
