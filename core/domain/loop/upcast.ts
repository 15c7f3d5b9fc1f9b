import { type Envelope, LoopEvent } from "./events.ts";

/**
 * The event of an envelope as today's code knows it. Old versions are translated here, one step per
 * version, and the stored event stays as it was. An unknown type or shape throws: guessing would falsify
 * history.
 */
export function upcast(envelope: Pick<Envelope, "type" | "version" | "payload">): LoopEvent {
  return LoopEvent.parse({ ...envelope.payload, type: envelope.type });
}
