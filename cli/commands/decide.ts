import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { DecideCheckpoint } from "@tamma/core/protocol/rest.ts";
import type { Command } from "commander";
import { type Context, report } from "../context.ts";
import { CliError, type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import { findLoop } from "../loop-ref.ts";
import { clean } from "../render/text.ts";
import type { Shell } from "./shell.ts";

export function registerDecide(program: Command, shell: Shell): void {
  const loop = ["[loop]", "loop id or issue number; default: the only active one"] as const;
  program
    .command("approve")
    .description("say yes at the open checkpoint")
    .argument(...loop)
    .option("--option <id>", "the design option; default: the recommended one")
    .option("--edit <file>", "approve the option with the approach in this file instead of its own")
    .option("--own <file>", "approve your own design, described in this file")
    .action(shell.act(approve));
  program
    .command("reject")
    .description("say no at the open checkpoint")
    .argument(...loop)
    .requiredOption("--reason <text>", "why; it is kept and used")
    .action(
      shell.act((context: Context, ref: string | undefined, options: { reason: string }) =>
        decide(context, ref, "rejected", () => ({ decision: "reject", text: options.reason })),
      ),
    );
  program
    .command("change")
    .description("ask for something else at the open checkpoint")
    .argument(...loop)
    .requiredOption("--text <text>", "what should be different")
    .action(
      shell.act((context: Context, ref: string | undefined, options: { text: string }) =>
        decide(context, ref, "change asked for", () => ({ decision: "change", text: options.text })),
      ),
    );
}

interface ApproveOptions {
  option?: string;
  edit?: string;
  own?: string;
}

async function approve(
  context: Context,
  ref: string | undefined,
  options: ApproveOptions,
): Promise<ExitCode> {
  const { edit, own } = options;
  if (edit !== undefined && own !== undefined) throw usageError("--edit and --own exclude each other");
  if (own !== undefined)
    return decide(context, ref, "approved", () => ({ decision: "own", text: readText(context, own) }));
  return decide(context, ref, "approved", (recommended) => {
    const option = options.option ?? recommended;
    if (edit === undefined) return { decision: "approve", option };
    return { decision: "edit", option, text: readText(context, edit) };
  });
}

/** Sends a decision for the open checkpoint, bound to the subject that was just read. */
async function decide(
  context: Context,
  ref: string | undefined,
  word: string,
  make: (recommended: string | null) => Partial<DecideCheckpoint> & Pick<DecideCheckpoint, "decision">,
): Promise<ExitCode> {
  const api = context.api();
  const loop = await findLoop(api, ref);
  const { ask, word: state } = await api.loop(loop);
  if (ask?.kind !== "checkpoint")
    throw new CliError({
      exitCode: exitCodes.failed,
      code: "no-checkpoint",
      message: `${loop} has no open checkpoint: it is ${ask ? `asking ${ask.kind}` : state}`,
      todo: `look at it with \`tamma status '${loop}'\``,
    });
  const { id, kind, subject } = ask.checkpoint;
  const recommended = kind === "design" ? (ask.design?.recommended ?? null) : null;
  const answer = await api.decide(loop, id, { subject, via: "cli", ...make(recommended) });
  report(
    context,
    { loop, checkpoint: id, ...answer },
    answer.already ? clean(answer.already) : `${word}: ${kind}`,
  );
  return exitCodes.ok;
}

function readText(context: Context, file: string): string {
  try {
    return readFileSync(resolve(context.cwd, file), "utf8");
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`, "give a text file");
  }
}
