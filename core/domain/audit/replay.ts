import type { Instant } from "../ids.ts";
import type { Envelope } from "../loop/events.ts";
import { evolve, initialLoop } from "../loop/evolve.ts";
import type { Loop } from "../loop/state.ts";
import { upcast } from "../loop/upcast.ts";

/**
 * A moment of a loop: right after event `seq`, or at a time (milliseconds since the epoch, events of it
 * included).
 */
export type Moment = { seq: number } | { time: Instant };

/**
 * The loop as it was at `moment`, folded from its whole stream in order. Before the first event it has not
 * started; after the last one it is as it is now. Throws on an event that today's code cannot read
 * (upcast.ts).
 */
export function stateAt(envelopes: Iterable<Envelope>, moment: Moment): Loop {
  let loop = initialLoop;
  for (const envelope of envelopes) {
    const later = "seq" in moment ? envelope.seq > moment.seq : envelope.at > moment.time;
    // Within a stream neither numbers nor times ever go back, so nothing after this one counts.
    if (later) break;
    loop = evolve(loop, upcast(envelope), envelope.at);
  }
  return loop;
}
