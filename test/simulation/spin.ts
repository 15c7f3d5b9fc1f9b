import { holdAside } from "./broken.ts";

const hourMs = 60 * 60_000;
/** A D1 that is down is asked twice a minute, alarms are doubled, leases run: some 400. Spinning is 3,600. */
const ringsPerHourMax = 1_200;
/** An alarm that has rung rings again after a second: that is what spinning looks like from the start. */
const atOnceMs = 2_500;
/** Each try of an effect waits longer than the one before: six that fail together ring some 36 times. */
const ringsAtOnceMax = 40;

/** Alarms that found nothing to put on record. */
export class IdleRings {
  #from = 0;
  #last = 0;
  #times = 0;
  #atOnce = 0;

  /** The log grew. */
  reset(): void {
    this.#times = 0;
    this.#atOnce = 0;
  }

  /** Another alarm rings. */
  count(name: string, now: number): void {
    if (now - this.#from > hourMs || this.#times === 0) {
      this.#from = now;
      this.#times = 0;
    }
    this.#times += 1;
    // Two at one time are one that was doubled.
    if (now > this.#last) this.#atOnce = now - this.#last <= atOnceMs ? this.#atOnce + 1 : 0;
    this.#last = now;
    holdAside(
      this.#times <= ringsPerHourMax && this.#atOnce <= ringsAtOnceMax,
      "4 nothing spins",
      () => `${name} wakes for nothing again and again`,
    );
  }
}

/** What was armed in case of a crash rings once more, and its doubles and an alarm that jumped with it. */
const ringsOfNothingMax = 6;

/** Alarms that ring for an object with nothing to do, one after the other: it should sleep. */
export class RingsOfNothing {
  #times = 0;
  #did = -1;

  /**
   * An alarm rings for an object that is at nothing.
   *
   * @param did grows with all that the object does and that happens to it, alarms aside
   */
  count(name: string, did: number): void {
    this.#times = this.#did === did ? this.#times + 1 : 0;
    this.#did = did;
    holdAside(
      this.#times <= ringsOfNothingMax,
      "4 what is idle sleeps",
      () => `${name} is woken for nothing, ${this.#times} times in a row`,
    );
  }
}
