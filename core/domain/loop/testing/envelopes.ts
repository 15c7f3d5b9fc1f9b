import { genesisHash, seal } from "../../audit/chain.ts";
import type { LoopCommand } from "../commands.ts";
import { type Envelope, type LoopEvent, loopEventVersion } from "../events.ts";
import { initialLoop } from "../evolve.ts";
import type { Loop } from "../state.ts";
import { answers, calm } from "./answers.ts";
import { startLoop } from "./samples.ts";
import { send, sha256 } from "./scenario.ts";

/** Events as they stand on record: sealed and chained, one batch a second; `id` is the command's. */
export function sealed(batches: { events: LoopEvent[]; at: number; id?: string }[]): Envelope[] {
  const envelopes: Envelope[] = [];
  for (const { events, at, id = `command-${at}` } of batches)
    for (const { type, ...payload } of events) {
      const seq = envelopes.length + 1;
      const rest = {
        ...{ id: `event-${seq}`, stream: { kind: "loop" as const, id: "local/calc/7#1" }, seq, at, type },
        ...{ version: loopEventVersion, actor: { kind: "system" as const, id: "test" } },
        ...{ correlationId: "local/calc/7#1", causationId: id },
        payload: JSON.parse(JSON.stringify(payload)) as Record<string, unknown>,
      };
      envelopes.push(seal(envelopes.at(-1)?.hash ?? genesisHash, rest, sha256));
    }
  return envelopes;
}

/** The record of a loop that met no trouble, from its start to the end or to `until`. */
export function calmRecord(
  settings: Parameters<typeof startLoop>[0] = {},
  until: (loop: Loop) => boolean = () => false,
): { envelopes: Envelope[]; loop: Loop } {
  const batches: { events: LoopEvent[]; at: number }[] = [];
  let loop: Loop = initialLoop;
  for (let command: LoopCommand | undefined = startLoop(settings); command !== undefined; ) {
    const after = send(loop, command);
    loop = after.loop;
    batches.push({ events: after.events, at: loop.state === "not-started" ? 0 : loop.facts.now });
    command = until(loop) ? undefined : answers(loop, calm)[0]?.command;
  }
  return { envelopes: sealed(batches), loop };
}
