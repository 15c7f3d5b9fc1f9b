import type { EventOf, LoopEventType } from "../../loop/events.ts";

/** One sentence for people per event type. */
export type Lines<T extends LoopEventType = LoopEventType> = { [K in T]: (event: EventOf<K>) => string };

/** The first characters of a hash: enough to recognise it. */
export function short(hash: string): string {
  return hash.slice(0, 8);
}
