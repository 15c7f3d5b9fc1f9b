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
  const cache: FoldCache<S> = new Map();
  /** Streams that were written in the transactions that are open. */
  const touched: string[] = [];
  let open = 0;

  return {
    load: (stream) => load(machine, host.store, cache, stream),
    at: (stream, seq) => foldUpTo(machine, host.store, stream, seq),
    refold: (stream) => {
      cache.delete(stream.id);
      const { state } = load(machine, host.store, cache, stream);
      host.store.want(stream, machine.react(state), host.clock.now());
      return state;
    },
    repeat: (stream) => {
      const { effects } = machine.react(load(machine, host.store, cache, stream).state);
      const keys = effects.map((effect) => effect.key);
      host.store.again(stream, keys, host.clock.now());
    },
    handle: (request) => {
      touched.push(request.stream.id);
      return handle(machine, host, cache, request);
    },
    together: (work) => {
      const before = touched.length;
      open += 1;
      try {
        return host.store.transaction(work);
      } catch (thrown) {
        // What was rolled back on disk must not live on in memory.
        for (const stream of touched.slice(before)) cache.delete(stream);
        throw thrown;
      } finally {
        open -= 1;
        // An inner one that ends well may still be rolled back by the one around it.
        if (open === 0) touched.length = 0;
      }
    },
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
