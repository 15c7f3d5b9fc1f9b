import { setTimeout as sleep } from "node:timers/promises";
import { findWorkerds, isAlive } from "../server/orphans.ts";
import { calcRepository, calcScript, title } from "../test/journey/calc.ts";
import { openStage, type Stage } from "../test/journey/stage.ts";
import type { Benchmark } from "./benchmark.ts";

const rounds = 5;
/** From the start of the new process until the loop is at work again. */
const recoveryMsMax = 1_500;
/** A model that takes its time: the kill meets a turn under way. */
const answerMs = 300;
const lookEveryMs = 5;
const patienceMs = 60_000;

export const recovery: Benchmark = {
  name: "recovery",
  says: "kill -9 of server and workerd in the middle of a turn; until it listens, until the loop moves on",
  async run() {
    const listening: number[] = [];
    const moving: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const script = calcScript();
      const slow = { issues: script.issues.map((issue) => ({ ...issue, delayMs: answerMs })) };
      await using stage = await openStage({ script: slow, repository: calcRepository });
      const one = await measureRound(stage);
      listening.push(one.listening);
      moving.push(one.moving);
    }
    const aim = { of: "median", most: recoveryMsMax } as const;
    return [
      { name: "kill -9, start until it listens", unit: "ms", values: listening, aim },
      { name: "kill -9, start until the loop's next event", unit: "ms", values: moving, aim },
    ];
  },
};

async function measureRound(stage: Stage): Promise<{ listening: number; moving: number }> {
  const loop = await stage.start(title);
  await stage.until(loop, ({ ask }) => ask?.kind === "checkpoint" && ask.checkpoint.kind === "design");
  await stage.decide(loop, "approve");
  // A turn of the coding agent is under way: it was reserved and is not settled.
  const before = await untilEvents(stage, loop, (types) => {
    const working = types.slice(types.lastIndexOf("LeaseGranted"));
    const reserved = working.filter((type) => type === "TurnReserved").length;
    return reserved > 1 && reserved > working.filter((type) => type === "TurnSettled").length;
  });
  await killServer(stage);

  const began = performance.now();
  await stage.startServer();
  const listening = performance.now() - began;
  await untilEvents(stage, loop, (types) => types.length > before);
  return { listening, moving: performance.now() - began };
}

/** The number of events once `arrived` holds of their types. */
async function untilEvents(stage: Stage, loop: string, arrived: (types: string[]) => boolean) {
  const deadline = AbortSignal.timeout(patienceMs);
  for (;;) {
    const types = (await stage.events(loop)).map((event) => event.type);
    if (arrived(types)) return types.length;
    if (deadline.aborted) throw new Error(`it never came to that: ${types.join(" ")}`);
    await sleep(lookEveryMs);
  }
}

/** Both at once, as a machine that loses its power would. */
async function killServer(stage: Stage): Promise<void> {
  const pids = [stage.server.process.pid, ...findWorkerds(stage.state)].filter((pid) => pid !== undefined);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  while (pids.some(isAlive)) await sleep(lookEveryMs);
}
