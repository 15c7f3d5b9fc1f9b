import { CommandRefused } from "../errors.ts";
import type { Instant } from "../ids.ts";
import type { LoopCommand } from "../loop/commands.ts";
import { decide } from "../loop/decide.ts";
import type { Envelope, LoopEvent } from "../loop/events.ts";
import { evolve, initialLoop } from "../loop/evolve.ts";
import { react } from "../loop/react.ts";
import type { Loop } from "../loop/state.ts";
import { upcast } from "../loop/upcast.ts";
import type { Actor } from "../loop/work.ts";
import type { Sha256Of } from "./chain.ts";
import { between } from "./diff.ts";

/** A command that was accepted, in the order of acceptance. */
export interface RecordedCommand {
  id: string;
  at: Instant;
  /** Sequence number of the stream after it. */
  seq: number;
  /** Null: what it said is not on record (an older state folder, or a log that was rebuilt from its copy). */
  said: { command: LoopCommand; actor: Actor } | null;
}

/** The first place where today's rules give something else than the record. */
export interface RerunDifference {
  /** The event that differs; the next free number when an event more is given now. */
  seq: number;
  command: string;
  commandType: string;
  /** JSON Pointer into `{ at, actor, event }`; empty where only one side has an event. */
  field: string;
  /** Null where the record, or the re-run, has nothing there. */
  recorded: unknown;
  now: unknown;
}

export interface RerunReport {
  same: boolean;
  /** The re-run began with this event; all before it was taken as it stands. */
  from: number;
  /** Commands that were decided again, and the events that they gave. */
  commands: number;
  events: number;
  /** Events from `from` on that were taken as they stand, because their command is not on record. */
  taken: number;
  /** Effects that the states on the way wanted, each once. None was performed. */
  effects: number;
  difference: RerunDifference | null;
}

/**
 * Decides every command of a loop again, with the recorded answers of models, runners and people, which
 * are the commands, and compares what comes out with the record. Nothing is performed. Ends at the first
 * difference.
 *
 * @param from the first event to give again; the state before it is folded. A command that gave events on
 * both sides of it is decided whole.
 */
export function rerun(
  record: { envelopes: readonly Envelope[]; commands: readonly RecordedCommand[] },
  sha256: Sha256Of,
  from = 1,
): RerunReport {
  const run = new Rerun(record.envelopes, sha256, from);
  for (const command of record.commands) {
    run.takeOthers(command);
    if (run.report.difference !== null) break;
    if (command.said === null || command.seq < from) run.take(command.seq);
    else run.again(command, command.said);
    if (run.report.difference !== null) break;
  }
  if (run.report.difference === null) run.take(record.envelopes.length);
  return { ...run.report, effects: run.wanted.size, same: run.report.difference === null };
}

class Rerun {
  readonly report: Omit<RerunReport, "same" | "effects">;
  readonly wanted = new Set<string>();
  readonly #envelopes: readonly Envelope[];
  readonly #sha256: Sha256Of;
  #loop: Loop = initialLoop;
  /** Events that are folded so far. */
  #seq = 0;

  constructor(envelopes: readonly Envelope[], sha256: Sha256Of, from: number) {
    this.#envelopes = envelopes;
    this.#sha256 = sha256;
    this.report = { from, commands: 0, events: 0, taken: 0, difference: null };
  }

  /** Folds what stands before the events of `command` and came from commands that nobody knows. */
  takeOthers({ id, seq }: RecordedCommand): void {
    let end = this.#seq;
    while (end < seq && this.#envelopes[end]?.causationId !== id) end += 1;
    this.take(end);
  }

  /** Folds events up to `seq` as they stand. */
  take(seq: number): void {
    for (const envelope of this.#envelopes.slice(this.#seq, seq)) {
      this.#loop = evolve(this.#loop, upcast(envelope), envelope.at);
      if (envelope.seq >= this.report.from) this.report.taken += 1;
    }
    this.#seq = Math.max(this.#seq, seq);
  }

  again(recorded: RecordedCommand, { command, actor }: NonNullable<RecordedCommand["said"]>): void {
    const { id, at, seq } = recorded;
    const differs = (place: Omit<RerunDifference, "command" | "commandType">) => {
      this.report.difference = { command: id, commandType: command.type, ...place };
    };
    const before = this.#envelopes.slice(this.#seq, seq);
    const decided = this.#decide(command, at, actor);
    if ("refused" in decided)
      return differs({
        seq: this.#seq + 1,
        field: "",
        recorded: `accepted, ${before.length} events`,
        now: `refused: ${decided.refused}`,
      });
    const { events } = decided;
    for (let n = 0; n < Math.max(before.length, events.length); n += 1) {
      const [then, now] = [asRead(before[n]), asGiven(events[n], at, actor)];
      const [first] = between(then, now);
      if (first)
        return differs({
          seq: this.#seq + n + 1,
          field: first.path,
          recorded: first.before ?? null,
          now: first.after ?? null,
        });
    }
    for (const event of events) this.#loop = evolve(this.#loop, event, at);
    for (const { key } of react(this.#loop).effects) this.wanted.add(key);
    this.#seq = seq;
    this.report.commands += 1;
    this.report.events += events.length;
  }

  #decide(command: LoopCommand, at: Instant, actor: Actor): { events: LoopEvent[] } | { refused: string } {
    try {
      return { events: decide(command, this.#loop, { at, actor, sha256: this.#sha256 }) };
    } catch (thrown) {
      // What was accepted once and makes the rules fall today is a difference like any other.
      return {
        refused: thrown instanceof CommandRefused ? `${thrown.code}: ${thrown.message}` : `${thrown}`,
      };
    }
  }
}

/** An event on record as today's code reads it; null when there is none. */
function asRead(envelope: Envelope | undefined): unknown {
  return envelope ? asGiven(upcast(envelope), envelope.at, envelope.actor) : null;
}

/** An event as the log would hold it: what is undefined does not survive JSON. */
function asGiven(event: LoopEvent | undefined, at: Instant, actor: Actor): unknown {
  return event ? JSON.parse(JSON.stringify({ at, actor, event })) : null;
}
