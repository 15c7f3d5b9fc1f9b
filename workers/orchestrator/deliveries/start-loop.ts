import type { PlatformUser } from "@tamma/core/domain/platform/webhook.ts";
import { activeLoopOf } from "@tamma/core/domain/repository/state.ts";
import type { Answer, LoopStarted } from "../../rpc.ts";
import { refuseStranger } from "./say.ts";
import { callerOf, type Stage } from "./stage.ts";

/** A label or an assignment starts a loop, if whoever set it may write. Says in words what came of it. */
export async function startByTrigger(stage: Stage, issue: number, by: PlatformUser): Promise<string> {
  const { ports, account, platform } = stage;
  const known = ports.known();
  const running = known && activeLoopOf(known, issue);
  if (running) return `${running.loop} is at it already`;
  // What Tamma labels itself (an issue that it split) waits for a person.
  if (by.id === account.id && by.bot) return "Tamma's own account starts nothing";
  if (!(await ports.writers.includes(platform.reading, by.login))) {
    await refuseStranger(stage, issue, by);
    return `${by.login} has no write access`;
  }
  const started = await startLoop(stage, issue, by);
  if (started.ok) return `started a loop for issue ${issue}`;
  await platform.issues.upsertComment({ number: issue }, `not-started:${by.id}`, refusalText(started));
  return `not started: ${started.refusal.message}`;
}

/** Whoever asks was looked up before. */
export function startLoop(stage: Stage, issue: number, by: PlatformUser): Promise<Answer<LoopStarted>> {
  return stage.ports.queueLoop(callerOf(stage, by), issue);
}

export function refusalText({ refusal }: Extract<Answer<unknown>, { ok: false }>): string {
  return `${refusal.message}: ${refusal.todo}.`;
}
