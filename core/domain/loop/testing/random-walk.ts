import fc from "fast-check";
import { CommandRefused } from "../../errors.ts";
import type { LoopCommand } from "../commands.ts";
import type { LoopEvent } from "../events.ts";
import { initialLoop } from "../evolve.ts";
import { gateNames } from "../pipeline.ts";
import type { Loop } from "../state.ts";
import { type LoopSettings, levels } from "../work.ts";
import { answers } from "./answers.ts";
import { startLoop } from "./samples.ts";
import { send } from "./scenario.ts";
import type { Trouble, World } from "./world.ts";

/** One accepted command of a walk: what it was, what it made true, and the states around it. */
export interface Stride {
  command: LoopCommand;
  before: Loop;
  events: LoopEvent[];
  after: Loop;
}

const everyTrouble: Trouble[] = [
  ...(["runner-lost", "runner-stops", "head", "base", "timers", "provider"] as const),
  ...(["effects", "weakened", "threads", "questions", "reject", "dirty", "queue", "pauses"] as const),
];
const oddTrouble: Trouble[] = ["zombies", "late", "persons", "breaking", "forged", "checks"];

/** Everything may go wrong at any time. */
export const wild: World = { failing: gateNames, trouble: everyTrouble };
/** And much is said that must change nothing. */
export const wildest: World = { failing: gateNames, trouble: [...everyTrouble, ...oddTrouble] };

/** The same walks on every machine; a failure prints the seed and the shrunken choices. */
export const walkSeed = 20_261_124;

/** Settings that change what the loop asks for. */
export const someSettings: fc.Arbitrary<Partial<LoopSettings>> = fc.record({
  level: fc.constantFrom(...levels),
  confirmAssign: fc.boolean(),
  preApproved: fc.subarray(["design" as const, "complete" as const]),
  onEscalation: fc.constantFrom("hold" as const, "release" as const),
  checks: fc.constantFrom("runner" as const, "platform" as const),
  merges: fc.constantFrom("runner" as const, "platform" as const),
});

/**
 * The choices of a walk: at every place one of the answers the world may give. Small numbers mean good
 * answers, so that walks also get far, and shrink towards the calm way.
 */
export const choices = (longest: number): fc.Arbitrary<number[]> =>
  fc.array(fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.nat(30) }), {
    minLength: Math.floor(longest / 2),
    maxLength: longest,
  });

/**
 * Walks from the start; refused commands are left out, as the engine does. `more` adds commands of its own.
 */
export function stride(
  settings: Partial<LoopSettings>,
  picks: number[],
  more: (loop: Loop, pick: number) => LoopCommand[] = () => [],
  world = wild,
): Stride[] {
  const strides: Stride[] = [];
  let loop: Loop = initialLoop;
  const step = (command: LoopCommand): void => {
    try {
      const { events, loop: after } = send(loop, command);
      strides.push({ command, before: loop, events, after });
      loop = after;
    } catch (thrown) {
      if (!(thrown instanceof CommandRefused)) throw thrown;
    }
  };
  step(startLoop(settings));
  for (const pick of picks) {
    const possible = [...answers(loop, world).map((one) => one.command), ...more(loop, pick)];
    const command = possible[pick % possible.length];
    if (!command) break;
    step(command);
  }
  return strides;
}

/** What may happen to the money of a loop: turns are reserved, settled, settled again, or time out. */
export function turnsOf(loop: Loop, pick: number): LoopCommand[] {
  if (loop.state === "not-started") return [];
  const { reserved, turns } = loop.facts.budget;
  const amount = (pick + 1) * 40_000;
  const deadline = loop.facts.now + pick * 500;
  const settled = Object.entries(reserved).map(([turn, held]) =>
    settlement(turn, Math.floor((held.amount * (pick % 5)) / 4)),
  );
  const over = `t${pick % (turns + 1)}`;
  const again = over in reserved ? [] : [settlement(over, amount)];
  const keys = Object.keys(reserved).map((turn) => `turn:${turn}`);
  const fired = keys.map((key): LoopCommand => ({ type: "FireTimer", key, timer: "turn-deadline" }));
  const rest = { provider: "tape", model: "m", amount, deadline };
  return [{ type: "ReserveTurn", turn: `t${turns}`, ...rest }, ...settled, ...again, ...fired];
}

const settlement = (turn: string, cost: number): LoopCommand => ({
  ...{ type: "SettleTurn", turn, outcome: "answered", cost, estimated: false, answer: null, detail: "" },
  ...{ inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, latencyMs: 0 },
});
