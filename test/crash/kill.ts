import { findWorkerds } from "../../server/orphans.ts";
import type { Stage } from "../journey/stage.ts";

/**
 * Who gets `kill -9`. `server`: the server's process alone, so that its workerd lives on as an orphan and
 * goes on acknowledging. `workerd`: the runtime alone, under a living server.
 */
export const killKinds = ["server", "workerd", "both", "runner", "all"] as const;
export type KillKind = (typeof killKinds)[number];

const killed = {
  server: ["server"],
  workerd: ["workerd"],
  both: ["server", "workerd"],
  runner: ["runner"],
  all: ["server", "workerd", "runner"],
} as const satisfies Record<KillKind, readonly ("server" | "workerd" | "runner")[]>;

/** Whether the kill takes the runner along: only then may a lease be lost. */
export function takesRunner(kind: KillKind): boolean {
  return (killed[kind] as readonly string[]).includes("runner");
}

/** Kills, without waiting for anything in between: what dies together dies at one moment. */
export async function kill(stage: Stage, kind: KillKind): Promise<void> {
  const dying: Promise<unknown>[] = [];
  for (const part of killed[kind]) {
    if (part === "workerd") for (const pid of findWorkerds(stage.state)) process.kill(pid, "SIGKILL");
    else dying.push(stage[part].stop("SIGKILL"));
  }
  await Promise.all(dying);
}

/** Starts again what a supervisor would start again. A lone workerd is the server's own matter. */
export async function startAgain(stage: Stage, kind: KillKind): Promise<void> {
  const parts: readonly string[] = killed[kind];
  if (parts.includes("server")) await stage.startServer();
  if (parts.includes("runner")) await stage.startRunner();
}
