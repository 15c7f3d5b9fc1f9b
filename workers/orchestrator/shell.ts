import { CommandRefused } from "@tamma/core/domain/errors.ts";
import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import {
  type FoldCache,
  type Folded,
  foldUpTo,
  type Handled,
  handle,
  load,
  type Request,
} from "@tamma/core/engine/handle.ts";
import type { Machine } from "@tamma/core/engine/machine.ts";
import type { ObjectHost } from "./object-host.ts";

/** One machine over one store, its folded states kept in memory between commands. */
export interface Shell<Command, Event, State> {
  load(stream: StreamRef): Folded<State>;
  /** The state right after event `seq`, folded anew. */
  at(stream: StreamRef, seq: number): Folded<State>;
  /** Throws `CommandRefused`; then nothing was written. */
  handle(request: Request<Command>): Handled<Event, State>;
  /** All writes of `work` together or none. */
  together<T>(work: () => T): T;
  /** The log was replaced by another one: folds it anew and wants what its state wants. */
  refold(stream: StreamRef): State;
  /**
   * Performs once more what the state still wants. After a restore a neighbour may not have what it was told
   * here; whoever has it does nothing the second time.
   */
  repeat(stream: StreamRef): void;
}

export function shellOf<C, E extends { type: string }, S>(
  machine: Machine<C, E, S>,
  host: ObjectHost,
): Shell<C, E, S> {
  const folded: FoldCache<S> = new Map();
  let undone = 0;
  /** What was rolled back on disk must not live on in memory, whoever began that transaction. */
  const cache = (): FoldCache<S> => {
    if (host.store.undone() > undone) folded.clear();
    undone = host.store.undone();
    return folded;
  };
  const loaded = (stream: StreamRef) => load(machine, host.store, cache(), stream);

  return {
    load: loaded,
    at: (stream, seq) => foldUpTo(machine, host.store, stream, seq),
    refold: (stream) => {
      cache().delete(stream.id);
      const { state } = loaded(stream);
      host.store.want(stream, machine.react(state), host.clock.now());
      return state;
    },
    repeat: (stream) => {
      const keys = machine.react(loaded(stream).state).effects.map((effect) => effect.key);
      host.store.again(stream, keys, host.clock.now());
    },
    handle: (request) => handle(machine, host, cache(), request),
    together: (work) => host.store.transaction(work),
  };
}

/** Runs a command of our own. That nobody wants it any more is an answer, not a fault. */
export function unlessRefused(work: () => void): void {
  try {
    work();
  } catch (thrown) {
    if (!(thrown instanceof CommandRefused)) throw thrown;
  }
}
