import type { LoopCommand } from "@tamma/core/domain/loop/commands.ts";
import { decide } from "@tamma/core/domain/loop/decide.ts";
import { type LoopEvent, loopEventVersion } from "@tamma/core/domain/loop/events.ts";
import { evolve, initialLoop } from "@tamma/core/domain/loop/evolve.ts";
import { react } from "@tamma/core/domain/loop/react.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import { upcast } from "@tamma/core/domain/loop/upcast.ts";
import type { Machine } from "@tamma/core/engine/machine.ts";

/** The loop as the engine runs it. */
export const loopMachine: Machine<LoopCommand, LoopEvent, Loop> = {
  initial: initialLoop,
  version: loopEventVersion,
  decide: (command, loop, context) => decide(command, loop, context),
  evolve,
  react,
  upcast,
  stepOf: (loop) => (loop.state === "not-started" ? null : loop.step),
};
