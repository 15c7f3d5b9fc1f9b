import { genesisHash, seal } from "../domain/audit/chain.ts";
import type { Envelope, StreamRef } from "../domain/loop/events.ts";
import type { Actor } from "../domain/loop/work.ts";
import type { Chance, Clock } from "../ports/clock.ts";
import type { Store, StoredAnswer } from "../ports/store.ts";
import type { Machine } from "./machine.ts";
import { uuid7 } from "./uuid7.ts";

/** A folded stream. Kept in memory between commands; it can be dropped at any time. */
export interface Folded<State> {
  seq: number;
  state: State;
}
export type FoldCache<State> = Map<string, Folded<State>>;

export interface Host {
  store: Store;
  clock: Clock;
  chance: Chance;
  sha256: (text: string) => string;
}

export interface Request<Command> {
  stream: StreamRef;
  command: Command;
  commandId: string;
  actor: Actor;
  /** The loop that all this is about; null on other streams. */
  correlationId: string | null;
}

export interface Handled<Event, State> {
  answer: StoredAnswer;
  /** The same command was accepted before; nothing was changed now. */
  repeated: boolean;
  state: State;
  events: Event[];
}

/** Events are read in pages, so that a long stream never lies in memory twice. */
const readPageEvents = 500;

/** The present state of a stream: from the cache when it is there, else folded from its events. */
export function load<C, E extends { type: string }, S>(
  machine: Machine<C, E, S>,
  store: Store,
  cache: FoldCache<S>,
  stream: StreamRef,
): Folded<S> {
  const known = cache.get(stream.id);
  if (known) return known;
  const folded = foldUpTo(machine, store, stream, Number.MAX_SAFE_INTEGER);
  cache.set(stream.id, folded);
  return folded;
}

/** The state right after event `seq` (or the newest before it), folded anew. */
export function foldUpTo<C, E extends { type: string }, S>(
  machine: Machine<C, E, S>,
  store: Store,
  stream: StreamRef,
  seq: number,
): Folded<S> {
  let folded: Folded<S> = { seq: 0, state: machine.initial };
  for (;;) {
    const page = store.read(stream, folded.seq, Math.min(readPageEvents, seq - folded.seq));
    for (const envelope of page)
      folded = {
        seq: envelope.seq,
        state: machine.evolve(folded.state, machine.upcast(envelope), envelope.at),
      };
    if (page.length === 0 || folded.seq >= seq) return folded;
  }
}

/**
 * Load, decide, evolve all, react once, append: in one synchronous transaction. Throws `CommandRefused` from
 * the rules (nothing is written) and `VersionConflict` from the store (the cache of that stream is dropped).
 */
export function handle<C, E extends { type: string }, S>(
  machine: Machine<C, E, S>,
  host: Host,
  cache: FoldCache<S>,
  request: Request<C>,
): Handled<E, S> {
  const { store } = host;
  const { stream } = request;
  const before = load(machine, store, cache, stream);
  const stored = store.answerOf(stream, request.commandId);
  if (stored) return { answer: stored, repeated: true, state: before.state, events: [] };

  const head = store.head(stream);
  // A clock that jumped back must not make a later event older than an earlier one.
  const at = Math.max(host.clock.now(), head.at);
  const context = { at, actor: request.actor, sha256: host.sha256 };
  const events = machine.decide(request.command, before.state, context);
  const state = events.reduce((folded, event) => machine.evolve(folded, event, at), before.state);
  // React on the state after the whole batch: a failure that also escalates must not schedule one more retry.
  const reaction = machine.react(state);
  const envelopes = sealAll(host, machine.version, request, events, at, { ...head, seq: before.seq });
  const answer = { seq: before.seq + events.length, changed: events.length > 0 };
  const step = machine.stepOf(state);
  try {
    const { command, commandId, actor } = request;
    const said = { command, actor };
    store.append({ stream, envelopes, commandId, said, answer, step, reaction, at });
  } catch (thrown) {
    cache.delete(stream.id);
    throw thrown;
  }
  cache.set(stream.id, { seq: answer.seq, state });
  return { answer, repeated: false, state, events };
}

function sealAll<C>(
  host: Host,
  version: number,
  request: Request<C>,
  events: { type: string }[],
  at: number,
  head: { seq: number; hash: string },
): Envelope[] {
  const sealed: Envelope[] = [];
  let prevHash = head.seq === 0 ? genesisHash : head.hash;
  for (const [index, event] of events.entries()) {
    const { type, ...payload } = event;
    const envelope = seal(
      prevHash,
      {
        id: uuid7(at, host.chance.bytes(10)),
        stream: request.stream,
        seq: head.seq + index + 1,
        at,
        type,
        version,
        actor: request.actor,
        correlationId: request.correlationId,
        causationId: request.commandId,
        // What is undefined does not survive JSON; hash and fold must see the same as a later reader.
        payload: JSON.parse(JSON.stringify(payload)) as Record<string, unknown>,
      },
      host.sha256,
    );
    sealed.push(envelope);
    prevHash = envelope.hash;
  }
  return sealed;
}
