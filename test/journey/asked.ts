import type { Stage } from "./stage.ts";

export const loopPath = (loop: string) => `/api/v1/loops/${encodeURIComponent(loop)}`;

export async function approveDesign(stage: Stage, loop: string): Promise<void> {
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint" && view.ask.checkpoint.kind === "design");
  await stage.decide(loop, "approve");
}

export const atCompletion = (view: Awaited<ReturnType<Stage["view"]>>) =>
  view.ask?.kind === "checkpoint" && view.ask.checkpoint.kind === "complete";
