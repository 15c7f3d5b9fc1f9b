import type { Command } from "commander";
import { type Context, report } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { findLoop } from "../loop-ref.ts";
import type { Shell } from "./shell.ts";

export function registerPause(program: Command, shell: Shell): void {
  const loop = ["[loop]", "loop id or issue number; default: the only active one"] as const;
  program
    .command("pause")
    .description("stop working for a while: the job in flight is dropped, attempts stay; `resume` goes on")
    .argument(...loop)
    .action(shell.act(pause));
  program
    .command("escalate")
    .description("take a loop into your own hands, wherever it is")
    .argument(...loop)
    .option("--reason <text>", "why", "")
    .action(shell.act(escalate));
}

async function pause(context: Context, ref: string | undefined): Promise<ExitCode> {
  const api = context.api();
  const loop = await findLoop(api, ref);
  const sent = await api.pause(loop);
  report(context, { loop, ...sent }, sent.already ?? `paused ${loop}; go on with \`tamma resume\``);
  return exitCodes.ok;
}

async function escalate(
  context: Context,
  ref: string | undefined,
  { reason }: { reason: string },
): Promise<ExitCode> {
  const api = context.api();
  const loop = await findLoop(api, ref);
  const sent = await api.escalate(loop, reason);
  report(context, { loop, ...sent }, sent.already ?? `${loop} is yours: see \`tamma inbox\``);
  return exitCodes.ok;
}
