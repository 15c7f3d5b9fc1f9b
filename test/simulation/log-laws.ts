import type { LoopEvent } from "@tamma/core/domain/loop/events.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import { brokenLaws } from "@tamma/core/domain/loop/testing/laws.ts";
import { restLaws } from "@tamma/core/domain/loop/testing/laws-of-waits.ts";
import type { Ledger } from "@tamma/core/domain/loop/testing/ledger.ts";
import { ledgerAfter } from "@tamma/core/domain/loop/testing/told.ts";
import { hold } from "./broken.ts";

/**
 * The laws that every walk over the rules is held against, asked over a log as it grows: they read the events
 * alone and excuse no mistake of the state.
 */
export class LogLaws {
  readonly #loop: string;
  #known: Ledger | null = null;
  /** The events of the newest command, and the states around them. */
  #told: { cause: string; events: LoopEvent[]; before: Loop; after: Loop } | null = null;

  constructor(loop: string) {
    this.#loop = loop;
  }

  /** @throws Broken when the command before this event broke a law */
  add(event: LoopEvent, cause: string, before: Loop, after: Loop): void {
    if (this.#told?.cause !== cause) {
      this.#close();
      this.#told = { cause, events: [], before, after };
    }
    this.#told.events.push(event);
    this.#told.after = after;
  }

  /** @throws Broken when the newest command, or the state that it left, breaks a law */
  checkAtRest(state: Loop): void {
    this.#close();
    if (this.#known) this.#hold(restLaws(state, this.#known));
  }

  #close(): void {
    if (!this.#told) return;
    const { events, before, after } = this.#told;
    this.#told = null;
    const known = this.#known;
    const ledger = ledgerAfter(known, events, after);
    this.#known = ledger;
    // What was said is not in the log, and not known any more where the log was rebuilt from its copy.
    if (known && ledger) this.#hold(brokenLaws({ command: null, events, before, after, known, ledger }));
  }

  #hold(broken: readonly string[]): void {
    hold(broken.length === 0, "2-7 the laws of the loop", () => `${broken[0]}, ${this.#loop}`);
  }
}
