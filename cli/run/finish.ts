import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { ChainReport } from "@tamma/core/protocol/rest.ts";
import type { Context } from "../context.ts";
import { CliError, type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { renderChain, renderSummary } from "../render/summary.ts";
import { renderJson } from "../render/text.ts";
import { endCode } from "./session.ts";

/**
 * Says how a session ended: the steps with their times, the merge, the cost, and that the record was
 * verified. A broken record makes even a merge a failure.
 */
export async function finish(
  context: Context,
  api: Api,
  view: LoopView,
  exitCode: ExitCode,
): Promise<ExitCode> {
  const { terminal, style, json } = context;
  const chain = await verify(api, view.id);
  if (json) {
    const { id, word, issue, mergeSha, reason, budget, steps, startedAt, endedAt } = view;
    const end = { kind: "end", loop: id, issue: issue.number, word, mergeSha, reason, exitCode };
    const record = { costMicroUsd: budget.spent, turns: budget.turns, startedAt, endedAt, steps, chain };
    terminal.out(`${renderJson({ ...end, ...record })}\n`);
  } else if (endCode(view) === null) {
    terminal.out(`${view.id}: ${view.word}; record ${renderChain(chain)}\n`);
  } else {
    terminal.out(`\n${renderSummary(view, chain, style, terminal.columns() - 1)}\n`);
  }
  return chain?.ok === false ? exitCodes.failed : exitCode;
}

/** The server's report on the chain; null when it gives none now, which is said and does not undo a merge. */
async function verify(api: Api, loop: string): Promise<ChainReport | null> {
  try {
    return await api.verify(loop);
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}
