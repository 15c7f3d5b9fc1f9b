import { payloadToday } from "../upcast.ts";
import { type Envelope, LoopEvent } from "./events.ts";
import { loopUpcasts } from "./upcasts.ts";

/**
 * The event of an envelope as today's code knows it. Old versions are translated (upcasts.ts), one step per
 * version, and the stored event stays as it was. An unknown type or shape throws: guessing would falsify
 * history.
 */
export function upcast(envelope: Pick<Envelope, "type" | "version" | "payload">): LoopEvent {
  return LoopEvent.parse({ ...payloadToday(envelope, loopUpcasts), type: envelope.type });
}

/** The stream with every payload in today's words, for projections that look at a field or two. */
export function inTodaysWords(envelopes: readonly Envelope[]): Envelope[] {
  return envelopes.map((envelope) => ({ ...envelope, payload: payloadToday(envelope, loopUpcasts) }));
}
