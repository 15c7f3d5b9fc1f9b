import { deepEqual, equal, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { CommandRefused } from "../../errors.ts";
import type { Context, LoopCommand } from "../commands.ts";
import { decide } from "../decide.ts";
import type { LoopEvent, LoopEventType } from "../events.ts";
import { evolve, initialLoop } from "../evolve.ts";
import type { StepName } from "../pipeline.ts";
import type { Loop } from "../state.ts";
import type { LoopSettings } from "../work.ts";
import { answers, calm } from "./answers.ts";
import { startLoop } from "./samples.ts";
import type { Answer, World } from "./world.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

const contextAt = (at: number): Context => ({ at, actor: { kind: "system", id: "test" }, sha256 });

/** One command through the production decide and evolve. */
export function send(
  loop: Loop,
  command: LoopCommand,
  at = nextTime(loop),
): { loop: Loop; events: LoopEvent[] } {
  const events = decide(command, loop, contextAt(at));
  return { loop: events.reduce((state, event) => evolve(state, event, at), loop), events };
}

/** A second later than the state, or when the job may be given out that waits for its time. */
export function nextTime(loop: Loop): number {
  if (loop.state === "not-started") return 1_000;
  const job = loop.state === "active" && loop.doing.kind === "job" ? loop.doing.job : null;
  return Math.max(loop.facts.now + 1_000, job?.notBefore ?? 0);
}

/** A loop that just started. */
export function started(changes: Partial<LoopSettings> = {}): Loop {
  return send(initialLoop, startLoop(changes)).loop;
}

/** Lets the world answer well until `arrived`; fails when that never comes. */
export function drive(loop: Loop, arrived: (loop: Loop) => boolean, world: World = calm): Loop {
  for (let n = 0; n < 200; n += 1) {
    if (arrived(loop)) return loop;
    const answer = answers(loop, world)[0];
    if (!answer) break;
    loop = send(loop, answer.command).loop;
  }
  throw new Error(`the loop stands at ${describeLoop(loop)}`);
}

/** The loop right after it entered `step`. */
export function loopAt(step: StepName, changes: Partial<LoopSettings> = {}): Loop {
  return drive(started(changes), (loop) => loop.state !== "not-started" && loop.step === step);
}

/** The loop as soon as it does `kind` at `step` (a leased job counts as "leased"). */
export function loopDoing(step: StepName, kind: string, changes: Partial<LoopSettings> = {}): Loop {
  return drive(started(changes), (loop) => {
    if (loop.state !== "active" || loop.step !== step) return false;
    if (kind === "leased") return loop.doing.kind === "job" && loop.doing.job.runner !== null;
    return loop.doing.kind === kind;
  });
}

/** The answer with this name to what the loop does now. */
export function answer(loop: Loop, name: string, world: World): Answer {
  const list = answers(loop, world);
  const found = list.find((one) => one.name === name);
  if (!found)
    throw new Error(`no answer ${name} at ${describeLoop(loop)}, only ${list.map((one) => one.name)}`);
  return found;
}

export function describeLoop(loop: Loop): string {
  if (loop.state === "not-started") return "not started";
  if (loop.state === "ended") return `ended (${loop.outcome})`;
  if (loop.state === "escalated") return `escalated at ${loop.step}: ${loop.card.what} (${loop.card.why})`;
  const { doing } = loop;
  const what =
    doing.kind === "job" ? `job ${doing.job.kind}` : doing.kind === "call" ? doing.call : doing.kind;
  return `${loop.step} (${what})`;
}

/** given / when / then: the only form of a domain test. */
export function given(loop: Loop) {
  return {
    when(command: LoopCommand) {
      return {
        /** The command makes exactly these events, in this order. */
        // biome-ignore lint/suspicious/noThenProperty: given, when, then; nobody awaits it
        then(...types: LoopEventType[]): { loop: Loop; events: LoopEvent[] } {
          const result = send(loop, command);
          deepEqual(
            result.events.map((event) => event.type),
            types,
          );
          return result;
        },
        /** The command is refused with this code, and nothing changes. */
        thenRefused(code: string): CommandRefused {
          let refused: unknown;
          try {
            send(loop, command);
          } catch (thrown) {
            refused = thrown;
          }
          ok(refused instanceof CommandRefused, `it was not refused: ${refused}`);
          equal(refused.code, code);
          return refused;
        },
      };
    },
  };
}
