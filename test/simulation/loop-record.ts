import type { Envelope, LoopEvent } from "@tamma/core/domain/loop/events.ts";
import { evolve, initialLoop } from "@tamma/core/domain/loop/evolve.ts";
import type { GateName } from "@tamma/core/domain/loop/pipeline.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import { mergeRefusals } from "@tamma/core/domain/policy/gates.ts";
import { hold } from "./broken.ts";
import { LogLaws } from "./log-laws.ts";

/** A first attempt and three retries, between two decisions of people. */
const attemptsMax = 4;

/**
 * One loop's log, folded event by event as it grows, with counts of its own beside the state: what the rules
 * say of themselves is not taken as proof.
 */
export class LoopRecord {
  seq = 0;
  hash = "";
  state: Loop = initialLoop;
  readonly name: string;
  /** Something beside the main line could not be done: the end may lack it. */
  skipped = false;
  #at = 0;
  #fence = 0;
  #jobs = new Map<string, number>();
  readonly #failed = new Map<GateName, number>();
  readonly #reserved = new Map<string, number>();
  readonly #settled = new Set<string>();
  #spent = 0;
  readonly #answered = new Set<string>();
  readonly #laws: LogLaws;

  constructor(name: string) {
    this.name = name;
    this.#laws = new LogLaws(name);
  }

  /** @throws Broken */
  add(envelope: Envelope): void {
    // As it stands there: the whole log is read with its schemas at the end.
    const event = { ...envelope.payload, type: envelope.type } as LoopEvent;
    hold(envelope.at >= this.#at, "1 times never go back", () => `${this.name} at event ${envelope.seq}`);
    this.#at = envelope.at;
    const before = this.state;
    this.state = evolve(before, event, envelope.at);
    this.seq = envelope.seq;
    this.hash = envelope.hash;
    if (envelope.actor.kind === "person") this.#failed.clear();
    this.#count(event, before);
    this.#laws.add(event, envelope.causationId, before, this.state);
  }

  wasReserved(turn: string): boolean {
    return this.#reserved.has(turn);
  }

  wasAnswered(turn: string): boolean {
    return this.#answered.has(turn);
  }

  #count(event: LoopEvent, before: Loop): void {
    const where = () => `${this.name} at event ${this.seq}`;
    switch (event.type) {
      case "LeaseGranted":
        hold(
          event.fence > this.#fence,
          "6 fences only grow",
          () => `${event.fence} after ${this.#fence}, ${where()}`,
        );
        this.#fence = event.fence;
        this.#jobs.set(event.job, event.fence);
        return;
      case "JobFinished": {
        const held = this.#jobs.get(event.job);
        hold(
          held === event.fence,
          "6 only who holds the job reports",
          () => `fence ${event.fence}, held ${held}, ${where()}`,
        );
        return;
      }
      case "GateFailed": {
        const failed = (this.#failed.get(event.gate) ?? 0) + 1;
        this.#failed.set(event.gate, failed);
        hold(
          failed <= attemptsMax,
          "3 at most 1+3 attempts",
          () => `${event.gate} failed ${failed} times, ${where()}`,
        );
        return;
      }
      case "TurnReserved":
        hold(!this.#reserved.has(event.turn), "5 a turn is reserved once", () => `${event.turn}, ${where()}`);
        this.#reserved.set(event.turn, event.reserved);
        return;
      case "TurnSettled":
        hold(
          this.#reserved.has(event.turn) && !this.#settled.has(event.turn),
          "5 a turn is settled once",
          () => `${event.turn}, ${where()}`,
        );
        this.#settled.add(event.turn);
        if (event.outcome === "answered") this.#answered.add(event.turn);
        this.#spent += event.cost;
        return;
      case "EffectSkipped":
        this.skipped = true;
        return;
      case "Merged":
        return this.#merged(before, where());
      default:
        return;
    }
  }

  #merged(before: Loop, where: string): void {
    hold(before.state === "active", "2 no merge without its proofs", () => `not active, ${where}`);
    const { facts } = before;
    // A comment that comes while the merge is under way comes too late; every other proof must stand.
    const threads = facts.threads.filter((one) => one.reply !== null);
    const [refusal] = mergeRefusals({ ...facts, threads });
    hold(refusal === undefined, "2 no merge without its proofs", () => `${refusal}, ${where}`);
  }

  /** What must hold of a state at rest. */
  checkAtRest(): void {
    const { state } = this;
    this.#laws.checkAtRest(state);
    if (state.state === "not-started") return;
    const { budget } = state.facts;
    let reserved = 0;
    for (const turn in budget.reserved) reserved += budget.reserved[turn]?.amount ?? 0;
    const where = () => `${this.name} at event ${this.seq}`;
    hold(
      budget.spent + reserved <= budget.max,
      "5 spent and reserved within the cap",
      () => `${budget.spent} + ${reserved} > ${budget.max}, ${where()}`,
    );
    hold(
      budget.spent === this.#spent,
      "5 spent is what was settled",
      () => `${budget.spent}, settled ${this.#spent}, ${where()}`,
    );
  }
}
