import { Dice } from "./dice.ts";
import type { FaultKind } from "./fault-kinds.ts";
import type { Kernel } from "./kernel.ts";
import type { Plan } from "./plan.ts";
import type { Story } from "./story.ts";

/**
 * Decides when a fault strikes. Each kind has dice of its own and counts its strikes, so a fault has a name
 * (`object-crash:2`) and can be left out in another run without moving the faults of other kinds.
 */
export class Faults {
  /** The names of those that struck. */
  readonly struck: string[] = [];
  readonly #plan: Plan;
  readonly #kernel: Kernel;
  readonly #story: Story;
  readonly #dice = new Map<FaultKind, Dice>();
  readonly #counts = new Map<FaultKind, number>();
  readonly #calmAt: number;

  constructor(plan: Plan, kernel: Kernel, story: Story) {
    this.#plan = plan;
    this.#kernel = kernel;
    this.#story = story;
    this.#calmAt = kernel.now + plan.calmAfterMs;
  }

  get calm(): boolean {
    return this.#kernel.now >= this.#calmAt;
  }

  /** Does it strike this time? `who` is told in the story. */
  strike(kind: FaultKind, who: string, what = ""): boolean {
    const rate = this.#plan.rates[kind];
    if (rate === undefined || this.calm || !this.diceOf(kind).chance(rate)) return false;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `${kind}:${count}`;
    if (this.#plan.only && !this.#plan.only.has(name)) return false;
    this.struck.push(name);
    this.#story.tell(this.#kernel.now, who, `${name}${what === "" ? "" : ` ${what}`}`, "!");
    return true;
  }

  /** The dice of a kind, for how bad it is. */
  diceOf(kind: FaultKind): Dice {
    const known = this.#dice.get(kind);
    if (known) return known;
    const dice = new Dice(this.#plan.seed, `fault ${kind}`);
    this.#dice.set(kind, dice);
    return dice;
  }
}
