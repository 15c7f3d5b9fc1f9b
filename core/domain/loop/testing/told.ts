import type { LoopCommand } from "../commands.ts";
import type { LoopEvent } from "../events.ts";
import type { Loop } from "../state.ts";
import { type Ledger, ledgerOf, noted } from "./ledger.ts";

/** One accepted command: what it made true, the states around it, and what the events had said by then. */
export interface Told {
  /** Null: what was said is not known, only what it made true. */
  command: LoopCommand | null;
  events: readonly LoopEvent[];
  before: Loop;
  after: Loop;
  /** What the events before this command said. */
  known: Ledger;
  /** The same with the events of this command. */
  ledger: Ledger;
}

/** The ledger after the events of one command; null: the loop has not started. */
export function ledgerAfter(known: Ledger | null, events: readonly LoopEvent[], after: Loop): Ledger | null {
  if (known) return events.reduce(noted, known);
  return after.state === "not-started" ? null : ledgerOf(after);
}

/** Visits each event with the ledger right before it. */
export function follow({ events, known }: Told, visit: (event: LoopEvent, ledger: Ledger) => void): void {
  let ledger = known;
  for (const event of events) {
    visit(event, ledger);
    ledger = noted(ledger, event);
  }
}
