import type { EventOf, LoopEventType } from "../events.ts";
import type { Person } from "../work.ts";

/** What an event means, in one sentence, and how one looks. */
export interface Entry<T extends LoopEventType> {
  says: string;
  example: EventOf<T>;
}
export type Entries<T extends LoopEventType = LoopEventType> = { [K in T]: Entry<K> };

/** Values that many examples share; a commit or tree is one digit over and over, so that it reads well. */
export const commit = (digit: string): string => digit.repeat(40);
export const hash = (digit: string): string => digit.repeat(64);
export const blob = { sha256: hash("a"), size: 1_204, mediaType: "text/x-diff" };
export const mia: Person = {
  kind: "person",
  id: "mia",
  authenticated: "local-token",
  ip: "127.0.0.1",
};
export const loop = "local/calc/7#1";
