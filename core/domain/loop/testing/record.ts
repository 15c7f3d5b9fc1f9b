import type { RecordedCommand } from "../../audit/rerun.ts";
import type { Envelope } from "../events.ts";
import { sealed } from "./envelopes.ts";
import type { Stride } from "./random-walk.ts";
import { nextTime } from "./scenario.ts";

/** A walk as the engine would have put it on record: its events, and every command that was accepted. */
export function recordOf(strides: readonly Stride[]): { envelopes: Envelope[]; commands: RecordedCommand[] } {
  const actor = { kind: "system", id: "test" } as const;
  let seq = 0;
  const steps = strides.map(({ command, before, events }, index) => {
    seq += events.length;
    const at = nextTime(before);
    const said = JSON.parse(JSON.stringify({ command, actor })) as RecordedCommand["said"];
    return { id: `command-${index + 1}`, at, events, seq, said };
  });
  return { envelopes: sealed(steps), commands: steps.map(({ events: _, ...command }) => command) };
}
