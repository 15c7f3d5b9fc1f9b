import type { Instant } from "../domain/ids.ts";
import type { Envelope } from "../domain/loop/events.ts";
import type { Actor } from "../domain/loop/work.ts";
import type { WantedReaction } from "../ports/store.ts";

/** What a decision may know besides state and command. */
export interface DecisionContext {
  at: Instant;
  actor: Actor;
  sha256: (text: string) => string;
}

/** A pure machine over one kind of stream: the loop, the repository. */
export interface Machine<Command, Event extends { type: string }, State> {
  readonly initial: State;
  readonly version: number;
  /** Throws `CommandRefused`; an empty answer means that there is nothing left to do. */
  decide(command: Command, state: State, context: DecisionContext): Event[];
  evolve(state: State, event: Event, at: Instant): State;
  react(state: State): WantedReaction;
  /** An event on record, read as today's. */
  upcast(envelope: Envelope): Event;
  /** The step shown in clear beside the events; null for streams without steps. */
  stepOf(state: State): string | null;
}
