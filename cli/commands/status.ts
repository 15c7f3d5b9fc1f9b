import type { LoopList } from "@tamma/core/protocol/rest.ts";
import type { Command } from "commander";
import { type Context, report } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { findLoop } from "../loop-ref.ts";
import { askTitle, renderAsk, renderHowTo } from "../render/ask.ts";
import { renderLoop } from "../render/steps.ts";
import { clean, renderMoney } from "../render/text.ts";
import { watchLoop } from "../run/watch.ts";
import type { Shell } from "./shell.ts";

export function registerStatus(program: Command, shell: Shell): void {
  program
    .command("status")
    .description("all active loops, or one loop with its 14 steps")
    .argument("[loop]", "loop id or issue number")
    .option("--watch", "follow the loop until it ends")
    .option("--all", "list ended loops too")
    .action(shell.act(status));
}

async function status(
  context: Context,
  ref: string | undefined,
  options: { watch?: boolean; all?: boolean },
): Promise<ExitCode> {
  const api = context.api();
  if (ref === undefined && !options.watch) {
    const list = await api.loops(options.all ? "all" : "active");
    report(context, list, renderList(list));
    return exitCodes.ok;
  }
  const loop = await findLoop(api, ref);
  if (options.watch) return watchLoop(context, api, loop);
  const view = await api.loop(loop);
  const { terminal, style } = context;
  const lines = renderLoop(view, Date.now(), style, terminal.columns() - 1);
  if (view.ask) {
    lines.push("", style.paint("needs you", `${style.glyph("needs you")} needs you: ${askTitle(view.ask)}`));
    lines.push(renderAsk(view.ask, style, terminal.columns() - 1), ...renderHowTo(view.id, view.ask));
  }
  report(context, view, lines.join("\n"));
  return exitCodes.ok;
}

function renderList(list: LoopList): string {
  const rows = list.loops.map((loop) =>
    [
      loop.id,
      `#${loop.issue}`,
      loop.word,
      loop.step,
      renderMoney(loop.costMicroUsd),
      clean(loop.ask ?? loop.title),
    ].join("  "),
  );
  for (const queued of list.queued) rows.push(`queued  #${queued.issue}  ${clean(queued.title)}`);
  if (list.degraded) rows.push("the list is not complete: only loops in flight can be read now");
  return rows.length === 0 ? "no loop is active; start one with `tamma run`" : rows.join("\n");
}
