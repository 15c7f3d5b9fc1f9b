import type { Dice } from "./dice.ts";
import type { Kernel, Life } from "./kernel.ts";

/** What one instance is at: calls into it, and what it keeps alive. With nothing left it leaves memory. */
export class UnderWay {
  #count = 0;
  #quietSince = 0;
  #looks = false;
  readonly #kernel: Kernel;
  readonly #life: Life;
  readonly #dice: Dice;
  readonly #forgetsAfterMs: number;
  readonly #leave: () => void;

  constructor(world: { kernel: Kernel; dice: Dice; forgetsAfterMs: number }, life: Life, leave: () => void) {
    this.#kernel = world.kernel;
    this.#dice = world.dice;
    this.#forgetsAfterMs = world.forgetsAfterMs;
    this.#life = life;
    this.#leave = leave;
  }

  get isIdle(): boolean {
    return this.#count === 0;
  }

  /** The instance stays at least until `work` has ended, however it ends. */
  until(work: Promise<unknown>): void {
    this.#count += 1;
    const over = () => {
      this.#count -= 1;
      if (this.#count > 0) return;
      this.#quietSince = this.#kernel.now;
      this.#lookLater();
    };
    work.then(over, over);
  }

  #lookLater(): void {
    if (this.#looks) return;
    this.#looks = true;
    // The runtime does not look all the time: it may take twice as long.
    const afterMs = this.#forgetsAfterMs * (1 + this.#dice.fraction());
    this.#kernel.after(this.#quietSince + afterMs - this.#kernel.now, this.#life, () => {
      this.#looks = false;
      if (!this.isIdle) return;
      if (this.#kernel.now - this.#quietSince >= this.#forgetsAfterMs) this.#leave();
      else this.#lookLater();
    });
  }
}
